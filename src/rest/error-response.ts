import type { OAuthError } from '../errors/oauth-error.ts'
import { type Answer, NO_STORE } from './answer.ts'
import { toWire } from './wire-names.ts'

const REALM = 'realm="GrantQL"'
/** What is wrong with an access token that was presented (RFC 6750 §3.1). */
const TOKEN_ERRORS: readonly string[] = ['invalid_token', 'insufficient_scope']

/**
 * Prints an error: `{ error, error_description, … }` with its declared status and members.
 *
 * @param presented the `Authorization` header of the request
 * @see RFC 6749 §5.2, RFC 6750 §3, RFC 9449 §7.1
 */
export function errorAnswer(
  error: OAuthError,
  more: Readonly<Record<string, string>> = {},
  presented: string | null = null,
): Answer {
  const { declaration, code, status, message } = error
  const { retryAfterSeconds } = error.values
  const body = {
    error: code,
    error_description: describe(message),
    ...toWire(declaration.fields ?? {}, error.values),
    ...more,
  }
  const headers: Record<string, string> = { ...NO_STORE }
  if (status === 401 || code === 'insufficient_scope')
    headers['www-authenticate'] = error.challenge ?? challenge(error, presented)
  if (status === 503 || status === 429) headers['retry-after'] = String(retryAfterSeconds ?? 1)
  return { status, headers, body: JSON.stringify(body) }
}

/** An app authenticates by Basic (RFC 6749 §5.2); whatever else lacks a credential lacks a bearer one (RFC 6750 §3). */
function challenge({ code }: OAuthError, presented: string | null): string {
  if (code === 'invalid_client') return `Basic ${REALM}, charset="UTF-8"`
  return TOKEN_ERRORS.includes(code) ? `${tokenScheme(presented)} ${REALM}, error="${code}"` : `Bearer ${REALM}`
}

/** What is wrong with a token is told under the scheme that it came by. */
const tokenScheme = (presented: string | null): string => (/^DPoP /i.test(presented ?? '') ? 'DPoP' : 'Bearer')

/** `error_description` is printable ASCII without quotes and backslashes (RFC 6749 §5.2). */
function describe(message: string): string {
  return message
    .replaceAll('"', "'")
    .replaceAll('’', "'")
    .replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '')
}
