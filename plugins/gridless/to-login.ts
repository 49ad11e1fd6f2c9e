import type { PageContext, RequestFacts } from 'grantql/plugin'
import { LOGIN_PATH } from './paths.ts'

/** Has somebody log in, and come back to where they are. What was posted is lost. */
export function toLogin(ctx: PageContext, returnTo = pathOf(ctx.request)): Response {
  return ctx.seeOther(`${LOGIN_PATH}?${new URLSearchParams({ redirect_url: returnTo })}`)
}

function pathOf({ method, url }: RequestFacts): string {
  return method === 'GET' ? url.pathname + url.search : ''
}
