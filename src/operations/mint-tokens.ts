import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import type { GrantContext, TokenSet } from '../plugin/context.ts'
import type { Issuance } from '../plugin/issuance.ts'
import { generateId } from '../secrets/generate-id.ts'
import { foreignKey, mintSecret } from '../secrets/secret-format.ts'
import { accessTokenClaims } from '../tokens/access-token-claims.ts'
import { accessTokenRow, familyRow, refreshTokenRow } from '../tokens/minted-rows.ts'
import type { ProvenKey } from '../tokens/proven-key.ts'
import type { IssuedRows } from '../tokens/token-rows.ts'
import { refreshLifetimes } from './refresh-lifetimes.ts'
import { requireOneResource } from './scopes.ts'
import { storeTokens } from './store-tokens.ts'
import { subjectOf } from './subject-of.ts'
import { accessTokenSeconds, tokenShape } from './token-shape.ts'
import { withDeadline } from './with-deadline.ts'

/** The context that a plugin is given for this request: each its own. */
export type ContextOf = (pluginId: string) => GrantContext

export interface Minting {
  readonly app: App
  readonly grantType: string
  readonly issuance: Issuance
  readonly provenKey: ProvenKey | undefined
  readonly requestId: string
}

/**
 * Turns a grant's decision into tokens. Everything is signed before a transaction opens, and no token is answered before
 * what pays for it, what describes it and its audit row are durable.
 *
 * @throws {InvalidScope} when the scopes are for several resources, and the grant says no audience
 */
export async function mintTokens(core: Core, contextOf: ContextOf, minting: Minting): Promise<TokenSet> {
  const { app, issuance, provenKey } = minting
  if (issuance.audience === undefined) requireOneResource(core, app, issuance.scopes)
  const at = core.now()
  const user = 'userId' in issuance.subject ? issuance.subject : undefined
  const userId = user?.userId
  // A refreshed token is about the same subject as the first one (OpenID Connect Core §12.2).
  const subject = user ? (user.knownAs ?? (await subjectOf(core, app, user.userId))) : app.clientId
  const tokenId = generateId(at)
  const familyId = issuance.familyId ?? (userId === undefined ? undefined : generateId(at))
  const shape = tokenShape(core, app)
  const ttlSeconds = accessTokenSeconds(core, { app, grantType: minting.grantType, userId, scopes: issuance.scopes })
  const expiresInSeconds = Math.min(issuance.expiresInSeconds ?? Infinity, ttlSeconds)
  const token = { ...minting, tokenId, familyId, userId, subject, at, expiresAt: later(at, expiresInSeconds) }
  const scopesAtFirst = issuance.familyId === undefined ? issuance.scopes : undefined
  const lifetimes = issuance.refreshable === true ? refreshLifetimes(core, app, scopesAtFirst) : undefined
  const rows: IssuedRows = {}

  let accessToken: string
  if (shape) {
    accessToken = await shape.accessToken(token)
    rows.accessToken = accessTokenRow(core, token, foreignKey(accessToken))
  } else if (app.tokenFormat === 'jwt') {
    accessToken = core.keys.sign(accessTokenClaims(core, token), { algorithm: core.policy.algorithm, type: 'at+jwt' })
  } else {
    const opaque = mintSecret('accessToken', at)
    accessToken = opaque.plain
    rows.accessToken = accessTokenRow(core, token, opaque.key)
  }

  let refreshToken: string | undefined
  if (familyId !== undefined) {
    if (issuance.familyId === undefined) {
      rows.family = familyRow(token, familyId, later(at, lifetimes?.absoluteSeconds ?? expiresInSeconds))
    }
    if (lifetimes) {
      const expiresAt = later(at, lifetimes.idleSeconds)
      const refresh = (await shape?.refreshToken({ ...token, expiresAt })) ?? mintSecret('refreshToken', at)
      refreshToken = refresh.plain
      rows.refreshToken = refreshTokenRow(token, familyId, refresh.key, expiresAt)
    }
  }

  const told = user ? { ...issuance, subject: { ...user, knownAs: subject } } : issuance
  const companions: Record<string, string> = {}
  for (const companion of core.registry.tokenCompanions) {
    const issued = await withDeadline(
      companion.issue(contextOf(companion.pluginId), told, accessToken),
      `the token companion ${companion.field}`,
    )
    if (issued !== undefined) companions[companion.field] = issued
  }

  const { idToken, ...others } = companions
  const answer: TokenSet = {
    accessToken,
    tokenType: provenKey?.tokenType ?? 'Bearer',
    expiresInSeconds,
    scopes: issuance.scopes,
    ...(refreshToken !== undefined && { refreshToken }),
    ...(idToken !== undefined && { idToken }),
    companions: others,
  }
  return storeTokens(core, token, rows, answer)
}

const later = (at: Date, seconds: number): Date => new Date(at.getTime() + seconds * 1000)
