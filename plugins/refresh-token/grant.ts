import { defineGrant, InvalidGrant, InvalidScope, param } from 'grantql/plugin'
import { settings } from './settings.ts'

export const grant = defineGrant()({
  grantType: 'refresh_token',
  mutation: 'refreshToken',
  spec: 'RFC 6749 §6',
  description: 'Exchanges a refresh token for new tokens. The old one is used up by it.',
  clientAuth: 'public-allowed',
  forUsers: true,
  refreshes: settings,
  params: {
    refreshToken: param.string({ description: 'The newest refresh token.', secret: true }),
    scopes: param.scopes({
      description: 'Fewer scopes for the access token. Left out: all that the user said yes to.',
    }),
  },
  errors: [InvalidGrant],
  async exchange(ctx, { refreshToken, scopes }) {
    const retryWindowSeconds = ctx.setting(settings.retryWindowSeconds, ctx.app)
    const endsAccessTokens = ctx.setting(settings.endsAccessTokens, ctx.app)
    const family = await ctx.tokens.refreshing({ refreshToken, retryWindowSeconds, endsAccessTokens })
    if ('repeated' in family) return family
    // What the app lost since is lost here too; what the user never gave cannot be asked for.
    const kept = family.scopes.filter((scope) => ctx.app.scopes.includes(scope))
    if (scopes && !scopes.every((scope) => kept.includes(scope))) throw new InvalidScope()
    return { ...family.issuance, scopes: scopes ?? kept }
  },
})
