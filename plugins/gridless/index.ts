import { definePlugin } from 'grantql/plugin'
import { authorizePages } from './authorize.ts'
import { claimToken } from './claim-token.ts'
import { developerPages } from './developers.ts'
import { dialect } from './dialect.ts'
import { grant } from './grant.ts'
import { health } from './health.ts'
import { limits } from './limits.ts'
import { loginPages } from './login.ts'
import { registerPages } from './register.ts'
import { requestCode } from './request-code.ts'
import { scopes } from './scopes.ts'
import { settings } from './settings.ts'

/** Gridless: a panel for developers, and clients that request a code, have a person allow it, and claim a token. */
export const gridless = () =>
  definePlugin()({
    id: 'gridless',
    settings,
    limits,
    scopes,
    grants: [grant],
    operations: [requestCode],
    approvals: [{ grantType: grant.grantType, afterwards: 'Return to your app to complete login.' }],
    endpoints: [claimToken, health],
    pages: [...authorizePages, ...developerPages, ...loginPages, ...registerPages],
    dialect,
  })
