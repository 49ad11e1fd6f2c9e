import { type PluginContext, param, type SignIn } from 'grantql/plugin'
import type { HashQueue } from './hash-queue.ts'
import { checkStrength, LONGEST, storesPassword } from './passwords.ts'
import { dummyVerify, hashPassword, needsRehash, verifyPassword } from './scrypt.ts'
import type { PasswordTables } from './tables.ts'

const params = {
  username: param.string({ description: 'Your user name.', maxLength: 256 }),
  password: param.string({ description: 'Your password.', secret: true, maxLength: LONGEST }),
}

/**
 * Sign-in by user name and password. An unknown name takes as long as a wrong password, so that neither the answer nor
 * its time tells who has an account here.
 */
export function passwordSignInMethod(queue: HashQueue): SignIn<typeof params, PasswordTables> {
  return {
    id: 'password',
    label: 'Sign in',
    params,
    account: 'username',

    async verify(ctx, { username, password }) {
      const user = await ctx.users.findByName(username)
      const phc = user && (await findPhc(ctx, user.id))
      if (!user || phc === undefined) {
        await queue.run(() => dummyVerify(password))
        return undefined
      }
      if (!(await queue.run(() => verifyPassword(password, phc)))) return undefined
      if (needsRehash(phc)) await store(ctx, user.id, await queue.run(() => hashPassword(password)))
      return { userId: user.id, methods: ['pwd'] }
    },

    async enroll(ctx, { password = '' }) {
      checkStrength(ctx, password)
      return storesPassword(ctx, await queue.run(() => hashPassword(password)))
    },
  }
}

async function findPhc(ctx: PluginContext<PasswordTables>, userId: string): Promise<string | undefined> {
  const row = await ctx.db
    .selectFrom('password_sign_in_credential')
    .select('phc')
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return row?.phc
}

async function store(ctx: PluginContext<PasswordTables>, userId: string, phc: string): Promise<void> {
  await ctx.db
    .updateTable('password_sign_in_credential')
    .set({ phc, updated_at: ctx.now().getTime() })
    .where('user_id', '=', userId)
    .execute()
}
