import { InvalidInput, type OwnEnrolment, type PluginContext } from 'grantql/plugin'
import { settings } from './settings.ts'
import type { PasswordTables } from './tables.ts'

export const LONGEST = 1024

/**
 * Refuses a new password that is not good enough. The length alone decides: composition rules make passwords weaker (NIST SP
 * 800-63B §3.1.1.2).
 *
 * @param field how the input names it
 * @throws {InvalidInput}
 */
export function checkStrength(ctx: PluginContext<PasswordTables>, password: string, field = 'password'): void {
  const shortest = ctx.setting(settings.minimumLength)
  if ([...password].length < shortest) {
    throw new InvalidInput({ message: `A password has at least ${shortest} characters.`, field: [field] })
  }
  if (password.length > LONGEST || !password.isWellFormed()) {
    throw new InvalidInput({ message: `A password has at most ${LONGEST} characters.`, field: [field] })
  }
}

/** The hash of a user's password; undefined where they have none. */
export async function findPhc(
  { db }: Pick<PluginContext<PasswordTables>, 'db'>,
  userId: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('password_sign_in_credential')
    .select('phc')
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return row?.phc
}

/** The write by which a user signs in with a password from then on. */
export function storesPassword(ctx: PluginContext<PasswordTables>, phc: string): OwnEnrolment<PasswordTables> {
  const updatedAt = ctx.now().getTime()
  return async (trx, userId) => {
    await trx.deleteFrom('password_sign_in_credential').where('user_id', '=', userId).execute()
    await trx
      .insertInto('password_sign_in_credential')
      .values({ user_id: userId, phc, updated_at: updatedAt })
      .execute()
  }
}
