import {
  AccessDenied,
  AuthorizationPending,
  defineGrant,
  ExpiredToken,
  InvalidGrant,
  param,
  provesPkce,
  SlowDown,
} from 'grantql/plugin'
import { CODE_GRANT_TYPE } from './grant-type.ts'
import { settings } from './settings.ts'

export const grant = defineGrant()({
  grantType: CODE_GRANT_TYPE,
  mutation: 'claimToken',
  spec: 'GrantQL code grant, after RFC 8628 §3.4',
  description: 'Claims the token of a code that a user approved. It works once.',
  clientAuth: 'public-allowed',
  forUsers: true,
  params: {
    code: param.approvalCode({ description: 'The code of requestCode.' }),
    codeVerifier: param.string({
      description: 'The verifier behind the challenge, where the code was requested with one (RFC 7636 §4.5).',
      optional: true,
      secret: true,
    }),
  },
  errors: [AuthorizationPending, SlowDown, AccessDenied, ExpiredToken, InvalidGrant],
  async exchange(ctx, { code, codeVerifier }) {
    const { approval, provenance, redemption } = await ctx.approvals.claim({
      code,
      grantType: CODE_GRANT_TYPE,
      proof: ({ details }) => provesPkce(details.codeChallenge as string | undefined, codeVerifier),
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
