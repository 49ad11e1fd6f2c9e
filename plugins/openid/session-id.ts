import type { App, PluginContext } from 'grantql/plugin'

/**
 * The `sid` by which an app knows a session of its user. Each app has its own, so that two apps cannot tell by it that they
 * have the same person before them.
 *
 * @see OpenID Connect Front-Channel Logout §3, Back-Channel Logout §2.1
 */
export function sidOf(ctx: Pick<PluginContext, 'names'>, app: Pick<App, 'id'>, sessionId: string): string {
  return ctx.names.derive('session', JSON.stringify([app.id, sessionId]))
}
