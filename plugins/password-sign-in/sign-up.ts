import { defineError, type RequestContext, type Session, type User } from 'grantql/plugin'
import type { HashQueue } from './hash-queue.ts'
import { limits } from './limits.ts'
import { checkStrength, storesPassword } from './passwords.ts'
import { hashPassword } from './scrypt.ts'
import { settings } from './settings.ts'
import type { PasswordTables } from './tables.ts'

export const SignUpClosed = defineError({
  code: 'sign_up_closed',
  status: 403,
  message: 'Accounts are made by an administrator here.',
  description: 'Returned when people may not make accounts for themselves on this server.',
})

/** A user with the session that they are signed in by. */
export interface SignedUp {
  readonly token: string
  readonly session: Session
  readonly user: User
}

/**
 * Makes an account for whoever asks, and signs them in.
 *
 * @throws {SignUpClosed} unless the setting lets everybody
 * @throws {TooManyAttempts} when too many were tried from one network
 * @throws {InvalidInput} when the name is taken or not a user name, the email is no address, or the password is not good enough
 */
export async function signUp(
  ctx: RequestContext<PasswordTables>,
  queue: HashQueue,
  { username, password, email }: { readonly username: string; readonly password: string; readonly email?: string },
): Promise<SignedUp> {
  if (!ctx.setting(settings.signUp)) throw new SignUpClosed()
  await ctx.countByNetwork(limits.signUp)
  // Before the work of a hash; of two at once the database lets one through.
  await ctx.users.checkNewName(username)
  const address = ctx.users.checkEmail(email ?? '')
  checkStrength(ctx, password)
  const phc = await queue.run(async () => {
    // Somebody else may have taken it while this one waited; then the work is saved.
    await ctx.users.checkNewName(username)
    return hashPassword(password)
  })
  const user = await ctx.users.create({ username, email: address }, storesPassword(ctx, phc))
  return { ...(await ctx.sessions.start(user.id, ['pwd'])), user }
}
