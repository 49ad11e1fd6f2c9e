import type { App, PluginContext } from 'grantql/plugin'
import { DIALECT } from './ids.ts'
import { isAt, type Place } from './place.ts'

const LONGEST_ID = 255

/** The app of Usergrid that is called so; undefined where there is none, or it does not belong to the path. */
export async function findAskingApp(
  ctx: PluginContext,
  clientId: string | undefined,
  path?: Place,
): Promise<App | undefined> {
  if (!clientId || clientId.length > LONGEST_ID) return undefined
  const app = await ctx.apps.find(clientId)
  return app?.dialect === DIALECT && isAt(ctx, app, path) ? app : undefined
}
