import type { App, PluginContext } from 'grantql/plugin'
import { Refusal } from './errors.ts'

export const DIALECT = 'gridless'

/**
 * The app that a `client_id` names, if it may ask for authorization.
 *
 * @throws {Refusal} where nobody has it, it was switched off, its app speaks another dialect, or it is a bot
 */
export async function findClient(ctx: PluginContext, clientId: string | undefined): Promise<App> {
  const app = clientId === undefined ? undefined : await ctx.apps.find(clientId)
  if (!app || app.dialect !== DIALECT || app.disabledAt) throw new Refusal('unknownClient')
  if (app.type === 'bot') throw new Refusal('bot', app)
  return app
}
