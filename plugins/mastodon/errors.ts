import type { OAuthError, RequestFacts } from 'grantql/plugin'

type ErrorView = Pick<OAuthError, 'code' | 'status' | 'message' | 'reason'>

interface Rendering {
  readonly status: number
  readonly sentence: string | ((error: ErrorView) => string)
  /** The sentence is all that is said, as `error`. */
  readonly isBare?: boolean
}

/** How every error looks, by its code. What is not in it keeps its own status and sentence. */
export const RENDERINGS: Readonly<Record<string, Rendering>> = {
  invalid_request: {
    status: 400,
    sentence:
      'The request is missing a required parameter, includes an unsupported parameter value, or is otherwise malformed.',
  },
  invalid_client: {
    status: 401,
    sentence:
      'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.',
  },
  invalid_grant: {
    status: 400,
    sentence:
      'The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.',
  },
  invalid_scope: { status: 400, sentence: 'The requested scope is invalid, unknown, or malformed.' },
  invalid_redirect_uri: {
    status: 400,
    sentence: "The requested redirect uri is malformed or doesn't match client redirect URI.",
  },
  unauthorized_client: {
    status: 401,
    sentence: 'The client is not authorized to perform this request using this method.',
  },
  unsupported_grant_type: {
    status: 400,
    sentence: 'The authorization grant type is not supported by the authorization server.',
  },
  unsupported_response_type: {
    status: 400,
    sentence: 'The authorization server does not support this response type.',
  },
  access_denied: { status: 400, sentence: 'The resource owner or authorization server denied the request.' },
  invalid_token: { status: 401, sentence: whatIsWrong, isBare: true },
  insufficient_scope: { status: 403, sentence: 'This action is outside the authorized scopes', isBare: true },
  too_many_attempts: { status: 429, sentence: 'Too many requests', isBare: true },
  server_error: {
    status: 500,
    sentence:
      'The authorization server encountered an unexpected condition which prevented it from fulfilling the request.',
  },
  temporarily_unavailable: {
    status: 503,
    sentence:
      'The authorization server is currently unable to handle the request due to a temporary overloading or maintenance of the server.',
  },
}

function whatIsWrong({ reason }: ErrorView): string {
  switch (reason) {
    case 'revoked':
      return 'The access token was revoked'
    case 'expired':
      return 'The access token expired'
    default:
      return 'The access token is invalid'
  }
}

/** What is said of an error, and with which status. */
export function describeError(error: ErrorView): { readonly status: number; readonly sentence: string } {
  const { status, sentence } = RENDERINGS[error.code] ?? { status: error.status, sentence: error.message }
  return { status, sentence: typeof sentence === 'string' ? sentence : sentence(error) }
}

/**
 * The same for the members by which the standard would have sent a mistake to the app. What is wrong with a request stays as
 * it is, for it says more.
 */
export function describeMembers(members: Readonly<Record<string, string>>) {
  const { error: code = 'server_error', error_description: message = '' } = members
  if (code === 'invalid_request') return { status: 400, sentence: message }
  return describeError({ code, message, status: 400, reason: undefined })
}

/** How an error of the JSON routes looks. Those under `/api/` say a sentence alone. */
export function renderError(error: OAuthError, { url }: Pick<RequestFacts, 'url'>): Response {
  const { status, sentence } = describeError(error)
  const isBare = RENDERINGS[error.code]?.isBare || url.pathname.startsWith('/api/')
  const body = isBare ? { error: sentence } : { error: error.code, error_description: sentence }
  const { retryAfterSeconds = 1 } = error.values
  return jsonAnswer(status, body, {
    ...challenge(status, error.code, sentence),
    ...((status === 429 || status === 503) && { 'retry-after': String(retryAfterSeconds) }),
  })
}

/** The answer to a request that lacks something it cannot do without. */
export function refuseWithout(parameter: string): Response {
  const sentence = `Missing required parameter: ${parameter}.`
  const body = { error: 'invalid_request', error_description: sentence }
  return jsonAnswer(400, body, challenge(400, 'invalid_request', sentence))
}

/** That system names the error in a challenge whatever the status, but for errors that are not of OAuth. */
function challenge(status: number, code: string, sentence: string): Record<string, string> {
  if (status === 429 || status >= 500) return {}
  return {
    'www-authenticate': `Bearer realm="Doorkeeper", error="${code}", error_description="${sentence.replaceAll('"', "'")}"`,
  }
}

/** JSON that nobody keeps. */
export function jsonAnswer(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(body, {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      pragma: 'no-cache',
      ...headers,
    },
  })
}
