import { defineGrant, InvalidGrant, param, provesPkce } from 'grantql/plugin'
import { readCode } from './code.ts'
import { GRIDLESS_GRANT_TYPE } from './grant-type.ts'

export const grant = defineGrant()({
  grantType: GRIDLESS_GRANT_TYPE,
  mutation: 'claimGridlessToken',
  spec: 'Gridless, Authorize Clients',
  description: 'Claims the token of a code of requestGridlessCode that a user approved. It works once.',
  clientAuth: 'public-allowed',
  forUsers: true,
  params: {
    code: param.string({ description: 'The code of requestGridlessCode.', secret: true, maxLength: 16_384 }),
    codeVerifier: param.string({
      description: 'The verifier behind the challenge, where the code was requested with one (RFC 7636 §4.5).',
      optional: true,
      secret: true,
    }),
  },
  errors: [InvalidGrant],
  async exchange(ctx, { code: jwt, codeVerifier }) {
    const code = readCode(ctx, jwt)
    if (typeof code === 'string') throw new InvalidGrant({ message: code, about: 'code' })
    const { approval, provenance, redemption } = await ctx.approvals.claim({
      code: code.approvalCode,
      grantType: GRIDLESS_GRANT_TYPE,
      proof: ({ details }) => provesPkce(details.codeChallenge as string | undefined, codeVerifier),
    })
    return { subject: { userId: approval.userId }, scopes: approval.grantedScopes, ...provenance, redeems: redemption }
  },
})
