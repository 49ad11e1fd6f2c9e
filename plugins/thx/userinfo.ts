import { type Endpoint, formParams, InvalidRequest, objectParams, type RequestContext } from 'grantql/plugin'
import { respond } from './respond.ts'

export const USERINFO_PATH = '/me'

const answer: Endpoint['handle'] = async (ctx, request) => {
  const params = objectParams({ access_token: await presentedToken(ctx, request) })
  const said = await ctx.operations.run('userInfo', { params, credentials: {}, request: ctx.request })
  return respond(200, { ...(said.claims as Record<string, unknown>), sub: said.subject })
}

/** `GET` and `POST /me`: who the user of an access token is (OpenID Connect Core §5.3). */
export const userinfoEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: USERINFO_PATH, handle: answer },
  { method: 'POST', path: USERINFO_PATH, handle: answer },
]

/** @throws {InvalidRequest} when there is no token, or it comes in a way that it must not (RFC 6750 §2) */
async function presentedToken({ request: { headers } }: RequestContext, request: Request): Promise<string> {
  const authorization = headers.get('authorization')
  if (authorization !== null) {
    const [scheme = '', token, ...more] = authorization.split(' ')
    if (scheme.toLowerCase() === 'bearer' && token && more.length === 0) return token
    throw new InvalidRequest({ message: 'invalid authorization header value format' })
  }
  const [type] = (headers.get('content-type') ?? '').toLowerCase().split(';')
  const isForm = request.method === 'POST' && type?.trim() === 'application/x-www-form-urlencoded'
  const [token] = isForm ? formParams(new URLSearchParams(await request.text())).all('access_token') : []
  if (typeof token !== 'string' || token === '') throw new InvalidRequest({ message: 'no access token provided' })
  return token
}
