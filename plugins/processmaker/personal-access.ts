import { defineGrant, Forbidden, type GrantContext, InvalidScope, LoginRequired, param } from 'grantql/plugin'
import { isHouseApp, PERSONAL_ACCESS } from './auth-client.ts'
import { presentedToken } from './presented-token.ts'

/** Under this name a token remembers what its owner called it. */
export const TOKEN_NAME = 'personal_access_token_name'

/**
 * A person makes a token for themselves, by an app that an admin made for it. Who it is says the session of the request, or an
 * access token of an app of the house; with the latter it is for no more than that one.
 */
export const personalAccess = defineGrant()({
  grantType: PERSONAL_ACCESS,
  mutation: 'createPersonalAccessToken',
  spec: 'Laravel Passport 12, personal access tokens',
  description: 'Somebody who is signed in makes a token for themselves, to use in a program of their own.',
  clientAuth: 'required',
  forUsers: true,
  selfService: false,
  params: {
    name: param.string({ description: 'What its owner calls it.', maxLength: 255 }),
    scopes: param.scopes({ description: 'What the token may do. Left out: nothing beyond knowing who it is.' }),
  },
  errors: [LoginRequired, Forbidden],
  async exchange(ctx, { name, scopes = [] }) {
    const { userId, most, ...authentication } = await maker(ctx)
    const granted = ctx.narrowScopes(scopes)
    if (most && !granted.every((scope) => most.includes(scope))) throw new InvalidScope()
    return { subject: { userId }, scopes: granted, claims: { [TOKEN_NAME]: name }, ...authentication }
  },
})

async function maker(ctx: GrantContext) {
  const signedIn = await ctx.sessions.current()
  if (signedIn) {
    // Without the session: the token is made to outlive it.
    const { authenticatedAt, methods } = signedIn.session
    return { userId: signedIn.user.id, authenticatedAt, methods, most: undefined }
  }
  const token = await presentedToken(ctx)
  if (token?.userId === undefined) throw new LoginRequired()
  // What a stranger's app was lent must not become a token that outlives the loan.
  if (!isHouseApp(await ctx.apps.findById(token.appId))) throw new Forbidden()
  return { userId: token.userId, most: token.scopes }
}
