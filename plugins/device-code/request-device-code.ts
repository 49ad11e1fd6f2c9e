import { defineOperation, field, InvalidScope, param } from 'grantql/plugin'
import { deviceOf } from './device.ts'
import { DEVICE_CODE_GRANT_TYPE } from './grant-type.ts'
import { limits } from './limits.ts'
import { DEVICE_PATH } from './pages.ts'
import { settings } from './settings.ts'
import type { DeviceCodeTables } from './tables.ts'
import { showUserCode } from './user-code.ts'
import { openUserCode } from './user-codes.ts'

export const requestDeviceCode = defineOperation<DeviceCodeTables>()({
  mutation: 'requestDeviceCode',
  path: '/oauth/device_authorization',
  metadata: 'device_authorization_endpoint',
  spec: 'RFC 8628 §3.1',
  description:
    'Asks for a code that a person types on another device. The device shows it, and claims its token meanwhile.',
  clientAuth: 'public-allowed',
  grantType: DEVICE_CODE_GRANT_TYPE,
  limit: limits.requestDeviceCode,
  opensApproval: true,
  params: {
    scopes: param.scopes({ description: 'What the token shall be able to do. Left out: all that the app may.' }),
  },
  errors: [InvalidScope],
  resultType: 'DeviceCodeRequest',
  result: {
    deviceCode: field.string({
      description: 'What the device claims the token with. It is shown to nobody.',
      secret: true,
    }),
    userCode: field.string({ description: 'What the device shows, for a person to type: WDJB-MJHT.' }),
    verificationUri: field.string({ description: 'Where it is typed. The device shows it, too.' }),
    verificationUriComplete: field.string({
      description: 'The same with the code in it, for a QR code. The person still compares the code (RFC 8628 §3.3.1).',
    }),
    expiresInSeconds: field.integer({ description: 'Seconds left to type, decide and claim.', wireName: 'expires_in' }),
    intervalSeconds: field.integer({ description: 'Seconds to wait between two claims.', wireName: 'interval' }),
  },
  async run(ctx, { scopes }) {
    const ttlSeconds = ctx.setting(settings.ttlSeconds, ctx.app)
    const { approval, code, handle } = await ctx.approvals.open({
      app: ctx.app,
      grantType: DEVICE_CODE_GRANT_TYPE,
      scopes: ctx.narrowScopes(scopes),
      details: { ...deviceOf(ctx.request) },
      ttlSeconds,
      sent: ctx.sent,
    })
    const userCode = showUserCode(await openUserCode(ctx, handle, approval.expiresAt))
    return {
      deviceCode: code,
      userCode,
      verificationUri: ctx.url(DEVICE_PATH).href,
      verificationUriComplete: ctx.url(`${DEVICE_PATH}?user_code=${userCode}`).href,
      expiresInSeconds: ttlSeconds,
      intervalSeconds: ctx.setting(settings.intervalSeconds, ctx.app),
    }
  },
})
