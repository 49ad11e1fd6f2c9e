import { defineOperation, field, InvalidScope, param, readPkceChallenge } from 'grantql/plugin'
import { CODE_GRANT_TYPE } from './grant-type.ts'
import { limits } from './limits.ts'
import { settings } from './settings.ts'

export const requestCode = defineOperation()({
  mutation: 'requestCode',
  path: '/oauth/code',
  metadata: 'code_endpoint',
  spec: 'GrantQL code grant, after RFC 8628 §3.1',
  description: 'Asks for a code that a user approves in a browser. The app keeps the code and shows the URL.',
  clientAuth: 'public-allowed',
  grantType: CODE_GRANT_TYPE,
  limit: limits.requestCode,
  opensApproval: true,
  params: {
    scopes: param.scopes({ description: 'What the token shall be able to do. Left out: all that the app may.' }),
    codeChallenge: param.string({
      description:
        'Binds the code to a verifier that only this app knows: base64url(SHA-256(verifier)), RFC 7636 §4.2.',
      optional: true,
    }),
    codeChallengeMethod: param.string({ description: 'How the challenge was made: S256.', optional: true }),
  },
  errors: [InvalidScope],
  resultType: 'CodeRequest',
  result: {
    code: field.string({
      description: 'What the app claims the token with. Keep it; show it to nobody.',
      secret: true,
    }),
    handle: field.string({ description: 'What the user approves by. It cannot claim a token.' }),
    approveUrl: field.string({ description: 'Where the user decides: open it in their browser.' }),
    expiresInSeconds: field.integer({ description: 'Seconds left to decide and claim.', wireName: 'expires_in' }),
    intervalSeconds: field.integer({ description: 'Seconds to wait between two claims.', wireName: 'interval' }),
  },
  async run(ctx, { scopes, codeChallenge, codeChallengeMethod }) {
    const challenge = readPkceChallenge(codeChallenge, codeChallengeMethod)
    const ttlSeconds = ctx.setting(settings.ttlSeconds, ctx.app)
    const opened = await ctx.approvals.open({
      app: ctx.app,
      grantType: CODE_GRANT_TYPE,
      scopes: ctx.narrowScopes(scopes),
      details: challenge === undefined ? {} : { codeChallenge: challenge },
      ttlSeconds,
      sent: ctx.sent,
    })
    return {
      code: opened.code,
      handle: opened.handle,
      approveUrl: opened.approveUrl.href,
      expiresInSeconds: ttlSeconds,
      intervalSeconds: ctx.setting(settings.intervalSeconds, ctx.app),
    }
  },
})
