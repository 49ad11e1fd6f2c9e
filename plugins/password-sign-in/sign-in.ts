import { type PluginContext, param, type SignIn } from 'grantql/plugin'
import type { HashQueue } from './hash-queue.ts'
import { checkStrength, findPhc, LONGEST, storesPassword } from './passwords.ts'
import { dummyVerify, hashPassword, needsRehash, verifyPassword } from './scrypt.ts'
import { settings } from './settings.ts'
import { signUp } from './sign-up.ts'
import type { PasswordTables } from './tables.ts'

const params = {
  username: param.string({ description: 'Your user name.', maxLength: 256 }),
  password: param.string({ description: 'Your password.', secret: true, maxLength: LONGEST }),
}

const METHODS = ['pwd']

/**
 * Sign-in by user name and password. An unknown name takes as long as a wrong password, so that neither the answer nor
 * its time tells who has an account here.
 */
export function passwordSignInMethod(queue: HashQueue): SignIn<typeof params, PasswordTables> {
  return {
    id: 'password',
    label: 'Sign in',
    params,
    methods: METHODS,
    account: 'username',

    async verify(ctx, { username, password }) {
      // Nothing is looked up for whom there is no place: in a storm that is nearly everybody.
      const verified = await queue.run(async () => {
        const user = await ctx.users.findByName(username)
        const phc = user && (await findPhc(ctx, user.id))
        if (!user || phc === undefined) return dummyVerify(password)
        return (await verifyPassword(password, phc)) && { userId: user.id, phc }
      })
      if (!verified) return undefined
      const { userId, phc } = verified
      if (needsRehash(phc)) await renew(ctx, userId, phc, await queue.run(() => hashPassword(password)))
      return { userId, methods: METHODS }
    },

    async enroll(ctx, { password = '' }) {
      checkStrength(ctx, password)
      return storesPassword(ctx, await queue.run(() => hashPassword(password)))
    },

    signUp: {
      isOpen: (ctx) => ctx.setting(settings.signUp),
      run: (ctx, { username, password, email }) => signUp(ctx, queue, { username, password, email: email ?? '' }),
    },
  }
}

/** Only where the verified hash still stands: a password that was changed meanwhile must not come back. */
async function renew(ctx: PluginContext<PasswordTables>, userId: string, verified: string, phc: string): Promise<void> {
  await ctx.db
    .updateTable('password_sign_in_credential')
    .set({ phc, updated_at: ctx.now().getTime() })
    .where('user_id', '=', userId)
    .where('phc', '=', verified)
    .execute()
}
