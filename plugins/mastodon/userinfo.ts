import { type Endpoint, InsufficientScope, type RequestContext } from 'grantql/plugin'
import { presentedToken } from './bearer.ts'
import { jsonAnswer } from './errors.ts'

const PATH = '/oauth/userinfo'
/** Each lets an app know who its user is. */
const SCOPES = ['profile', 'read', 'read:accounts']

/** `GET` and `POST /oauth/userinfo`: who the user of a token is. What nobody knows of them is left out. */
export const userinfo: readonly Endpoint[] = (['GET', 'POST'] as const).map((method) => ({
  method,
  path: PATH,
  handle: answer,
}))

async function answer(ctx: RequestContext): Promise<Response> {
  const { token } = await presentedToken(ctx)
  if (!SCOPES.some((scope) => token.scopes.includes(scope))) throw new InsufficientScope()
  const { userId } = token
  const user = userId === undefined ? undefined : await ctx.users.find(userId)
  if (!user) return jsonAnswer(422, { error: 'This method requires an authenticated user' })
  const profile = await ctx.users.profile(user.id)
  return jsonAnswer(200, {
    iss: `${ctx.issuer}/`,
    sub: ctx.url(`/users/${encodeURIComponent(token.subject)}`).href,
    name: profile?.name ?? user.username,
    preferred_username: user.username,
    profile: profile?.profile ?? ctx.url(`/@${encodeURIComponent(user.username)}`).href,
    ...(profile?.picture !== undefined && { picture: profile.picture }),
  })
}
