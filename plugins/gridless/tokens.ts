import type { DialectTokens } from 'grantql/plugin'
import { settings } from './settings.ts'

/**
 * Access tokens as Gridless makes them: JWTs that nobody but this server can verify. They hold no `iss` and no `sub`, so
 * none passes for an ID token. `jti` is ours: Gridless gives two people of one second the same token.
 */
export const accessTokens: DialectTokens = {
  ttlSeconds: (ctx, { app }) => ctx.setting(settings.tokenTtlSeconds, app),
  mint: (ctx, { id, app, userId, subject, scopes, issuedAt, expiresAt }) =>
    ctx.tokens.sign(
      {
        ...(userId !== undefined && { uid: subject }),
        aid: app.id,
        client_id: app.clientId,
        scopes,
        iat: seconds(issuedAt),
        exp: seconds(expiresAt),
        jti: id,
      },
      { type: 'JWT', algorithm: 'HS256' },
    ),
}

/** Of a JWT (RFC 7519 §2, NumericDate). */
export function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000)
}
