import { defineGrant, InvalidGrant, param, provesPkce } from 'grantql/plugin'

export const grant = defineGrant()({
  grantType: 'authorization_code',
  mutation: 'exchangeCode',
  spec: 'RFC 6749 §4.1.3',
  description: 'Exchanges the code that came back through the browser for tokens. It works once, and not for long.',
  clientAuth: 'public-allowed',
  forUsers: true,
  params: {
    code: param.approvalCode({ description: 'The code of the redirect.' }),
    redirectUri: param.string({
      description: 'The redirect URI of the authorization request, where it had one: the same text (RFC 6749 §4.1.3).',
      optional: true,
    }),
    codeVerifier: param.string({
      description: 'The verifier behind the challenge (RFC 7636 §4.5).',
      optional: true,
      secret: true,
    }),
  },
  errors: [InvalidGrant],
  async exchange(ctx, { code, redirectUri, codeVerifier }) {
    const { approval, provenance, redemption } = await ctx.approvals.claim({
      code,
      grantType: 'authorization_code',
      proof: ({ details }) => {
        // A code that was sent to one place and is brought from another was injected or leaked (RFC 9700 §4.5).
        const expected = details.sentRedirectUri ?? (redirectUri === undefined ? undefined : details.redirectUri)
        return redirectUri === expected
          ? provesPkce(details.codeChallenge as string | undefined, codeVerifier)
          : 'failed'
      },
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
