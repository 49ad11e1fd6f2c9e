import { defineOperation, definePlugin, param } from 'grantql/plugin'

const revokeToken = defineOperation()({
  mutation: 'revokeToken',
  path: '/oauth/revoke',
  metadata: 'revocation_endpoint',
  spec: 'RFC 7009',
  description:
    'Ends a token of the app: an access token alone, a refresh token (also one that was exchanged) with its whole family.',
  clientAuth: 'public-allowed',
  params: {
    token: param.string({ description: 'The token to end.', secret: true, maxLength: 16_384 }),
    tokenTypeHint: param.string({
      description: 'What kind of token it may be. The server finds out by itself.',
      optional: true,
    }),
  },
  errors: [],
  resultType: 'TokenRevocation',
  result: {},
  // A token that is unknown, over or another app's is answered like one that was revoked (RFC 7009 §2.1, §2.2).
  async run(ctx, { token }) {
    const found = await ctx.tokens.findToRevoke(token)
    if (found?.appId === ctx.app.id) await ctx.tokens.revoke(found, { app: ctx.app })
    return {}
  },
})

/** Lets an app end its tokens (RFC 7009). */
export const revocation = () => definePlugin()({ id: 'revocation', operations: [revokeToken] })
