import { definePlugin, type SignIn } from 'grantql/plugin'
import { addSignIn } from './graphql.ts'
import { createHashQueue, type HashQueueOptions } from './hash-queue.ts'
import { migrations } from './migrations.ts'
import { settings } from './settings.ts'
import { passwordSignInMethod } from './sign-in.ts'
import type { PasswordTables } from './tables.ts'

/** Lets people sign in by user name and password, hashed by scrypt behind a bounded queue. */
export const passwordSignIn = (options: HashQueueOptions = {}) =>
  definePlugin<PasswordTables>()({
    id: 'password-sign-in',
    settings,
    tables: ['password_sign_in_credential'],
    migrations,
    signIns: [passwordSignInMethod(createHashQueue(options)) as SignIn],
    graphql: addSignIn,
  })
