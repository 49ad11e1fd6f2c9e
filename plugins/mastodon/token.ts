import { type Endpoint, InvalidGrant, type RawParams, type RequestContext, UnsupportedGrantType } from 'grantql/plugin'
import { jsonAnswer, refuseWithout } from './errors.ts'
import { credentialsOf, readParams, textOf, withDefault } from './params.ts'
import { DEFAULT_SCOPE } from './scopes.ts'
import { NEVER_SECONDS } from './settings.ts'

/** The grants of that system, by the parameters that each cannot do without. */
const GRANTS: Readonly<Record<string, readonly string[]>> = {
  authorization_code: ['code', 'redirect_uri'],
  client_credentials: [],
}

/** `POST /oauth/token`. A `redirect_uri` beside `client_credentials` says nothing: there is no redirect. */
export const token: Endpoint = {
  method: 'POST',
  path: '/oauth/token',
  async handle(ctx, request) {
    const params = withDefault(await readParams(ctx, request), 'scope', DEFAULT_SCOPE)
    const grantType = textOf(params, 'grant_type')
    if (grantType === undefined) return refuseWithout('grant_type')
    if (!Object.hasOwn(GRANTS, grantType)) throw new UnsupportedGrantType()
    const missing = GRANTS[grantType]?.find((name) => textOf(params, name) === undefined)
    if (missing !== undefined) return refuseWithout(missing)
    const credentials = credentialsOf(ctx, params)
    try {
      const { accessToken, tokenType, scopes, expiresInSeconds } = await ctx.operations.exchangeToken({
        grantType,
        params,
        credentials,
        request: ctx.request,
      })
      return jsonAnswer(200, {
        access_token: accessToken,
        token_type: tokenType,
        ...(expiresInSeconds < NEVER_SECONDS && { expires_in: expiresInSeconds }),
        ...(scopes.length > 0 && { scope: scopes.join(' ') }),
        created_at: Math.floor(ctx.now().getTime() / 1000),
      })
    } catch (error) {
      if (error instanceof InvalidGrant && (await lacksVerifier(ctx, params))) return refuseWithout('code_verifier')
      throw error
    }
  },
}

/** Whether a code was bound by PKCE, and nothing was sent to prove it by (RFC 7636 §4.6). */
async function lacksVerifier(ctx: RequestContext, params: RawParams): Promise<boolean> {
  if (textOf(params, 'code_verifier') !== undefined) return false
  const approval = await ctx.approvals.findByCode(textOf(params, 'code') ?? '')
  return approval?.status === 'approved' && typeof approval.details.codeChallenge === 'string'
}
