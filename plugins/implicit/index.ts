import { definePlugin, type ResponseType } from 'grantql/plugin'

const responseType: ResponseType = {
  responseType: 'token',
  grantType: 'implicit',
  legacy: true,
  defaultMode: 'fragment',
  ttlSeconds: 60,
  open: async () => ({}),
  complete: async () => ({}),
  issues: async (_ctx, { approval, provenance }) => ({
    subject: { userId: approval.userId },
    scopes: approval.grantedScopes,
    ...provenance,
  }),
}

/** Legacy: gives a token in the redirect itself (RFC 6749 §4.2). Off unless an app was given it. */
export const implicit = () => definePlugin()({ id: 'implicit', responseTypes: [responseType] })
