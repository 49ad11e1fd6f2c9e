import { type ActiveToken, type App, bearerToken, InvalidToken, type RequestContext } from 'grantql/plugin'
import { DIALECT } from './ids.ts'
import { settings } from './settings.ts'

export interface PresentedToken {
  readonly plain: string
  readonly token: ActiveToken
  readonly app: App
}

/** The access token that a request came with; undefined for none. It may be anything. */
export function findPlainToken(ctx: RequestContext): string | undefined {
  const { headers, url } = ctx.request
  const bearer = bearerToken(headers)
  return (
    bearer ?? (ctx.setting(settings.credentialsInUrl) ? (url.searchParams.get('access_token') ?? undefined) : undefined)
  )
}

/** The access token of a protected call, if it is one of a Usergrid app. @throws {InvalidToken} */
export async function presentedToken(ctx: RequestContext): Promise<PresentedToken> {
  const plain = findPlainToken(ctx)
  if (plain === undefined) throw new InvalidToken({ reason: 'not-proved' })
  const presented = await findAccessToken(ctx, plain)
  if (!(await ctx.mayPresent(presented.token))) throw new InvalidToken({ reason: 'another-app' })
  return presented
}

/** An active access token of a Usergrid app. @throws {InvalidToken} */
export async function findAccessToken(ctx: RequestContext, plain: string): Promise<PresentedToken> {
  const token = await ctx.tokens.find(plain)
  if (token?.kind !== 'access') throw new InvalidToken({ reason: await ctx.tokens.whyInactive(plain) })
  const app = await ctx.apps.findById(token.appId)
  if (app?.dialect !== DIALECT) throw new InvalidToken({ reason: 'another-app' })
  return { plain, token, app }
}
