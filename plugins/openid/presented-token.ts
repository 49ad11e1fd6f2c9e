import { formParams, InvalidRequest, type RequestContext, Unauthenticated } from 'grantql/plugin'

/**
 * The access token of a request: in the header, or in a posted form. In the query it would end up in logs.
 *
 * @throws {InvalidRequest} when it comes twice, or in the query
 * @throws {Unauthenticated} when there is none
 * @see RFC 6750 §2, §3.1, RFC 9449 §7.1
 */
export async function presentedToken(ctx: RequestContext, request: Request): Promise<string> {
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
