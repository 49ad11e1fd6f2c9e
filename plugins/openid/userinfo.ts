import {
  type App,
  defineOperation,
  type Endpoint,
  field,
  formParams,
  InsufficientScope,
  InvalidRequest,
  InvalidToken,
  param,
  type RequestContext,
  Unauthenticated,
} from 'grantql/plugin'
import { askedOf, tellableNames } from './asked.ts'
import { settings } from './settings.ts'

const PATH = '/oauth/userinfo'
/** Not that of an ID token: neither passes for the other (RFC 8725 §3.11). */
const USERINFO_TYPE = 'userinfo+jwt'

interface Userinfo {
  readonly app: App
  readonly subject: string
  readonly claims: Readonly<Record<string, unknown>>
}

/**
 * What an access token lets its app know about its user.
 *
 * @throws {InvalidToken} when it is not the access token of a user, or may not be presented so
 * @throws {InsufficientScope} when it does not have the scope `openid`
 * @see OpenID Connect Core §5.3
 */
async function findUserinfo(ctx: RequestContext, accessToken: string): Promise<Userinfo> {
  const token = await ctx.tokens.find(accessToken)
  const app = token && (await ctx.apps.find(token.clientId))
  if (!app || token.kind !== 'access' || token.userId === undefined) throw new InvalidToken()
  if (!(await ctx.mayPresent(token))) throw new InvalidToken()
  if (!token.scopes.includes('openid')) throw new InsufficientScope()
  const asked = askedOf(await ctx.tokens.provenance(token))
  const names = tellableNames(ctx, asked.userinfo, asked, token.scopes)
  const claims = await ctx.users.claims(token.userId, { scopes: token.scopes, names })
  return { app, subject: token.subject, claims }
}

/** The same over GraphQL. */
export const userInfo = defineOperation()({
  mutation: 'userInfo',
  spec: 'OpenID Connect Core §5.3',
  description: 'Tells about the user of an access token what its scopes let the app know.',
  clientAuth: 'none',
  params: {
    accessToken: param.string({
      description: 'An access token with the scope openid.',
      secret: true,
      maxLength: 16_384,
    }),
  },
  errors: [InvalidToken, InsufficientScope],
  resultType: 'UserInfo',
  result: {
    subject: field.string({ description: 'The user, as the app knows them: sub of the ID token.', wireName: 'sub' }),
    claims: field.json({ description: 'What is known of them, by the names of OpenID Connect Core §5.1.' }),
  },
  run: (ctx, { accessToken }) => findUserinfo(ctx, accessToken),
})

const answer = async (ctx: RequestContext, request: Request): Promise<Response> => {
  const { app, subject, claims } = await findUserinfo(ctx, await presentedToken(ctx, request))
  const said = { ...claims, sub: subject }
  const algorithm = ctx.setting(settings.userinfoSignedResponseAlg, app)
  if (algorithm === 'none') return respond(JSON.stringify(said), 'application/json; charset=utf-8')
  const jwt = ctx.tokens.sign(
    { ...said, iss: ctx.issuer, aud: app.clientId },
    { type: USERINFO_TYPE, algorithm: algorithm === 'server' ? ctx.tokens.algorithm : algorithm },
  )
  return respond(jwt, 'application/jwt')
}

/** `GET` and `POST /oauth/userinfo` (OpenID Connect Core §5.3.1). */
export const userinfoEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: PATH, metadata: 'userinfo_endpoint', handle: answer },
  { method: 'POST', path: PATH, handle: answer },
]

/**
 * The access token of a request: in the header, or in a posted form. In the query it would end up in logs.
 *
 * @throws {InvalidRequest} when it comes twice, or in the query
 * @throws {Unauthenticated} when there is none
 * @see RFC 6750 §2, §3.1, RFC 9449 §7.1
 */
async function presentedToken(ctx: RequestContext, request: Request): Promise<string> {
  if (ctx.request.url.searchParams.has('access_token')) {
    throw new InvalidRequest({ message: 'An access token does not belong into a URL.' })
  }
  const tokens = [...headerToken(ctx.request.headers), ...(await bodyTokens(request))]
  const [token] = tokens
  if (tokens.length > 1) throw new InvalidRequest({ message: 'The access token was sent in more than one way.' })
  if (token === undefined || token === '') throw new Unauthenticated()
  return token
}

/** @throws {InvalidRequest} when the scheme is that of a token and no token follows */
function headerToken(headers: Headers): readonly string[] {
  const authorization = headers.get('authorization')
  if (authorization === null || !/^(bearer|dpop)( |$)/i.test(authorization)) return []
  const token = /^[a-z]+ +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(authorization)?.[1]
  if (token === undefined) throw new InvalidRequest({ message: 'The Authorization header cannot be read.' })
  return [token]
}

async function bodyTokens(request: Request): Promise<readonly string[]> {
  const [type] = (request.headers.get('content-type') ?? '').toLowerCase().split(';')
  if (request.method !== 'POST' || type?.trim() !== 'application/x-www-form-urlencoded') return []
  const sent = formParams(new URLSearchParams(await request.text())).all('access_token')
  return sent.filter((token) => typeof token === 'string')
}

function respond(body: string, contentType: string): Response {
  return new Response(body, {
    headers: { 'content-type': contentType, 'cache-control': 'no-store', pragma: 'no-cache' },
  })
}
