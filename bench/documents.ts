/** As a client writes it: the token, and what went wrong. */
export const CLIENT_CREDENTIALS = `mutation Token($input: ClientCredentialsInput!) {
  clientCredentials(input: $input) {
    ... on TokenSet { accessToken tokenType expiresInSeconds scopes }
    ... on Error { code message }
  }
}`
