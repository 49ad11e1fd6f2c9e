import { InvalidRequest, type RequestSource } from 'grantql/plugin'
import { InvalidRequestUri } from './errors.ts'
import { takeRequest, URI_PREFIX } from './pushed-requests.ts'
import { settings } from './settings.ts'
import type { PushedAuthorizationTables } from './tables.ts'

/** A `request_uri` of ours at the authorization endpoint (RFC 9126 §4). */
export const pushedRequest: RequestSource<PushedAuthorizationTables> = {
  id: 'pushed-authorization',
  label: 'pushed authorization requests (RFC 9126)',
  recognises: (params) => params.all('request_uri').some((uri) => String(uri).startsWith(URI_PREFIX)),
  isRequired: (ctx, app) => ctx.setting(settings.requirePushedAuthorizationRequests, app),

  async load(ctx, params) {
    const [uri, ...uris] = params.all('request_uri')
    const [clientId, ...clientIds] = params.all('client_id')
    if (uris.length > 0 || clientIds.length > 0) {
      throw new InvalidRequest({ message: 'A parameter was sent more than once.' })
    }
    const app = typeof clientId === 'string' ? await ctx.apps.find(clientId) : undefined
    const stored = app && (await takeRequest(ctx, app, String(uri)))
    if (!stored) throw new InvalidRequestUri()
    return stored
  },
}
