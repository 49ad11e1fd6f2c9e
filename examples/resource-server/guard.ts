import type { MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Introspect } from './introspect.ts'
import { holds } from './scopes.ts'

/**
 * Lets a request through whose access token is active, of an app of this API's own system, and holds a scope.
 *
 * @see RFC 6750 §2.1, §3.1
 */
export function guard(introspect: Introspect, scope: string): MiddlewareHandler {
  return async (context, next) => {
    const token = /^Bearer +([\w\-.~+/]+=*) *$/i.exec(context.req.header('authorization') ?? '')?.[1]
    if (token === undefined) throw refuse(401, 'This method requires an access token', 'Bearer')
    const active = await ask(introspect, token)
    // `read` of another system is another thing.
    if (active?.dialect !== 'mastodon') throw refuse(401, 'The access token is invalid', 'Bearer error="invalid_token"')
    if (!holds(active.scopes, scope)) {
      const challenge = `Bearer error="insufficient_scope", scope="${scope}"`
      throw refuse(403, 'This action is outside the authorized scopes', challenge)
    }
    await next()
  }
}

/** Whoever cannot be asked about a token has not said that it is good. */
async function ask(introspect: Introspect, token: string) {
  try {
    return await introspect(token)
  } catch (cause) {
    console.error('The authorization server did not answer:', cause)
    throw refuse(503, 'The authorization server cannot be reached')
  }
}

function refuse(status: 401 | 403 | 503, error: string, challenge?: string): HTTPException {
  const headers = challenge === undefined ? {} : { 'www-authenticate': challenge }
  return new HTTPException(status, { res: Response.json({ error }, { status, headers }) })
}
