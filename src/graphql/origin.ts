import type { Core } from '../core.ts'
import { hasSessionCookie } from './identity.ts'
import { refused } from './read-request.ts'

/** Headers that a page of another origin cannot send without asking first (Fetch, CORS-preflight). */
const CUSTOM_HEADERS = ['x-grantql-csrf', 'apollo-require-preflight', 'x-requested-with']

/** Whether the page that sent a request, if one did, is ours or on the list of those that may read our answers. */
export function isListedOrigin(
  core: Pick<Core, 'issuer'>,
  headers: Headers,
  allowedOrigins: readonly string[],
): boolean {
  const origin = headers.get('origin')
  return origin === null || origin === core.issuer || allowedOrigins.includes(origin)
}

/**
 * Refuses what a foreign page could make a browser send with its user's cookie. A token in the `Authorization` header is
 * sent by nobody who does not know it.
 *
 * @throws {GraphQLError} FORBIDDEN when a cookie would authenticate and the request does not come from a listed origin, or
 * names none and has no header that says it was not sent by a form
 */
export function checkOrigin(core: Pick<Core, 'issuer'>, headers: Headers, isListed: boolean): void {
  if (headers.has('authorization') || !hasSessionCookie(core, headers)) return
  if (!isListed) throw refused(403, 'FORBIDDEN', 'Pages of this origin may not act for whoever is signed in.')
  if (headers.has('origin') || CUSTOM_HEADERS.some((name) => headers.has(name))) return
  throw refused(403, 'FORBIDDEN', 'A request with a cookie needs an Origin header, or the header X-GrantQL-CSRF.')
}
