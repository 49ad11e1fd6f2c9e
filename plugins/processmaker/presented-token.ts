import { type ActiveToken, bearerToken, type RequestContext } from 'grantql/plugin'

/** The active access token that came with a request as bearer; undefined where there is none, or it may not be used so. */
export async function presentedToken(
  ctx: Pick<RequestContext, 'mayPresent' | 'request' | 'tokens'>,
): Promise<ActiveToken | undefined> {
  const bearer = bearerToken(ctx.request.headers)
  const token = bearer === undefined ? undefined : await ctx.tokens.find(bearer)
  return token?.kind === 'access' && (await ctx.mayPresent(token)) ? token : undefined
}
