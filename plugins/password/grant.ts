import { defineGrant, InvalidCredentials, InvalidGrant, objectParams, param } from 'grantql/plugin'

export const grant = defineGrant()({
  grantType: 'password',
  mutation: 'exchangePassword',
  spec: 'RFC 6749 §4.3',
  description: 'Legacy: exchanges a user’s name and password for tokens. The app sees the password (RFC 9700 §2.4).',
  clientAuth: 'public-allowed',
  forUsers: true,
  legacy: true,
  params: {
    username: param.string({ description: 'The user’s name.', maxLength: 256 }),
    password: param.string({ description: 'The user’s password.', secret: true, maxLength: 1024 }),
    scopes: param.scopes({ description: 'What the token may do. Left out: all that the app may.' }),
  },
  errors: [InvalidGrant],
  async exchange(ctx, { username, password, scopes }) {
    const granted = ctx.narrowScopes(scopes)
    try {
      const { user, methods } = await ctx.operations.verifyUser(
        'password',
        objectParams({ username, password }),
        ctx.request,
      )
      const authentication = { authenticatedAt: ctx.now(), methods }
      return { subject: { userId: user.id }, scopes: granted, refreshable: true, ...authentication }
    } catch (error) {
      if (error instanceof InvalidCredentials) throw new InvalidGrant()
      throw error
    }
  },
})
