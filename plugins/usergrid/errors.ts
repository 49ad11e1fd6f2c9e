import type { OAuthError, RequestFacts } from 'grantql/plugin'

interface Rendering {
  readonly status: number
  readonly error: string
  readonly sentence: string
}

/** Whatever is wrong with a token request: who or what is not said. */
const REFUSED: Rendering = { status: 400, error: 'invalid_grant', sentence: 'invalid username or password' }

const REFUSALS = new Set([
  'invalid_client',
  'invalid_credentials',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'unauthorized_client',
  'unsupported_grant_type',
])

const CORRUPT: Rendering = {
  status: 401,
  error: 'auth_bad_access_token',
  sentence: 'Unable to authenticate due to corrupt access token',
}

/** What is wrong with the access token of a protected call. */
const TOKEN_MISTAKES: Readonly<Record<string, Rendering>> = {
  expired: { status: 401, error: 'expired_token', sentence: 'Unable to authenticate due to expired access token' },
  'another-app': { status: 401, error: 'auth_unverified_oath', sentence: 'Unable to authenticate OAuth credentials' },
  'not-proved': {
    status: 401,
    error: 'auth_missing_credentials',
    sentence: 'Unable to authenticate due to missing credentials',
  },
}

/** How Usergrid tells an error: those of OAuth by two members, those of its API with a time as well. */
export function renderError(error: OAuthError, { arrivedAt }: RequestFacts): Response {
  if (REFUSALS.has(error.code)) return answer(REFUSED)
  if (error.code === 'invalid_token') {
    const mistake = (error.reason && TOKEN_MISTAKES[error.reason]) ?? CORRUPT
    return answer(
      mistake,
      { timestamp: arrivedAt.getTime(), duration: 0 },
      { 'www-authenticate': 'Bearer error="invalid_token"' },
    )
  }
  if (error.code === 'invalid_input') {
    const rendering = { status: 400, error: 'illegal_argument', sentence: error.message }
    return answer(rendering, { timestamp: arrivedAt.getTime(), duration: 0 })
  }
  const { retryAfterSeconds } = error.values
  const headers = typeof retryAfterSeconds === 'number' ? { 'retry-after': String(retryAfterSeconds) } : {}
  return answer({ status: error.status, error: error.code, sentence: error.message }, {}, headers)
}

function answer(
  { status, error, sentence }: Rendering,
  more: object = {},
  headers: Record<string, string> = {},
): Response {
  const body = { error, ...more, error_description: sentence }
  return Response.json(body, { status, headers: { 'cache-control': 'no-store', pragma: 'no-cache', ...headers } })
}
