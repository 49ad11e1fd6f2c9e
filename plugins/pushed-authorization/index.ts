import { definePlugin } from 'grantql/plugin'
import { InvalidRequestUri } from './errors.ts'
import { limits } from './limits.ts'
import { migrations } from './migrations.ts'
import { pushAuthorizationRequest } from './push-request.ts'
import { sweepRequests } from './pushed-requests.ts'
import { pushedRequest } from './request-source.ts'
import { settings } from './settings.ts'
import type { PushedAuthorizationTables } from './tables.ts'

/** Lets apps send their authorization requests here by themselves, instead of through the browser (RFC 9126). */
export const pushedAuthorization = () =>
  definePlugin<PushedAuthorizationTables>()({
    id: 'pushed-authorization',
    settings,
    limits,
    tables: ['pushed_authorization_request'],
    migrations,
    operations: [pushAuthorizationRequest],
    requestSources: [pushedRequest],
    errors: [InvalidRequestUri],
    jobs: [{ id: 'sweep-requests', everySeconds: 60, run: sweepRequests }],
  })
