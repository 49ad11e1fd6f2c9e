import {
  type Endpoint,
  OAuthError,
  type RawParams,
  type RequestContext,
  readLooseParams,
  type TokenSet,
} from 'grantql/plugin'
import { renderTokenFault } from './json.ts'
import type { ProcessmakerTables } from './tables.ts'
import { textOf } from './text-of.ts'
import { type Asked, faultOf } from './token-faults.ts'

/** `POST /oauth/token`: a form, JSON or multipart, with the app in the body or in a Basic header; the body wins. */
export const tokenEndpoint: Endpoint<ProcessmakerTables> = {
  method: 'POST',
  path: '/oauth/token',
  async handle(ctx, request) {
    const params = tolerant(await readBody(ctx, request))
    const basic = /^Basic +(\S+) *$/i.exec(ctx.request.headers.get('authorization') ?? '')?.[1]
    const credentials = {
      clientId: textOf(params, 'client_id'),
      clientSecret: textOf(params, 'client_secret'),
    }
    const isInBody = credentials.clientId !== undefined && credentials.clientSecret !== undefined
    try {
      const tokens = await ctx.operations.exchangeToken({
        grantType: textOf(params, 'grant_type') ?? '',
        params,
        credentials: isInBody ? credentials : { ...credentials, basic },
        request: ctx.request,
      })
      return renderTokens(tokens)
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error
      const hasCredentials = credentials.clientId !== undefined || basic !== undefined
      return renderTokenFault(faultOf(error, await describe(ctx, params, hasCredentials)), error, ctx.request)
    }
  },
}

/** Nothing is read from the query: what stands there ends up in logs. */
async function readBody(
  { request: { headers, url } }: Pick<RequestContext, 'request'>,
  request: Request,
): Promise<RawParams> {
  const body = Buffer.from(await request.arrayBuffer())
  return readLooseParams({ headers, url: new URL(url.pathname, url.origin) }, body)
}

/** An id that is a number in JSON is its digits, and the scope `*` is everything that the app may have. */
function tolerant(params: RawParams): RawParams {
  return {
    names: params.names,
    all(name) {
      const sent = params.all(name)
      if (name === 'client_id') return sent.map((value) => (Number.isSafeInteger(value) ? String(value) : value))
      if (name === 'scope') return sent.filter((value) => value !== '*')
      return sent
    },
  }
}

async function describe(ctx: Pick<RequestContext, 'apps'>, params: RawParams, hasCredentials: boolean): Promise<Asked> {
  const redirectUri = textOf(params, 'redirect_uri')
  const app = redirectUri === undefined ? undefined : await ctx.apps.find(textOf(params, 'client_id') ?? '')
  return {
    grantType: textOf(params, 'grant_type') ?? '',
    hasCredentials,
    hasForeignRedirectUri: redirectUri !== undefined && app?.redirectUris.includes(redirectUri) === false,
    hasVerifier: textOf(params, 'code_verifier') !== undefined,
  }
}

const TOKEN_HEADERS = {
  'content-type': 'application/json; charset=UTF-8',
  'cache-control': 'no-store',
  pragma: 'no-cache',
}

function renderTokens({ tokenType, expiresInSeconds, accessToken, refreshToken }: TokenSet): Response {
  const members = {
    token_type: tokenType,
    expires_in: expiresInSeconds,
    access_token: accessToken,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
  }
  return new Response(JSON.stringify(members), { headers: TOKEN_HEADERS })
}
