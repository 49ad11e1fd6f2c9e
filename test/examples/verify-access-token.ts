import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'

// #region verify
/** Makes the check that an API runs on every request: whose token it is, and what it may do. */
export function createVerifier(issuer: string): (accessToken: string) => Promise<JWTPayload> {
  // Keys are fetched once and again when a token names a new one.
  const keys = createRemoteJWKSet(new URL('/oauth/jwks', issuer))
  return async (accessToken) => {
    const options = { issuer, audience: issuer, typ: 'at+jwt', algorithms: ['ES256', 'RS256'] }
    const { payload } = await jwtVerify(accessToken, keys, options)
    return payload
  }
}
// #endregion
