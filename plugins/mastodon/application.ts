import type { App, PluginContext } from 'grantql/plugin'
import { numericId } from './ids.ts'
import { settings } from './settings.ts'
import { vapidKey } from './vapid-key.ts'

/** An app as that system describes one to itself. */
export function describeApplication(ctx: PluginContext, app: App) {
  return {
    id: numericId(app),
    name: app.name,
    website: ctx.setting(settings.website, app) || null,
    scopes: app.scopes,
    redirect_uri: app.redirectUris.join('\n'),
    redirect_uris: app.redirectUris,
    vapid_key: vapidKey(ctx.names),
  }
}
