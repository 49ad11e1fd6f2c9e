import { randomUUID } from 'node:crypto'
import type { App, PluginContext } from 'grantql/plugin'
import { algorithmOf } from './id-token.ts'
import type { KnowingApp } from './session-apps.ts'
import { sidOf } from './session-id.ts'

const LOGOUT_TOKEN_TYPE = 'logout+jwt'
const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const TTL_SECONDS = 120

type Needs = Pick<PluginContext, 'issuer' | 'names' | 'now' | 'setting' | 'tokens'>

/**
 * Tells an app, signed, that a session is over. Each is made anew for each delivery, for it is valid for two minutes.
 *
 * @see OpenID Connect Back-Channel Logout §2.4
 */
export function logoutToken(ctx: Needs, app: App, { sessionId, subject }: KnowingApp): string {
  const iat = Math.floor(ctx.now().getTime() / 1000)
  const claims = {
    iss: ctx.issuer,
    aud: app.clientId,
    sub: subject,
    sid: sidOf(ctx, app, sessionId),
    iat,
    exp: iat + TTL_SECONDS,
    jti: randomUUID(),
    events: { [EVENT]: {} },
  }
  return ctx.tokens.sign(claims, { type: LOGOUT_TOKEN_TYPE, algorithm: algorithmOf(ctx, app) })
}
