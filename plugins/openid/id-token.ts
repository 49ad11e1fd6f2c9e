import { createHash } from 'node:crypto'
import type { App, GrantContext, Issuance, PluginContext, TokenCompanion } from 'grantql/plugin'
import { acrOf } from './acr.ts'
import { askedOf, tellableNames } from './asked.ts'
import { tellableSid } from './session-apps.ts'
import { settings } from './settings.ts'
import type { OpenidTables } from './tables.ts'

/** The `typ` of ID tokens: what clients expect. Other JWTs of this server have another one, but for those of some dialects. */
export const ID_TOKEN_TYPE = 'JWT'

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000)

/** Who the user is, signed for the app, beside each access token with the scope `openid` (OpenID Connect Core §2, §12.2). */
export const idToken: TokenCompanion<OpenidTables> = {
  field: 'idToken',
  description: 'Who the user is, as a JWT for the app: given with the scope openid.',
  async issue(ctx, issuance, accessToken) {
    if (!('userId' in issuance.subject) || !issuance.scopes.includes('openid')) return undefined
    const { userId, knownAs } = issuance.subject
    const algorithm = algorithmOf(ctx, ctx.app)
    const claims = await namedClaims(ctx, issuance, userId)
    const sub = knownAs ?? (await ctx.users.subject(ctx.app, userId))
    const sid = await tellableSid(ctx, issuance, sub)
    const at = ctx.now()
    const ttlSeconds = Math.min(ctx.setting(settings.idTokenTtlSeconds, ctx.app), ctx.tokens.longestSeconds)
    const own = {
      iss: ctx.issuer,
      sub,
      aud: ctx.app.clientId,
      exp: seconds(at) + ttlSeconds,
      iat: seconds(at),
      at_hash: accessTokenHash(accessToken, algorithm),
      ...authenticationClaims(issuance),
      ...(sid !== undefined && { sid }),
    }
    return ctx.tokens.sign({ ...claims, ...own }, { type: ID_TOKEN_TYPE, algorithm })
  },
}

/**
 * The claims of an ID token of ours, current or not, as a hint at whom it was about; undefined for everything else. Access tokens of dialects may have the same
 * `typ`, issuer and audience: what tells them apart is the hash of the token beside which each ID token was given.
 */
export function readIdToken(ctx: Pick<PluginContext, 'issuer' | 'tokens'>, jwt: string) {
  const { iss, aud, sub, at_hash, sid } = ctx.tokens.verify(jwt, { type: ID_TOKEN_TYPE, retired: true }) ?? {}
  if (iss !== ctx.issuer || typeof aud !== 'string' || typeof sub !== 'string' || typeof at_hash !== 'string') {
    return undefined
  }
  return { aud, sub, sid: typeof sid === 'string' ? sid : undefined }
}

/** What ID tokens of an app are signed with. */
export function algorithmOf(ctx: Pick<PluginContext, 'setting' | 'tokens'>, app: App): string {
  const chosen = ctx.setting(settings.idTokenSignedResponseAlg, app)
  return chosen === 'server' ? ctx.tokens.algorithm : chosen
}

function namedClaims(ctx: GrantContext<OpenidTables>, issuance: Issuance, userId: string) {
  const asked = askedOf(issuance)
  const names = tellableNames(ctx, asked.idToken, asked, issuance.scopes)
  return names.length === 0 ? {} : ctx.users.claims(userId, { scopes: [], names })
}

/** How the user signed in. A refreshed token tells the same, without the nonce of a request that is long over (§12.2). */
function authenticationClaims(issuance: Issuance): object {
  const { authenticatedAt, methods, familyId } = issuance
  const { nonce } = askedOf(issuance)
  const acr = acrOf(methods)
  return {
    ...(authenticatedAt && { auth_time: seconds(authenticatedAt) }),
    ...(nonce !== undefined && familyId === undefined && { nonce }),
    ...(acr !== undefined && { acr }),
    ...(methods && methods.length > 0 && { amr: methods }),
  }
}

/** The left half of the hash that belongs to the algorithm of the ID token (§3.1.3.6; RFC 8032 §5.1 for EdDSA). */
function accessTokenHash(accessToken: string, algorithm: string): string {
  const digest = createHash(algorithm === 'EdDSA' ? 'sha512' : 'sha256')
    .update(accessToken)
    .digest()
  return digest.subarray(0, digest.length / 2).toString('base64url')
}
