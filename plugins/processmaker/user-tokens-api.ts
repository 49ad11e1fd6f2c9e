import {
  type Endpoint,
  Forbidden,
  NotFound,
  type RequestContext,
  readLooseParams,
  Unauthenticated,
  type User,
} from 'grantql/plugin'
import { DIALECT, isHouseApp } from './auth-client.ts'
import { type IssuedToken, personalTokens, tokenResource } from './issued-tokens.ts'
import { json } from './json.ts'
import { makePersonalToken } from './make-personal-token.ts'
import { presentedToken } from './presented-token.ts'
import { endToken } from './session-tokens-api.ts'
import type { ProcessmakerTables } from './tables.ts'

type Context = RequestContext<ProcessmakerTables>

const LIST = '/api/1.0/users/:user/tokens'
const ONE = '/api/1.0/users/:user/tokens/:token'
const TOKENS_PER_PAGE = 10
const MOST_PER_PAGE = 100

/** Personal access tokens for programs that hold an access token: of one's own, and for an admin those of others. */
export const userTokenEndpoints: readonly Endpoint<ProcessmakerTables>[] = [
  {
    method: 'GET',
    path: LIST,
    async handle(ctx, _request, { user }) {
      const { owner } = await requireAccess(ctx, user)
      return json(pageOf(ctx, (await personalTokens(ctx, owner.id)).map(tokenResource)))
    },
  },
  {
    method: 'POST',
    path: LIST,
    async handle(ctx, request, { user }) {
      const { caller, owner } = await requireAccess(ctx, user)
      // There, an admin makes tokens by which they act as somebody else.
      if (caller.id !== owner.id) throw new Forbidden()
      const { headers, url } = ctx.request
      const sent = await readLooseParams({ headers, url }, Buffer.from(await request.arrayBuffer()))
      return makePersonalToken(ctx, sent, owner.id)
    },
  },
  {
    method: 'GET',
    path: ONE,
    async handle(ctx, _request, { user, token }) {
      const { owner } = await requireAccess(ctx, user)
      const found = (await personalTokens(ctx, owner.id)).find((each: IssuedToken) => each.token.id === token)
      if (!found) throw new NotFound()
      return json(tokenResource(found))
    },
  },
  {
    method: 'DELETE',
    path: ONE,
    async handle(ctx, _request, { user, token }) {
      const { caller, owner, isHouse } = await requireAccess(ctx, user)
      if (!isHouse) throw new Forbidden()
      return endToken(ctx, await personalTokens(ctx, owner.id), token, caller)
    },
  },
]

interface Access {
  readonly caller: User
  readonly owner: User
  /** The caller comes by an app of the house. One of a stranger sees the person's own, and changes nothing. */
  readonly isHouse: boolean
}

/**
 * Whose tokens a caller may see.
 *
 * @param name the user of the path: their id, or how the app of the token knows them
 * @throws {Unauthenticated} {Forbidden} {NotFound}
 */
async function requireAccess(ctx: Context, name: string | undefined): Promise<Access> {
  const token = await presentedToken(ctx)
  const caller = token?.userId === undefined ? undefined : await ctx.users.find(token.userId)
  const app = token && (await ctx.apps.findById(token.appId))
  if (!token || !caller || app?.dialect !== DIALECT) throw new Unauthenticated()
  const isHouse = isHouseApp(app)
  if (name === token.subject || name === caller.id) return { caller, owner: caller, isHouse }
  if (caller.role !== 'admin' || !isHouse) throw new Forbidden()
  const owner = name === undefined ? undefined : await ctx.users.find(name)
  if (!owner) throw new NotFound()
  return { caller, owner, isHouse }
}

/** A page of a list, as that system prints them. */
function pageOf({ request: { url } }: Context, all: readonly unknown[]) {
  const perPage = Math.min(positive(url.searchParams.get('per_page')) ?? TOKENS_PER_PAGE, MOST_PER_PAGE)
  const page = positive(url.searchParams.get('page')) ?? 1
  const first = (page - 1) * perPage
  const data = all.slice(first, first + perPage)
  const pages = Math.max(1, Math.ceil(all.length / perPage))
  return {
    data,
    meta: {
      count: data.length,
      total_pages: pages,
      current_page: page,
      from: data.length === 0 ? null : first + 1,
      last_page: pages,
      path: url.origin + url.pathname,
      per_page: perPage,
      to: data.length === 0 ? null : first + data.length,
      total: all.length,
    },
  }
}

function positive(text: string | null): number | undefined {
  return text !== null && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined
}
