import * as client from 'openid-client'

// #region sign-in
/** Where the user's browser goes, and what the app keeps until it comes back. */
export async function startOpenIdSignIn(server: client.Configuration, redirectUri: string) {
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    idTokenExpected: true,
  }
  const url = client.buildAuthorizationUrl(server, {
    redirect_uri: redirectUri,
    scope: 'openid profile email',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  return { url, checks }
}

/** Who it was: the ID token is verified, and what the app may know more is asked for. */
export async function finishOpenIdSignIn(
  server: client.Configuration,
  cameBackWith: URL,
  checks: client.AuthorizationCodeGrantChecks,
) {
  const tokens = await client.authorizationCodeGrant(server, cameBackWith, checks)
  const subject = tokens.claims()?.sub ?? ''
  const userinfo = await client.fetchUserInfo(server, tokens.access_token, subject)
  return { subject, userinfo, tokens }
}
// #endregion
