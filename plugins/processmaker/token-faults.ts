import type { OAuthError } from 'grantql/plugin'

type RefusalReason = NonNullable<OAuthError['reason']>

/** An answer of the token endpoint as that system's OAuth library prints it. */
export interface Fault {
  readonly status: number
  readonly error: string
  readonly description: string
  readonly hint?: string | undefined
}

/** What is known of a request beside its error. */
export interface Asked {
  readonly grantType: string
  readonly hasCredentials: boolean
  /** It names a redirect URI that its app did not register. */
  readonly hasForeignRedirectUri: boolean
  readonly hasVerifier: boolean
}

export const MALFORMED =
  'The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.'
export const DENIED = 'The resource owner or authorization server denied the request.'
export const WRONG_SCOPE = 'The requested scope is invalid, unknown, or malformed'

const invalidClient: Fault = { status: 401, error: 'invalid_client', description: 'Client authentication failed' }
const unsupportedGrantType: Fault = {
  status: 400,
  error: 'unsupported_grant_type',
  description: 'The authorization grant type is not supported by the authorization server.',
  hint: 'Check that all required parameters have been provided',
}

const REFRESH_HINTS: Readonly<Record<RefusalReason, string>> = {
  unknown: 'Cannot decrypt the refresh token',
  'another-app': 'Token is not linked to client',
  expired: 'Token has expired',
  used: 'Token has been revoked',
  revoked: 'Token has been revoked',
  'not-approved': 'Token has been revoked',
  'not-proved': 'Token is not linked to client',
  'user-gone': 'Token has been revoked',
}

const CODE_HINTS: Readonly<Record<RefusalReason, string>> = {
  unknown: 'Cannot decrypt the authorization code',
  'another-app': 'Authorization code was not issued to this client',
  expired: 'Authorization code has expired',
  used: 'Authorization code has been revoked',
  revoked: 'Authorization code has been revoked',
  'not-approved': 'Authorization code malformed',
  'not-proved': 'Invalid redirect URI',
  'user-gone': 'Authorization code has been revoked',
}

/** How an error of the token endpoint looks. */
export function faultOf(error: OAuthError, asked: Asked): Fault {
  switch (error.code) {
    case 'invalid_client':
      return asked.hasCredentials ? invalidClient : malformed('client_id')
    case 'unauthorized_client':
      return invalidClient
    case 'unsupported_grant_type':
      return unsupportedGrantType
    case 'invalid_request':
      return error.about === 'grant_type' ? unsupportedGrantType : malformed(error.about)
    case 'invalid_scope':
      return { status: 400, error: 'invalid_scope', description: WRONG_SCOPE, hint: check(error.about, 'scope') }
    case 'invalid_grant':
      return refusal(error.reason ?? 'unknown', asked)
    default:
      return { status: error.status, error: error.code, description: error.message }
  }
}

function refusal(reason: RefusalReason, { grantType, hasForeignRedirectUri, hasVerifier }: Asked): Fault {
  switch (grantType) {
    case 'refresh_token':
      return {
        status: 401,
        error: 'invalid_request',
        description: 'The refresh token is invalid.',
        hint: REFRESH_HINTS[reason],
      }
    case 'authorization_code':
      if (reason !== 'not-proved') return malformed(undefined, CODE_HINTS[reason])
      if (hasForeignRedirectUri) return invalidClient
      return hasVerifier ? WRONG_VERIFIER : malformed(undefined, CODE_HINTS[reason])
    default:
      return { status: 400, error: 'invalid_grant', description: 'The user credentials were incorrect.' }
  }
}

const WRONG_VERIFIER: Fault = {
  status: 400,
  error: 'invalid_grant',
  description:
    'The provided authorization grant (e.g., authorization code, resource owner credentials) or refresh token is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.',
  hint: 'Failed to verify `code_verifier`.',
}

const malformed = (about: string | undefined, hint = check(about, 'parameter')): Fault => ({
  status: 400,
  error: 'invalid_request',
  description: MALFORMED,
  hint,
})

const check = (name: string | undefined, what: string) =>
  name === undefined ? undefined : `Check the \`${name}\` ${what}`

/** The members of an error, in the order in which that system prints them; every description stands there twice. */
export function faultMembers({ error, description, hint }: Omit<Fault, 'status'>): Record<string, string> {
  return { error, error_description: description, ...(hint !== undefined && { hint }), message: description }
}
