import type { Answer } from '../rest/answer.ts'
import type { Readers, Route } from './route.ts'

type HeaderRecord = Readonly<Record<string, string>>

const NONE: HeaderRecord = Object.freeze({})
const EVERYBODY: HeaderRecord = Object.freeze({ 'access-control-allow-origin': '*' })
const VARY: HeaderRecord = Object.freeze({ vary: 'Origin' })
const EXPOSED = 'x-request-id, retry-after, www-authenticate, dpop-nonce'
const ALLOWED_HEADERS = 'authorization, content-type, accept, dpop, x-requested-with, x-grantql-csrf'

/**
 * Who may read answers from another origin (Fetch Standard §3.2). Never with credentials: a cookie of ours does nothing
 * outside of our own pages.
 */
export interface CrossOrigin {
  /** Headers of an answer. */
  headers(readers: Readers | undefined, origin: string | null): HeaderRecord
  /** The answer to a preflight for this path; undefined where the request is none, or nobody else may ask. */
  preflight(routes: readonly Route[], request: Request): Answer | undefined
}

export function createCrossOrigin(allowedOrigins: readonly string[]): CrossOrigin {
  const allowed = new Map(
    allowedOrigins.map((origin) => [
      origin,
      Object.freeze({ 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED, ...VARY }),
    ]),
  )
  const headers: CrossOrigin['headers'] = (readers, origin) => {
    if (readers === 'everybody') return EVERYBODY
    if (readers !== 'configured') return NONE
    return (origin !== null && allowed.get(origin)) || VARY
  }
  return {
    headers,
    preflight(routes, request) {
      const asked = request.headers.get('access-control-request-method')
      const route = routes.find(
        ({ method, readers }) => method === asked && readers !== undefined && readers !== 'same-origin',
      )
      const origin = request.headers.get('origin')
      if (!route || origin === null) return undefined
      const granted = headers(route.readers, origin)
      const isGranted = 'access-control-allow-origin' in granted
      const more = {
        'access-control-allow-methods': route.method,
        'access-control-allow-headers': ALLOWED_HEADERS,
        'access-control-max-age': '600',
      }
      return { status: 204, headers: isGranted ? { ...granted, ...more } : granted, body: null }
    },
  }
}
