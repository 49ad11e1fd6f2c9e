import { defineError, type RequestContext, Unauthenticated, type User } from 'grantql/plugin'

/** How long after a sign-in one may change how one signs in. */
export const FRESH_MS = 10 * 60 * 1000

export const SignInAgain = defineError({
  code: 'insufficient_user_authentication',
  status: 401,
  spec: 'RFC 9470 §3',
  message: 'Sign in again: this is done within ten minutes of a sign-in.',
  description: 'Returned when the last sign-in of the session is more than ten minutes ago.',
})

/** The user who has just signed in, or why there is none. */
export async function freshUser(
  ctx: Pick<RequestContext, 'now' | 'sessions'>,
): Promise<User | 'nobody' | 'too-long-ago'> {
  const current = await ctx.sessions.current()
  if (!current) return 'nobody'
  const ageMs = ctx.now().getTime() - current.session.authenticatedAt.getTime()
  return ageMs <= FRESH_MS ? current.user : 'too-long-ago'
}

/** @throws {Unauthenticated} {SignInAgain} */
export async function requireFreshUser(ctx: Pick<RequestContext, 'now' | 'sessions'>): Promise<User> {
  const user = await freshUser(ctx)
  if (user === 'nobody') throw new Unauthenticated()
  if (user === 'too-long-ago') throw new SignInAgain()
  return user
}
