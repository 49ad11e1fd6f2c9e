import { InvalidCredentials, objectParams, type RequestContext, Unauthenticated } from 'grantql/plugin'
import type { HashQueue } from './hash-queue.ts'
import { checkStrength, storesPassword } from './passwords.ts'
import { hashPassword } from './scrypt.ts'
import type { PasswordTables } from './tables.ts'

/**
 * Gives whoever is signed in another password, and ends their sessions everywhere else. A wrong current password counts as a
 * failed sign-in: a session that somebody left open is no way to try passwords without a limit.
 *
 * @throws {Unauthenticated} when nobody is signed in
 * @throws {InvalidCredentials} {InvalidRequest} {TooManyAttempts} as a sign-in does
 * @throws {InvalidInput} when the new password is not good enough
 */
export async function changePassword(
  ctx: RequestContext<PasswordTables>,
  queue: HashQueue,
  { currentPassword, newPassword }: { readonly currentPassword: string; readonly newPassword: string },
): Promise<void> {
  const present = await ctx.sessions.current()
  if (!present) throw new Unauthenticated()
  checkStrength(ctx, newPassword, 'newPassword')
  const typed = objectParams({ username: present.user.username, password: currentPassword })
  const { user } = await ctx.operations.verifyUser('password', typed, ctx.request)
  if (user.id !== present.user.id) throw new InvalidCredentials()
  const phc = await queue.run(() => hashPassword(newPassword))
  await ctx.users.changeSignIn(user.id, storesPassword(ctx, phc), { keptSessionId: present.session.id })
}
