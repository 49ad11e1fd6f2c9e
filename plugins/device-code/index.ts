import { type ApprovalPresentation, definePlugin } from 'grantql/plugin'
import { describeDevice } from './device.ts'
import { grant } from './grant.ts'
import { addEnterUserCode } from './graphql.ts'
import { limits } from './limits.ts'
import { migrations } from './migrations.ts'
import { DEVICE_PATH, pages } from './pages.ts'
import { requestDeviceCode } from './request-device-code.ts'
import { settings } from './settings.ts'
import type { DeviceCodeTables } from './tables.ts'
import { sweepUserCodes } from './user-codes.ts'

const presentation: ApprovalPresentation<DeviceCodeTables> = {
  grantType: grant.grantType,
  describe: async (ctx, { details }) => describeDevice(details, ctx.request.address),
  outlivesSession: true,
  afterwards: 'You can go back to your device: it goes on by itself within seconds.',
}

/** Lets a device without a keyboard or a browser ask, and a person decide on another one (RFC 8628). */
export const deviceCode = () =>
  definePlugin<DeviceCodeTables>()({
    id: 'device-code',
    settings,
    limits,
    tables: ['device_code_user_code'],
    migrations,
    grants: [grant],
    operations: [requestDeviceCode],
    approvals: [presentation],
    pages,
    accountLinks: [{ label: 'Connect a device', path: DEVICE_PATH }],
    graphql: addEnterUserCode,
    jobs: [{ id: 'sweep-user-codes', everySeconds: 600, run: sweepUserCodes }],
  })
