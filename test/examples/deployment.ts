/** A deployment with every option: what docs/configure.md shows. */
import { defineConfig } from 'grantql'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { clientCredentials } from '../../plugins/client-credentials/index.ts'
import { introspection } from '../../plugins/introspection/index.ts'
import { passwordSignIn } from '../../plugins/password-sign-in/index.ts'
import { refreshToken } from '../../plugins/refresh-token/index.ts'
import { revocation } from '../../plugins/revocation/index.ts'

// #region config
export default defineConfig({
  plugins: [
    clientCredentials(),
    authorizationCode(),
    refreshToken(),
    introspection(),
    revocation(),
    passwordSignIn({ concurrent: 2, waiting: 100 }),
  ],
  scopes: [
    { name: 'orders.read', description: 'See your orders', audience: 'https://orders.example.com/' },
    { name: 'orders.refund', description: 'Refund orders', audience: 'https://orders.example.com/', adminOnly: true },
  ],
  tokens: { accessTokenTtlSeconds: 900, algorithm: 'ES256', defaultAudience: 'https://api.example.com/' },
  sessions: { ttlSeconds: 8 * 60 * 60 },
  keys: { rotationSeconds: 30 * 24 * 60 * 60, publishAheadSeconds: 24 * 60 * 60 },
  http: { allowedOrigins: ['https://app.example.com'], trustedProxies: 1 },
  outgoing: { allowedNetworks: ['10.20.0.0/16'], allowedPorts: [8443] },
  graphql: { introspection: false },
})
// #endregion
