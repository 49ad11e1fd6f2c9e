import * as client from 'openid-client'

// #region private-key-jwt
/** An app that proves who it is by its private key, and binds its tokens to another key that it makes. */
export async function connect(issuer: URL, clientId: string, privateKey: CryptoKey) {
  // Insecure means http, which is for localhost alone.
  const options: client.DiscoveryRequestOptions = { algorithm: 'oauth2', execute: [client.allowInsecureRequests] }
  const server = await client.discovery(issuer, clientId, undefined, client.PrivateKeyJwt(privateKey), options)
  return { server, DPoP: client.getDPoPHandle(server, await client.randomDPoPKeyPair()) }
}
// #endregion

// #region dpop
/** Gets a token and calls an API with it: under the scheme DPoP, and with a proof for this very request. */
export async function callApi({ server, DPoP }: Awaited<ReturnType<typeof connect>>, api: URL): Promise<Response> {
  const { access_token: token } = await client.clientCredentialsGrant(server, { scope: 'read' }, { DPoP })
  return client.fetchProtectedResource(server, token, api, 'GET', undefined, undefined, { DPoP })
}
// #endregion
