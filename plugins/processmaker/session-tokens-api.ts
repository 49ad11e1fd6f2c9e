import { type Endpoint, NotFound, type RequestContext, readLooseParams, type User } from 'grantql/plugin'
import { refuseForged, requireUser } from './caller.ts'
import { authorizedTokens, type IssuedToken, personalTokens, tokenResource } from './issued-tokens.ts'
import { json, noContent } from './json.ts'
import { makePersonalToken } from './make-personal-token.ts'
import type { ProcessmakerTables } from './tables.ts'

type Context = RequestContext<ProcessmakerTables>
type List = (ctx: Context, userId: string) => Promise<readonly IssuedToken[]>

/** What somebody who is signed in sees and does of their own tokens. */
export const sessionTokenEndpoints: readonly Endpoint<ProcessmakerTables>[] = [
  list('/oauth/tokens', authorizedTokens),
  remove('/oauth/tokens/:id', authorizedTokens),
  list('/oauth/personal-access-tokens', personalTokens),
  remove('/oauth/personal-access-tokens/:id', personalTokens),
  {
    method: 'POST',
    path: '/oauth/personal-access-tokens',
    async handle(ctx, request) {
      refuseForged(ctx)
      const { id } = await requireUser(ctx)
      const { headers, url } = ctx.request
      return makePersonalToken(
        ctx,
        await readLooseParams({ headers, url }, Buffer.from(await request.arrayBuffer())),
        id,
      )
    },
  },
  {
    // That system defines none of its own either; what an app has beyond is between it and an admin.
    method: 'GET',
    path: '/oauth/scopes',
    async handle(ctx) {
      await requireUser(ctx)
      return json([])
    },
  },
  {
    // There, a page gets a cookie with a token of a few minutes for its own calls. Here, the session is good for those.
    method: 'POST',
    path: '/oauth/token/refresh',
    async handle(ctx) {
      refuseForged(ctx)
      await requireUser(ctx)
      return new Response('Refreshed.', { headers: { 'cache-control': 'no-store' } })
    },
  },
]

function list(path: string, tokens: List): Endpoint<ProcessmakerTables> {
  return {
    method: 'GET',
    path,
    async handle(ctx) {
      const { id } = await requireUser(ctx)
      return json((await tokens(ctx, id)).map(tokenResource))
    },
  }
}

/** With the refresh tokens that belong to it. */
function remove(path: string, tokens: List): Endpoint<ProcessmakerTables> {
  return {
    method: 'DELETE',
    path,
    async handle(ctx, _request, { id }) {
      refuseForged(ctx)
      const user = await requireUser(ctx)
      return endToken(ctx, await tokens(ctx, user.id), id, user)
    },
  }
}

/** @throws {NotFound} where it is none of these */
export async function endToken(
  ctx: Context,
  tokens: readonly IssuedToken[],
  id: string | undefined,
  by: Pick<User, 'id'>,
): Promise<Response> {
  const found = tokens.find(({ token }) => token.id === id)
  if (!found) throw new NotFound()
  await ctx.tokens.revoke(found.token, { userId: by.id, withFamily: true })
  return noContent()
}
