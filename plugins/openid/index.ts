import { definePlugin } from 'grantql/plugin'
import { authorizeParams } from './authorize-params.ts'
import { logoutDeliveries } from './backchannel-logout.ts'
import { standardClaims } from './claims.ts'
import { discovery } from './discovery.ts'
import { idToken } from './id-token.ts'
import { logoutPages } from './logout-page.ts'
import { logoutSettings } from './logout-settings.ts'
import { migrations } from './migrations.ts'
import { scopes } from './scopes.ts'
import { sweepApps } from './session-apps.ts'
import { settings } from './settings.ts'
import { subjects } from './subjects.ts'
import type { OpenidTables } from './tables.ts'
import { USERINFO_PATH, userInfo, userinfoEndpoints } from './userinfo.ts'

/** Tells apps who their users are (OpenID Connect Core 1.0, Discovery 1.0). */
export const openid = () =>
  definePlugin<OpenidTables>()({
    id: 'openid',
    settings: { ...settings, ...logoutSettings },
    tables: ['openid_session_app'],
    migrations,
    scopes,
    resources: [{ uri: USERINFO_PATH, name: 'Who you are' }],
    authorizeParams: [authorizeParams],
    tokenCompanions: [idToken],
    userClaims: standardClaims,
    subjects,
    operations: [userInfo],
    endpoints: userinfoEndpoints,
    pages: logoutPages,
    outbox: logoutDeliveries,
    jobs: [{ id: 'sweep-session-apps', everySeconds: 600, run: sweepApps }],
    metadata: discovery,
    metadataNames: ['openid-configuration'],
  })
