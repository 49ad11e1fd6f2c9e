import {
  type App,
  defineOperation,
  type Endpoint,
  field,
  InsufficientScope,
  InvalidToken,
  param,
  type RequestContext,
} from 'grantql/plugin'
import { askedOf, tellableNames } from './asked.ts'
import { presentedToken } from './presented-token.ts'
import { settings } from './settings.ts'

export const USERINFO_PATH = '/oauth/userinfo'
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
  takesAccessToken: true,
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
  { method: 'GET', path: USERINFO_PATH, metadata: 'userinfo_endpoint', handle: answer },
  { method: 'POST', path: USERINFO_PATH, handle: answer },
]

function respond(body: string, contentType: string): Response {
  return new Response(body, {
    headers: { 'content-type': contentType, 'cache-control': 'no-store', pragma: 'no-cache' },
  })
}
