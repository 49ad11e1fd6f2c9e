import type { RequestContext } from 'grantql/plugin'
import { describeHolder } from './holder.ts'
import { findPlainToken, presentedToken } from './presented-token.ts'
import { answerToken } from './token.ts'

/** Tells who an access token speaks for; without one, a POST of credentials gets one, as at the token endpoint. */
export async function answerMe(ctx: RequestContext, request: Request): Promise<Response> {
  const hasParams = ctx.request.method === 'POST' || ctx.request.url.searchParams.has('grant_type')
  if (hasParams && findPlainToken(ctx) === undefined) return answerToken(ctx, request, undefined)
  const { plain, token, app } = await presentedToken(ctx)
  const body = {
    access_token: plain,
    // Here alone it is milliseconds, and the whole life of the token.
    expires_in: token.expiresAt.getTime() - token.issuedAt.getTime(),
    ...(await describeHolder(ctx, token, app)),
  }
  return Response.json(body, { headers: { 'cache-control': 'no-store', pragma: 'no-cache' } })
}
