import type { ClientAuthMethod } from 'grantql/plugin'
import { hasAssertion, isSymmetric, params } from './assertion.ts'
import { authenticate, type FindVerify } from './authenticate.ts'
import { verifyByKeysOf, verifyBySecrets } from './key-sets.ts'
import { liveSecrets } from './secrets.ts'
import type { ClientAssertionTables } from './tables.ts'

const ASYMMETRIC = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512']
const SYMMETRIC = ['HS256', 'HS384', 'HS512']

const byKeys: FindVerify = async (ctx, app) => (jwt, options) => verifyByKeysOf(ctx, app, jwt, options)

const bySecrets: FindVerify = async (ctx, app) => {
  const secrets = await liveSecrets(ctx, app)
  return (jwt, options) => verifyBySecrets(jwt, secrets, options)
}

/** @see OpenID Connect Core §9, RFC 7523 §2.2 */
export const methods: readonly ClientAuthMethod<ClientAssertionTables>[] = [
  {
    method: 'private_key_jwt',
    params,
    signingAlgorithms: ASYMMETRIC,
    recognises: (sent) => hasAssertion(sent) && !isSymmetric(sent),
    authenticate: (ctx, sent) => authenticate(ctx, sent, ASYMMETRIC, byKeys),
  },
  {
    method: 'client_secret_jwt',
    params,
    signingAlgorithms: SYMMETRIC,
    recognises: (sent) => hasAssertion(sent) && isSymmetric(sent),
    authenticate: (ctx, sent) => authenticate(ctx, sent, SYMMETRIC, bySecrets),
  },
]
