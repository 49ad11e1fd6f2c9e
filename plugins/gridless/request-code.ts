import { defineOperation, field, param, readPkceChallenge } from 'grantql/plugin'
import { signCode } from './code.ts'
import { GRIDLESS_GRANT_TYPE } from './grant-type.ts'
import { limits } from './limits.ts'
import { AUTHORIZE_PATH } from './paths.ts'
import { settings } from './settings.ts'

export const requestCode = defineOperation()({
  mutation: 'requestGridlessCode',
  spec: 'Gridless, Authorize Clients',
  description: 'Asks for a code that a user approves in a browser, as a Gridless app does.',
  clientAuth: 'public-allowed',
  grantType: GRIDLESS_GRANT_TYPE,
  limit: limits.requestCode,
  params: {
    scopes: param.scopes({
      description: 'What the token shall be able to do. Those that the app may not have are left out. None: none.',
    }),
    codeChallenge: param.string({
      description:
        'Binds the code to a verifier that only this app knows: base64url(SHA-256(verifier)), RFC 7636 §4.2.',
      optional: true,
    }),
    codeChallengeMethod: param.string({ description: 'How the challenge was made: S256.', optional: true }),
  },
  errors: [],
  resultType: 'GridlessCodeRequest',
  result: {
    code: field.string({ description: 'What the app claims the token with: a JWT.', secret: true }),
    approveUrl: field.string({ description: 'Where the user decides: open it in their browser.' }),
    expiresInSeconds: field.integer({ description: 'Seconds left to decide and claim.', wireName: 'expires_in' }),
  },
  async run(ctx, { scopes = [], codeChallenge, codeChallengeMethod }) {
    const { app } = ctx
    const challenge = readPkceChallenge(codeChallenge, codeChallengeMethod)
    const ttlSeconds = ctx.setting(settings.codeTtlSeconds, app)
    const opened = await ctx.approvals.open({
      app,
      grantType: GRIDLESS_GRANT_TYPE,
      // Gridless takes any text for a scope. What nobody knows here cannot be given (RFC 6749 §3.3).
      scopes: scopes.filter((scope) => app.scopes.includes(scope)),
      details: challenge === undefined ? {} : { codeChallenge: challenge },
      ttlSeconds,
    })
    const code = signCode(ctx, opened)
    const approveUrl = ctx.url(AUTHORIZE_PATH)
    approveUrl.search = new URLSearchParams({ client_id: app.clientId, code, grant_type: 'code' }).toString()
    return { code, approveUrl: approveUrl.href, expiresInSeconds: ttlSeconds }
  },
})
