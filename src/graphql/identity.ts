import { ADMIN_PATH, ADMIN_SCOPE } from '../config/core-claims.ts'
import type { Core } from '../core.ts'
import { Forbidden, Unauthenticated } from '../errors/standard.ts'
import { inspectToken } from '../operations/inspect-token.ts'
import { bearerToken, cookieToken, type SignedIn, signedIn } from '../operations/presented-session.ts'
import { type EndpointName, type Identity, NOBODY } from './context.ts'

/**
 * Who sent a request to an endpoint: by a session token as bearer, by the cookie of the pages, or at the admin endpoint
 * by an access token for it. App authentication by `Basic` says nothing about a person.
 *
 * @throws {Unauthenticated} when an `Authorization` header is there and is none of these
 * @throws {Forbidden} when an access token would be right for the admin endpoint but its user is no admin any more
 */
export async function identify(core: Core, endpoint: EndpointName, headers: Headers): Promise<Identity> {
  const authorization = headers.get('authorization')
  if (authorization === null) return byCookie(core, headers)
  if (/^Basic /i.test(authorization)) return NOBODY
  if (endpoint === 'public' && isForOperation(core, authorization)) return NOBODY
  const token = bearerToken(headers)
  if (token === undefined) throw new Unauthenticated()
  const viewer = await signedIn(core, token)
  if (viewer) return ofViewer(viewer)
  if (endpoint === 'admin') return byAccessToken(core, token)
  throw new Unauthenticated()
}

/** A token that is bound to a key says who its app is, to the operation that it is presented to (RFC 9449 §7.1). */
function isForOperation({ registry }: Pick<Core, 'registry'>, authorization: string): boolean {
  const [scheme = ''] = authorization.split(' ', 1)
  return registry.senderConstraints.some(({ tokenType }) => tokenType.toLowerCase() === scheme.toLowerCase())
}

/** Whether the cookie of the pages came with the request. */
export function hasSessionCookie(core: Pick<Core, 'issuer'>, headers: Headers): boolean {
  return headers.has('cookie') && cookieToken(core.issuer, headers) !== undefined
}

async function byCookie(core: Core, headers: Headers): Promise<Identity> {
  const token = cookieToken(core.issuer, headers)
  const viewer = token === undefined ? undefined : await signedIn(core, token)
  return viewer ? ofViewer(viewer) : NOBODY
}

function ofViewer(viewer: SignedIn): Identity {
  return { viewer, actor: { id: viewer.user.id, role: viewer.user.role } }
}

/** A token that is bound to a key is not a bearer token (RFC 9449 §7.2): its proof is not looked at here. */
async function byAccessToken(core: Core, plainToken: string): Promise<Identity> {
  const token = await inspectToken(core, plainToken)
  const isOurs =
    token?.kind === 'access' &&
    token.claims.cnf === undefined &&
    token.scopes.includes(ADMIN_SCOPE) &&
    token.audience.includes(new URL(ADMIN_PATH, core.issuer).href)
  if (!token || !isOurs) throw new Unauthenticated()
  if (token.userId === undefined) return { viewer: undefined, actor: { id: undefined, role: 'admin' } }
  const user = await core.users.byId(token.userId)
  if (user?.role !== 'admin') throw new Forbidden()
  return { viewer: undefined, actor: { id: user.id, role: 'admin' } }
}
