import { definePlugin } from 'grantql/plugin'
import { grant } from './grant.ts'
import { limits } from './limits.ts'
import { requestCode } from './request-code.ts'
import { settings } from './settings.ts'

/** Request a code, let a signed-in user approve, claim the token: for apps that have no redirect to come back by. */
export const code = () =>
  definePlugin()({
    id: 'code',
    settings,
    limits,
    grants: [grant],
    operations: [requestCode],
    approvals: [
      {
        grantType: grant.grantType,
        outlivesSession: true,
        afterwards: 'Return to your app: it has what it needs.',
      },
    ],
  })
