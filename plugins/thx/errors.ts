import { defineError, type OAuthError, type RequestFacts } from 'grantql/plugin'
import { respond } from './respond.ts'

export const UnknownRoute = defineError({
  code: 'invalid_request',
  status: 404,
  message: 'unrecognized route or not allowed method',
})

/** What the system says, whatever exactly happened. An error that is not listed says its own sentence. */
const SENTENCES: Readonly<Record<string, string>> = {
  invalid_client: 'client authentication failed',
  invalid_grant: 'grant request is invalid',
  unauthorized_client: 'requested grant type is not allowed for this client',
  unsupported_grant_type: 'unsupported grant_type requested',
  invalid_scope: 'requested scope is not whitelisted',
  invalid_token: 'invalid token provided',
  insufficient_scope: 'access token missing openid scope',
  access_denied: 'End-User aborted interaction',
  login_required: 'End-User authentication is required',
  server_error: 'oops! something went wrong',
}

/** An error that an app is redirected with. Everything else of an answer stays, the issuer too (RFC 9207). */
export function answerMembers(members: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const sentence = SENTENCES[members.error ?? '']
  return sentence === undefined ? members : { ...members, error_description: sentence }
}

/** An error of a JSON route, as the system renders it. */
export function renderError(error: OAuthError, request: RequestFacts): Response {
  const { code, status } = error
  const description = printable(SENTENCES[code] ?? error.message)
  const scope = scopeOf(error)
  const { retryAfterSeconds } = error.values
  const challenge = challengeOf(code, description, request)
  return respond(
    status,
    { error: code, error_description: description, ...(scope !== undefined && { scope }) },
    {
      ...(challenge !== undefined && { 'www-authenticate': challenge }),
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    },
  )
}

function scopeOf({ code, about }: OAuthError): string | undefined {
  if (code === 'insufficient_scope') return 'openid'
  return code === 'invalid_scope' ? about : undefined
}

const BEARER_ERRORS = ['invalid_token', 'insufficient_scope']

/** RFC 6749 §5.2 asks for one only where the app used the header; the realm is the issuer. */
function challengeOf(code: string, description: string, { headers, url }: RequestFacts): string | undefined {
  const isOfApp = code === 'invalid_client' && headers.has('authorization')
  if (!isOfApp && !BEARER_ERRORS.includes(code)) return undefined
  const scheme = isOfApp ? 'Basic' : 'Bearer'
  return `${scheme} realm="${url.origin}", error="${code}", error_description="${description}"`
}

/** `error_description` is printable ASCII without quotes and backslashes (RFC 6749 §5.2). */
function printable(sentence: string): string {
  return sentence.replaceAll('’', "'").replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '')
}
