import type { Endpoint } from 'grantql/plugin'
import { HEALTH_PATH } from './paths.ts'

/** What clients ask before they show this server to anybody. */
export const health: Endpoint = {
  method: 'GET',
  path: HEALTH_PATH,
  handle: async () => new Response('OK', { headers: { 'content-type': 'text/plain; charset=utf-8' } }),
}
