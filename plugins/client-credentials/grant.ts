import { defineGrant, param } from 'grantql/plugin'
import { settings } from './settings.ts'

export const grant = defineGrant()({
  grantType: 'client_credentials',
  mutation: 'clientCredentials',
  spec: 'RFC 6749 §4.4',
  description: 'Gives an app a token for itself.',
  clientAuth: 'required',
  params: {
    scopes: param.scopes({
      description: 'What the token may do. Left out: all that the app may, or none, as it is set.',
    }),
  },
  errors: [],
  async exchange(ctx, { scopes }) {
    const isNone = scopes === undefined && ctx.setting(settings.scopesLeftOut, ctx.app) === 'none'
    return { subject: { appOnly: true }, scopes: ctx.narrowScopes(isNone ? [] : scopes) }
  },
})
