import { definePlugin } from 'grantql/plugin'
import { authClientPages } from './auth-client-pages.ts'
import { CsrfMismatch } from './caller.ts'
import { clientEndpoints } from './clients-api.ts'
import { dialect } from './dialect.ts'
import { migrations } from './migrations.ts'
import { personalAccess } from './personal-access.ts'
import { sessionTokenEndpoints } from './session-tokens-api.ts'
import type { ProcessmakerTables } from './tables.ts'
import { userTokenEndpoints } from './user-tokens-api.ts'

export interface ProcessmakerOptions {
  /** Hosts at which every shared path is this dialect's own, whoever asks. Defaults to none. */
  readonly hosts?: readonly string[]
}

/** Speaks ProcessMaker's wire format: its auth clients, its password grant and refresh, its personal access tokens. */
export const processmaker = ({ hosts = [] }: ProcessmakerOptions = {}) =>
  definePlugin<ProcessmakerTables>()({
    id: 'processmaker',
    tables: ['processmaker_client_id', 'processmaker_client_secret'],
    migrations,
    grants: [personalAccess],
    dialect: dialect(hosts),
    endpoints: [...clientEndpoints, ...sessionTokenEndpoints, ...userTokenEndpoints],
    pages: authClientPages,
    errors: [CsrfMismatch],
  })
