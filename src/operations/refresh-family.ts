import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import { InvalidGrant } from '../errors/standard.ts'
import type { RefreshingFamily } from '../plugin/context.ts'
import { parseSecret } from '../secrets/secret-format.ts'
import { fromJson, toDate } from '../storage/rows.ts'
import type { ProvenKey } from '../tokens/proven-key.ts'

interface Refresher {
  readonly app: App
  readonly provenKey: ProvenKey | undefined
  readonly requestId: string
}

type Needs = Pick<Core, 'audit' | 'now' | 'tokenRows' | 'users'>

/**
 * Tells whether a refresh token can be exchanged, and by which write. One that was used already ends its family: either
 * the app or a thief holds a copy, and nobody can tell which.
 *
 * @throws {InvalidGrant} when it is unknown, used, expired, revoked, bound to another key, or another app's
 * @see RFC 6749 §6, RFC 9700 §4.14.2
 */
export async function refreshFamily(core: Needs, refresher: Refresher, refreshToken: string): Promise<RefreshingFamily> {
  const parsed = parseSecret('refreshToken', refreshToken)
  const row = parsed && (await core.tokenRows.refreshToken(parsed.key))
  const family = row && (await core.tokenRows.family(row.family_id))
  if (!row || !family || family.app_id !== refresher.app.id || family.user_id === null) throw new InvalidGrant()
  const now = core.now().getTime()
  if (family.revoked_at !== null || family.expires_at <= now || row.expires_at <= now) throw new InvalidGrant()
  if (row.bound_key !== null && row.bound_key !== refresher.provenKey?.boundKey) throw new InvalidGrant()

  const endFamily = async () => {
    if (await core.tokenRows.revokeFamily(family.id, core.now())) {
      await core.audit.write({
        kind: 'family.revoked',
        appId: family.app_id,
        userId: family.user_id ?? undefined,
        requestId: refresher.requestId,
        details: { familyId: family.id, because: 'a refresh token was used again' },
      })
    }
    return new InvalidGrant()
  }
  if (row.consumed_at !== null) throw await endFamily()

  const user = await core.users.byId(family.user_id)
  if (!user || user.disabledAt) throw new InvalidGrant()
  const scopes = fromJson<string[]>(row.scopes)
  return {
    scopes,
    issuance: {
      subject: { userId: family.user_id },
      scopes,
      familyId: family.id,
      refreshable: true,
      authenticatedAt: toDate(family.authenticated_at),
      claims: fromJson<Record<string, unknown>>(row.claims),
      redeems: {
        redeem: (trx, { claimId, at }) => core.tokenRows.consume(trx, row.token_key, claimId, at),
        lost: endFamily,
      },
    },
  }
}
