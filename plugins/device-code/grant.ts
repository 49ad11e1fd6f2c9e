import {
  AccessDenied,
  AuthorizationPending,
  defineGrant,
  ExpiredToken,
  InvalidGrant,
  param,
  SlowDown,
} from 'grantql/plugin'
import { DEVICE_CODE_GRANT_TYPE } from './grant-type.ts'
import { settings } from './settings.ts'

export const grant = defineGrant()({
  grantType: DEVICE_CODE_GRANT_TYPE,
  mutation: 'claimDeviceToken',
  spec: 'RFC 8628 §3.4',
  description: 'Claims the token of a device whose user typed its code and said yes. It works once.',
  clientAuth: 'public-allowed',
  forUsers: true,
  params: {
    deviceCode: param.approvalCode({ description: 'The device code of requestDeviceCode.' }),
  },
  errors: [AuthorizationPending, SlowDown, AccessDenied, ExpiredToken, InvalidGrant],
  async exchange(ctx, { deviceCode }) {
    const { approval, provenance, redemption } = await ctx.approvals.claim({
      code: deviceCode,
      grantType: DEVICE_CODE_GRANT_TYPE,
      // The RFC has nothing beyond the app's own authentication (§3.4).
      proof: () => 'nothing-to-prove',
      intervalSeconds: ctx.setting(settings.intervalSeconds, ctx.app),
    })
    return {
      subject: { userId: approval.userId },
      scopes: approval.grantedScopes,
      refreshable: true,
      ...provenance,
      redeems: redemption,
    }
  },
})
