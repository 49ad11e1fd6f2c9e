import { definePlugin, type SignIn } from 'grantql/plugin'
import { sweepChallenges } from './challenges.ts'
import { addPasskeys } from './graphql.ts'
import { limits } from './limits.ts'
import { migrations } from './migrations.ts'
import { PATH, pages } from './pages.ts'
import { PasskeysNotOffered } from './relying-party.ts'
import { settings } from './settings.ts'
import { passkeySignInMethod } from './sign-in.ts'
import type { PasskeyTables } from './tables.ts'

/** Lets people sign in by passkey (WebAuthn), and keep their passkeys at `/account/passkeys`. */
export const passkeySignIn = () =>
  definePlugin<PasskeyTables>()({
    id: 'passkey-sign-in',
    settings,
    limits,
    tables: ['passkey_sign_in_credential', 'passkey_sign_in_challenge'],
    migrations,
    signIns: [passkeySignInMethod as SignIn],
    pages,
    accountLinks: [{ label: 'Passkeys', path: PATH }],
    graphql: addPasskeys,
    errors: [PasskeysNotOffered],
    jobs: [{ id: 'sweep-challenges', everySeconds: 60, run: sweepChallenges }],
  })
