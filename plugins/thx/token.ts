import { type App, type Endpoint, OAuthError, objectParams, type RequestContext, type TokenSet } from 'grantql/plugin'
import { readCredentials, type Shown } from './credentials.ts'
import { UnknownRoute } from './errors.ts'
import { namingMissing, readForm, type Sent } from './read-form.ts'
import { respond } from './respond.ts'
import { knownScopes } from './scopes.ts'

export const TOKEN_PATH = '/token'

/** `POST /token`: the token endpoint (RFC 6749 §3.2). */
export const tokenEndpoints: readonly Endpoint[] = [
  {
    method: 'POST',
    path: TOKEN_PATH,
    async handle(ctx, request) {
      const sent = await readForm(ctx, request)
      const shown = readCredentials(ctx.request.headers, sent)
      return respond(200, toWire(await exchange(ctx, sent, shown)))
    },
  },
  {
    method: 'GET',
    path: TOKEN_PATH,
    async handle() {
      throw new UnknownRoute({ message: `unrecognized route or not allowed method (GET on ${TOKEN_PATH})` })
    },
  },
]

async function exchange(ctx: RequestContext, sent: Sent, { clientId, credentials }: Shown): Promise<TokenSet> {
  const app = await ctx.apps.find(clientId)
  const { client_id: _, client_secret: __, scope, grant_type: grantType = '', ...rest } = sent
  try {
    return await ctx.operations.exchangeToken({
      grantType,
      params: objectParams({ ...rest, scope: knownScopes(scope, app) }),
      // An app of another system has its own token endpoint: here it proves nothing.
      credentials: app && !isOfDialect(app) ? {} : credentials,
      request: ctx.request,
    })
  } catch (error) {
    // The system has an app prove who it is before it looks at the grant.
    if (isAboutGrantType(error)) await ctx.apps.authenticate(credentials)
    throw namingMissing(error, sent)
  }
}

const isOfDialect = ({ dialect }: Pick<App, 'dialect'>) => dialect === 'thx'

const isAboutGrantType = (error: unknown) =>
  error instanceof OAuthError && (error.code === 'unsupported_grant_type' || error.about === 'grant_type')

function toWire({ accessToken, expiresInSeconds, tokenType, scopes, ...more }: TokenSet): Record<string, unknown> {
  return {
    access_token: accessToken,
    expires_in: expiresInSeconds,
    token_type: tokenType,
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(more.idToken !== undefined && { id_token: more.idToken }),
    ...(more.refreshToken !== undefined && { refresh_token: more.refreshToken }),
    ...more.companions,
  }
}
