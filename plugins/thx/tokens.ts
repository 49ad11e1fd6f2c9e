import type { DialectTokens } from 'grantql/plugin'
import { jtiOf } from './ids.ts'

const APPS_OWN_SECONDS = 600
const USERS_SECONDS = 3600

const seconds = (date: Date): number => date.getTime() / 1000

/**
 * JWTs by RS256 whose audience is the app. `typ` is that of ID tokens, so they count as access tokens only because they are
 * on record.
 */
export const accessTokens: DialectTokens = {
  ttlSeconds: (_ctx, { userId }) => (userId === undefined ? APPS_OWN_SECONDS : USERS_SECONDS),
  longestSignedSeconds: USERS_SECONDS,
  mint: (ctx, { id, app, userId, subject, scopes, issuedAt, expiresAt }) =>
    ctx.tokens.sign(
      {
        jti: jtiOf(id),
        ...(userId !== undefined && { sub: subject }),
        iat: Math.floor(seconds(issuedAt)),
        exp: Math.floor(seconds(expiresAt)),
        ...(scopes.length > 0 && { scope: scopes.join(' ') }),
        iss: ctx.issuer,
        aud: app.clientId,
      },
      { type: 'JWT', algorithm: 'RS256' },
    ),
}
