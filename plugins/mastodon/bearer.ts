import { type ActiveToken, type App, bearerToken, InvalidToken, type RequestContext } from 'grantql/plugin'

/** A token that was presented, and the app that it is of. */
export interface Presented {
  readonly token: ActiveToken
  readonly app: App
}

/**
 * The access token of a request, from its header alone: in a URL it would end up in logs.
 *
 * @throws {InvalidToken} when there is none, it is over, or it is not of an app of this dialect
 * @see RFC 6750 §2.1
 */
export async function presentedToken(ctx: RequestContext): Promise<Presented> {
  const text = bearerToken(ctx.request.headers)
  if (text === undefined) throw new InvalidToken({ reason: 'unknown' })
  const token = await ctx.tokens.find(text)
  if (!token) throw new InvalidToken({ reason: await ctx.tokens.whyInactive(text) })
  const app = await ctx.apps.findById(token.appId)
  if (token.kind !== 'access' || app?.dialect !== 'mastodon' || !(await ctx.mayPresent(token))) {
    throw new InvalidToken({ reason: 'unknown' })
  }
  return { token, app }
}
