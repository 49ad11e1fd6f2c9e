import { type ActiveToken, InvalidToken, type RequestContext, readLooseParams } from 'grantql/plugin'
import { DIALECT } from './ids.ts'
import { findAccessToken, presentedToken } from './presented-token.ts'
import { readBody, textOf } from './sent.ts'

/** Ends every token that the user gave to apps of Usergrid. */
export async function revokeTokens(
  ctx: RequestContext,
  parameters: Readonly<Record<string, string>>,
): Promise<Response> {
  const userId = await requireSelf(ctx, parameters.user)
  for (const token of await ctx.tokens.ofUser(userId)) {
    if ((await ctx.apps.findById(token.appId))?.dialect === DIALECT) await end(ctx, token, userId)
  }
  return revoked('revoked user tokens', ctx)
}

/** Ends the one token of the user that is named. It may stand in the URL, for nobody can use it any more. */
export async function revokeToken(
  ctx: RequestContext,
  request: Request,
  parameters: Readonly<Record<string, string>>,
): Promise<Response> {
  const userId = await requireSelf(ctx, parameters.user)
  const sent = await readLooseParams(ctx.request, await readBody(request))
  const { token } = await findAccessToken(ctx, textOf(sent, 'token') ?? '')
  if (token.userId !== userId) throw new InvalidToken({ reason: 'another-app' })
  await end(ctx, token, userId)
  return revoked('revoked user token', ctx)
}

const end = (ctx: RequestContext, token: ActiveToken, userId: string) =>
  ctx.tokens.revoke(token, { userId, withFamily: true })

/** @throws {InvalidToken} where the token is not the one of the user that the path names, by name or by id */
async function requireSelf(ctx: RequestContext, named = ''): Promise<string> {
  const { token } = await presentedToken(ctx)
  const { userId, subject } = token
  const isSelf = named === subject || (userId !== undefined && (await ctx.users.findByName(named))?.id === userId)
  if (userId === undefined || !isSelf) throw new InvalidToken({ reason: 'another-app' })
  return userId
}

function revoked(action: string, ctx: RequestContext): Response {
  return Response.json(
    { action, timestamp: ctx.now().getTime(), duration: 0 },
    { headers: { 'cache-control': 'no-store' } },
  )
}
