import { type RequestContext, SignInAgain, Unauthenticated, type User } from 'grantql/plugin'

/** The user who has just signed in, or why there is none. */
export async function freshUser({
  sessions,
}: Pick<RequestContext, 'sessions'>): Promise<User | 'nobody' | 'too-long-ago'> {
  const current = await sessions.current()
  if (!current) return 'nobody'
  return sessions.isFresh(current.session) ? current.user : 'too-long-ago'
}

/** @throws {Unauthenticated} {SignInAgain} */
export async function requireFreshUser(ctx: Pick<RequestContext, 'sessions'>): Promise<User> {
  const user = await freshUser(ctx)
  if (user === 'nobody') throw new Unauthenticated()
  if (user === 'too-long-ago') throw new SignInAgain()
  return user
}
