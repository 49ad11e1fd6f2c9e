import type { Selectable } from 'kysely'
import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import { InvalidGrant } from '../errors/standard.ts'
import type { RefreshingFamily, RefreshingInput, TokenSet } from '../plugin/context.ts'
import type { RepeatedAnswer } from '../plugin/issuance.ts'
import { parseSecret, tokenKey } from '../secrets/secret-format.ts'
import { fromJson } from '../storage/rows.ts'
import type { RefreshTokenTable, TokenFamilyTable } from '../storage/tables.ts'
import type { ProvenKey } from '../tokens/proven-key.ts'
import { sealAnswer, unsealAnswer } from '../tokens/sealed-answer.ts'
import { noteUnknownSecret } from './note-unknown-secret.ts'
import { provenanceOf } from './provenance-of.ts'
import { refreshLifetimes } from './refresh-lifetimes.ts'

interface Refresher {
  readonly app: App
  readonly address: string | undefined
  readonly provenKey: ProvenKey | undefined
  readonly arrivedAt: Date
  readonly requestId: string
  /** SHA-256 of the normalised parameters and the proven key. */
  readonly requestHash: Buffer
}

interface PresentedToken {
  readonly row: Selectable<RefreshTokenTable>
  readonly family: Selectable<TokenFamilyTable> & { readonly user_id: string }
}

type Needs = Pick<Core, 'audit' | 'guesses' | 'now' | 'registry' | 'settings' | 'tokenRows' | 'users'>

/**
 * Tells whether a refresh token can be exchanged, and by which write. One that was used already ends its family: either
 * the app or a thief holds a copy, and nobody can tell which. A retry of the very same request within the window gets the
 * very same answer instead, for the first one may have been lost on the way.
 *
 * @throws {InvalidGrant} when it is unknown, used, expired, revoked, bound to another key, or another app's
 * @throws {TooManyAttempts} when it is unknown, like too many before it
 * @see RFC 6749 §6, RFC 9700 §4.14.2
 */
export async function refreshFamily(
  core: Needs,
  refresher: Refresher,
  input: RefreshingInput,
): Promise<RefreshingFamily | RepeatedAnswer> {
  const presented = await findPresented(core, refresher, input.refreshToken)
  const { row, family } = presented
  if (row.consumed_at !== null) return { repeated: await answerAgain(core, refresher, input, presented) }
  if (row.expires_at <= core.now().getTime()) throw new InvalidGrant({ reason: 'expired' })

  const user = await core.users.byId(family.user_id)
  if (!user || user.disabledAt) throw new InvalidGrant({ reason: 'user-gone' })
  const scopes = fromJson<string[]>(family.scopes)
  return {
    scopes,
    issuance: {
      subject: { userId: family.user_id, knownAs: family.subject },
      scopes,
      refreshScopes: scopes,
      familyId: family.id,
      refreshable: true,
      // No token outlives its family, so it must not say that it does.
      expiresInSeconds: Math.ceil((family.expires_at - core.now().getTime()) / 1000),
      ...provenanceOf(family),
      claims: fromJson<Record<string, unknown>>(row.claims),
      redeems: {
        redeem: async (trx, mark) => {
          const isFirst = await core.tokenRows.consume(trx, row.token_key, {
            claimId: mark.claimId,
            at: mark.at,
            requestHash: refresher.requestHash,
            sealedAnswer: sealAnswer(input.refreshToken, family.id, mark.answer),
            successorKey: tokenKey('refreshToken', mark.answer.refreshToken ?? '') ?? null,
          })
          if (isFirst && input.endsAccessTokens) await core.tokenRows.endAccessTokens(trx, family.id, mark.at)
          return isFirst
        },
        lost: async () => {
          const latest = await core.tokenRows.refreshToken(row.token_key)
          if (!latest) return new InvalidGrant()
          return answerAgain(core, refresher, input, { row: latest, family }).catch((error) => error)
        },
      },
    },
  }
}

/** @throws {InvalidGrant} when it names no live family of this app, or lacks the key that it is bound to */
async function findPresented(core: Needs, refresher: Refresher, refreshToken: string): Promise<PresentedToken> {
  const { app, provenKey } = refresher
  const parsed = parseSecret('refreshToken', refreshToken)
  const key = tokenKey('refreshToken', refreshToken)
  const row = key && (await core.tokenRows.refreshToken(key))
  if (!row && parsed && mayLive(core, app, parsed.issuedAt))
    await noteUnknownSecret(core, 'refreshToken', refreshToken, refresher)
  const family = row && (await core.tokenRows.family(row.family_id))
  if (!row || !family || family.user_id === null) throw new InvalidGrant({ reason: 'unknown' })
  if (family.app_id !== app.id) throw new InvalidGrant({ reason: 'another-app' })
  if (family.revoked_at !== null) throw new InvalidGrant({ reason: 'revoked' })
  if (family.expires_at <= core.now().getTime()) throw new InvalidGrant({ reason: 'expired' })
  if (row.bound_key !== null && row.bound_key !== provenKey?.boundKey) throw new InvalidGrant({ reason: 'not-proved' })
  return { row, family: { ...family, user_id: family.user_id } }
}

/** One that is too old to live was honest once, and is no guess: an app may have many of them. */
function mayLive(core: Needs, app: App, issuedAt: Date): boolean {
  const { idleSeconds = 0 } = refreshLifetimes(core, app) ?? {}
  return issuedAt.getTime() + idleSeconds * 1000 > core.now().getTime()
}

/**
 * The answer that a used refresh token gave, for a retry of the same request within the window while its successor is
 * unused, and no longer than it would have lived itself. Anything else within the window is refused; after the window the
 * family ends.
 */
async function answerAgain(
  core: Needs,
  refresher: Refresher,
  { refreshToken, retryWindowSeconds }: RefreshingInput,
  { row, family }: PresentedToken,
): Promise<TokenSet> {
  const isWithinWindow = refresher.arrivedAt.getTime() - (row.consumed_at ?? 0) <= retryWindowSeconds * 1000
  if (!isWithinWindow || retryWindowSeconds === 0) throw await endFamily(core, refresher, family)

  const successor = row.successor_key && (await core.tokenRows.refreshToken(row.successor_key))
  const isSameRequest = row.request_hash?.equals(refresher.requestHash) ?? false
  const isOver = row.expires_at <= refresher.arrivedAt.getTime()
  if (isOver || !isSameRequest || !row.sealed_answer || !successor || successor.consumed_at !== null)
    throw new InvalidGrant()
  const answer = unsealAnswer(refreshToken, family.id, row.sealed_answer)
  await core.audit.write({
    kind: 'token.answered-again',
    appId: family.app_id,
    userId: family.user_id,
    requestId: refresher.requestId,
    details: { familyId: family.id },
  })
  return answer
}

async function endFamily(
  core: Needs,
  { requestId }: Refresher,
  family: PresentedToken['family'],
): Promise<InstanceType<typeof InvalidGrant>> {
  if (await core.tokenRows.revokeFamily(family.id, core.now())) {
    await core.audit.write({
      kind: 'family.revoked',
      appId: family.app_id,
      userId: family.user_id,
      requestId,
      details: { familyId: family.id, because: 'a refresh token was used again' },
    })
  }
  return new InvalidGrant({ reason: 'used' })
}
