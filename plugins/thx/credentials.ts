import { InvalidRequest, type PresentedCredentials } from 'grantql/plugin'
import type { Sent } from './read-form.ts'

/** What an app shows to prove who it is, and which one it says it is. */
export interface Shown {
  readonly clientId: string
  readonly credentials: PresentedCredentials
}

const UNREADABLE = 'invalid authorization header value format'

/**
 * Reads a Basic header, or members of the form.
 *
 * @throws {InvalidRequest} when there is neither, both, or a header that cannot be read
 */
export function readCredentials(headers: Headers, { client_id: clientId, client_secret: clientSecret }: Sent): Shown {
  const authorization = headers.get('authorization')
  if (authorization === null) {
    if (clientId === undefined) throw wrong('no client authentication mechanism provided')
    return { clientId, credentials: { clientId, clientSecret } }
  }
  const { basic, ...named } = readBasic(authorization)
  if (clientId !== undefined && clientId !== named.clientId)
    throw wrong('mismatch in body and authorization client ids')
  if (named.clientSecret === '') throw wrong('client_secret must be provided in the Authorization header')
  if (clientSecret !== undefined) throw wrong('client authentication must only be provided using one mechanism')
  return { clientId: named.clientId, credentials: { basic } }
}

/** Id and secret are form-encoded before they are joined (RFC 6749 §2.3.1). */
function readBasic(authorization: string) {
  const [scheme = '', basic, ...more] = authorization.split(' ')
  if (scheme.toLowerCase() !== 'basic' || basic === undefined || more.length > 0) throw wrong(UNREADABLE)
  const text = Buffer.from(basic, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon === -1) throw wrong(UNREADABLE)
  return { basic, clientId: formDecode(text.slice(0, colon)), clientSecret: formDecode(text.slice(colon + 1)) }
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    const message = 'client_id and client_secret in the authorization header are not properly encoded'
    throw new InvalidRequest({ message, cause })
  }
}

const wrong = (message: string) => new InvalidRequest({ message })
