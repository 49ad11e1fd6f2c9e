import {
  InvalidCredentials,
  objectParams,
  type RequestContext,
  SignInAgain,
  Unauthenticated,
  type User,
} from 'grantql/plugin'
import type { HashQueue } from './hash-queue.ts'
import { checkStrength, findPhc, storesPassword } from './passwords.ts'
import { hashPassword } from './scrypt.ts'
import type { PasswordTables } from './tables.ts'

/**
 * Gives whoever is signed in another password, and ends their sessions everywhere else. A wrong current password counts as a
 * failed sign-in: a session that somebody left open is no way to try passwords without a limit. Who has none yet (an account
 * with a passkey alone) chooses one by having just signed in.
 *
 * @throws {Unauthenticated} when nobody is signed in
 * @throws {SignInAgain} when they have no password and their sign-in is more than ten minutes ago, or somebody else changed
 * how they sign in meanwhile
 * @throws {InvalidCredentials} {InvalidRequest} {TooManyAttempts} as a sign-in does
 * @throws {InvalidInput} when the new password is not good enough
 */
export async function changePassword(
  ctx: RequestContext<PasswordTables>,
  queue: HashQueue,
  {
    currentPassword = '',
    newPassword,
  }: { readonly currentPassword?: string | undefined; readonly newPassword: string },
): Promise<void> {
  const present = await ctx.sessions.current()
  if (!present) throw new Unauthenticated()
  checkStrength(ctx, newPassword, 'newPassword')
  const { session, user } = present
  const signInVersion = await ctx.users.signInVersion(user.id)
  if ((await findPhc(ctx, user.id)) !== undefined) await verifyCurrent(ctx, user, currentPassword)
  else if (!ctx.sessions.isFresh(session)) throw new SignInAgain()
  const phc = await queue.run(() => hashPassword(newPassword))
  await ctx.users.changeSignIn(user.id, storesPassword(ctx, phc), { keptSessionId: session.id, signInVersion })
}

async function verifyCurrent(ctx: RequestContext<PasswordTables>, { id, username }: User, password: string) {
  const typed = objectParams({ username, password })
  const { user } = await ctx.operations.verifyUser('password', typed, ctx.request)
  if (user.id !== id) throw new InvalidCredentials()
}
