import { definePlugin } from 'grantql/plugin'
import { addMutations } from './graphql.ts'
import { methods } from './methods.ts'
import { migrations } from './migrations.ts'
import { resealSecrets, sweepSecrets } from './secrets.ts'
import { settings } from './settings.ts'
import type { ClientAssertionTables } from './tables.ts'

/** Lets apps prove who they are by a JWT that they sign, so that no secret travels (RFC 7523 §2.2). */
export const clientAssertion = () =>
  definePlugin<ClientAssertionTables>()({
    id: 'client-assertion',
    settings,
    tables: ['client_assertion_secret'],
    migrations,
    clientAuth: methods,
    graphql: addMutations,
    jobs: [
      { id: 'sweep-secrets', everySeconds: 3600, run: sweepSecrets },
      { id: 'reseal-secrets', everySeconds: 86_400, run: resealSecrets },
    ],
  })
