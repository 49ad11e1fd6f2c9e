import { defineGrant, param } from 'grantql/plugin'

export const grant = defineGrant()({
  grantType: 'client_credentials',
  mutation: 'clientCredentials',
  spec: 'RFC 6749 §4.4',
  description: 'Gives an app a token for itself.',
  clientAuth: 'required',
  params: { scopes: param.scopes({ description: 'What the token may do. Left out: all that the app may.' }) },
  errors: [],
  exchange: async (ctx, { scopes }) => ({ subject: { appOnly: true }, scopes: ctx.narrowScopes(scopes) }),
})
