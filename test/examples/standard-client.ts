import * as client from 'openid-client'

// #region client-credentials
/** Gets a token for the app itself, by whatever the metadata says. */
export async function tokenForApp(issuer: URL, clientId: string, clientSecret: string): Promise<string> {
  // Insecure means http, which is for localhost alone.
  const options: client.DiscoveryRequestOptions = { algorithm: 'oauth2', execute: [client.allowInsecureRequests] }
  const server = await client.discovery(issuer, clientId, clientSecret, undefined, options)
  const tokens = await client.clientCredentialsGrant(server, { scope: 'read' })
  return tokens.access_token
}
// #endregion

// #region authorization-code
/** Where the user's browser goes, and what the app keeps until it comes back. */
export async function startSignIn(server: client.Configuration, redirectUri: string) {
  const codeVerifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const url = client.buildAuthorizationUrl(server, {
    redirect_uri: redirectUri,
    scope: 'read write',
    state,
    code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  })
  return { url, codeVerifier, state }
}

/** Turns the URL that the browser came back with into tokens. It checks `state` and `iss`. */
export async function finishSignIn(
  server: client.Configuration,
  cameBackWith: URL,
  { codeVerifier, state }: { codeVerifier: string; state: string },
) {
  return client.authorizationCodeGrant(server, cameBackWith, { pkceCodeVerifier: codeVerifier, expectedState: state })
}
// #endregion
