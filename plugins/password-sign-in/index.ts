import { definePlugin, type SignIn } from 'grantql/plugin'
import { addMutations } from './graphql.ts'
import { createHashQueue, type HashQueueOptions } from './hash-queue.ts'
import { InvitationOver, sweepInvitations } from './invitations.ts'
import { limits } from './limits.ts'
import { migrations } from './migrations.ts'
import { CHANGE_PATH, pages, SIGN_UP_PATH } from './pages.ts'
import { settings } from './settings.ts'
import { passwordSignInMethod } from './sign-in.ts'
import { SignUpClosed } from './sign-up.ts'
import type { PasswordTables } from './tables.ts'

/**
 * Lets people sign in by user name and password, hashed by scrypt behind a bounded queue; change the password; come by an
 * invitation; and sign up where the deployment allows it.
 */
export const passwordSignIn = (options: HashQueueOptions = {}) => {
  const queue = createHashQueue(options)
  return definePlugin<PasswordTables>()({
    id: 'password-sign-in',
    settings,
    limits,
    tables: ['password_sign_in_credential', 'password_sign_in_invitation'],
    migrations,
    signIns: [passwordSignInMethod(queue) as SignIn],
    signInLinks: [{ label: 'Create an account', path: SIGN_UP_PATH, isOffered: (ctx) => ctx.setting(settings.signUp) }],
    accountLinks: [{ label: 'Change password', path: CHANGE_PATH }],
    pages: pages(queue),
    graphql: addMutations(queue),
    errors: [InvitationOver, SignUpClosed],
    jobs: [{ id: 'sweep-invitations', everySeconds: 3600, run: sweepInvitations }],
  })
}
