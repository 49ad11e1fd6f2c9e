import { defineError, Forbidden, type RequestContext, Unauthenticated, type User } from 'grantql/plugin'

/** Page Expired, which that system's framework answers a forged request. */
export const CsrfMismatch = defineError({
  code: 'csrf_mismatch',
  status: 419,
  message: 'This did not come from a page of this server.',
})

/** Who is signed in, by a session token as bearer or by the cookie of the pages. @throws {Unauthenticated} */
export async function requireUser(ctx: Pick<RequestContext, 'sessions'>): Promise<User> {
  const signedIn = await ctx.sessions.current()
  if (!signedIn) throw new Unauthenticated()
  return signedIn.user
}

/** Clients and their secrets are for admins alone. @throws {Unauthenticated} {Forbidden} */
export async function requireAdmin(ctx: Pick<RequestContext, 'sessions'>): Promise<User> {
  const user = await requireUser(ctx)
  if (user.role !== 'admin') throw new Forbidden()
  return user
}

/**
 * Refuses a write that another site may have made this browser send. A bearer token in a header was put there by whoever holds it. A
 * cookie is sent by the browser itself, so then the request is from a page of ours, by what the browser says, or it is one that
 * no form of another site can send: JSON, or another method than POST.
 *
 * @throws {CsrfMismatch}
 */
export function refuseForged({
  issuer,
  request: { headers, method },
}: Pick<RequestContext, 'issuer' | 'request'>): void {
  // No browser sends a bearer token by itself; Basic credentials it does.
  if (/^Bearer /i.test(headers.get('authorization') ?? '')) return
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin') throw new CsrfMismatch()
  const origin = headers.get('origin')
  if (origin !== null && origin !== new URL(issuer).origin) throw new CsrfMismatch()
  const isJson = /^application\/json\b/i.test(headers.get('content-type') ?? '')
  if (origin === null && site === null && method === 'POST' && !isJson) throw new CsrfMismatch()
}
