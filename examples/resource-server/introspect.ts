import * as oauth from 'oauth4webapi'

/** What the authorization server says of a token that is active. */
export interface ActiveToken {
  readonly scopes: readonly string[]
  readonly clientId: string | undefined
  /** The system whose scopes these are; undefined for the server's own. */
  readonly dialect: string | undefined
  /** Undefined where the app acts for itself. */
  readonly username: string | undefined
}

/** Asks about one token; undefined for one that is not active, whatever the reason (RFC 7662 §2.2). */
export type Introspect = (token: string) => Promise<ActiveToken | undefined>

export interface IntrospectionOptions {
  /** The authorization server: `https://grantql.example`. */
  readonly issuer: string
  /** An app that an admin gave the privilege `introspect-any-token`. */
  readonly clientId: string
  readonly clientSecret: string
}

/**
 * Finds out where the authorization server introspects, and answers the function that asks there. Nothing is remembered
 * between two requests: a token that was revoked is refused at once.
 *
 * @throws {Error} when there is no authorization server, or it cannot be asked
 */
export async function openIntrospection({ issuer, clientId, clientSecret }: IntrospectionOptions): Promise<Introspect> {
  const home = new URL(issuer)
  // Plain http is for a server on the same machine.
  const insecure = { [oauth.allowInsecureRequests]: home.protocol === 'http:' }
  const discovered = await oauth.discoveryRequest(home, { algorithm: 'oauth2', ...insecure })
  const server = await oauth.processDiscoveryResponse(home, discovered)
  const self: oauth.Client = { client_id: clientId }
  const authentication = oauth.ClientSecretBasic(clientSecret)

  return async (token) => {
    const response = await oauth.introspectionRequest(server, self, authentication, token, {
      ...insecure,
      signal: AbortSignal.timeout(5000),
    })
    const answer = await oauth.processIntrospectionResponse(server, self, response)
    if (!answer.active) return undefined
    return {
      scopes: (answer.scope ?? '').split(' ').filter((scope) => scope !== ''),
      clientId: answer.client_id,
      dialect: typeof answer.dialect === 'string' ? answer.dialect : undefined,
      username: answer.username,
    }
  }
}
