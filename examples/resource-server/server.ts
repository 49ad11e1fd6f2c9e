import { type Context, Hono } from 'hono'
import { type Account, followedBy, followersOf } from './accounts.ts'
import { guard } from './guard.ts'
import type { Introspect } from './introspect.ts'

const USUAL_LIMIT = 40
const MOST = 80

/** The API: who follows an account, and whom it follows, for apps that may read accounts. */
export function createApi(introspect: Introspect): Hono {
  const mayReadAccounts = guard(introspect, 'read:accounts')
  return new Hono()
    .get('/api/v1/accounts/:id/followers', mayReadAccounts, (context) =>
      answer(context, followersOf(context.req.param('id'))),
    )
    .get('/api/v1/accounts/:id/following', mayReadAccounts, (context) =>
      answer(context, followedBy(context.req.param('id'))),
    )
    .notFound((context) => context.json({ error: 'Record not found' }, 404))
}

/** A page of them, and in a `Link` header where the next one is (RFC 8288). */
function answer(context: Context, accounts: readonly Account[] | undefined): Response | Promise<Response> {
  if (!accounts) return context.notFound()
  const limit = Math.min(Math.max(Number.parseInt(context.req.query('limit') ?? '', 10) || USUAL_LIMIT, 1), MOST)
  const before = Number(context.req.query('max_id') ?? Infinity)
  const left = accounts.filter(({ id }) => !(Number(id) >= before))
  const page = left.slice(0, limit)
  const last = page.at(-1)
  if (last && left.length > page.length) {
    const next = new URL(context.req.url)
    next.search = new URLSearchParams({ limit: String(limit), max_id: last.id }).toString()
    context.header('Link', `<${next.href}>; rel="next"`)
  }
  context.header('Cache-Control', 'no-store')
  return context.json(page)
}
