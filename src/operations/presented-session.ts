import type { Core } from '../core.ts'
import type { RequestFacts } from '../plugin/request.ts'
import { sessionCookieName } from '../users/session-cookie.ts'
import type { Session, User } from '../users/user.ts'

export interface SignedIn {
  readonly session: Session
  readonly user: User
}

/**
 * Who is signed in by this request: a session token as bearer, or else the cookie of the pages. An access token or an
 * app's secret is not a session.
 */
export async function presentedSession(
  core: Pick<Core, 'issuer' | 'sessions' | 'users'>,
  request: Pick<RequestFacts, 'headers'>,
): Promise<SignedIn | undefined> {
  const token = bearerToken(request.headers) ?? cookieToken(core.issuer, request.headers)
  return token === undefined ? undefined : signedIn(core, token)
}

/** The session behind a session token, while its user may sign in. */
export async function signedIn(core: Pick<Core, 'sessions' | 'users'>, token: string): Promise<SignedIn | undefined> {
  const session = await core.sessions.byToken(token)
  const user = session && (await core.users.byId(session.userId))
  return session && user && !user.disabledAt ? { session, user } : undefined
}

/** The credential of an `Authorization: Bearer` header (RFC 6750 §2.1). */
export function bearerToken(headers: Headers): string | undefined {
  return /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(headers.get('authorization') ?? '')?.[1]
}

/** The session token of the pages' cookie. */
export function cookieToken(issuer: string, headers: Headers): string | undefined {
  const name = sessionCookieName(issuer)
  for (const pair of (headers.get('cookie') ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2)
    if (key === name && value) return value
  }
  return undefined
}
