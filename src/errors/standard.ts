import { field } from '../plugin/field.ts'
import { defineError } from './oauth-error.ts'

export const InvalidRequest = defineError({
  code: 'invalid_request',
  spec: 'RFC 6749 §5.2',
  message: 'The request lacks a parameter, repeats one or has one that cannot be read.',
  description: 'Returned when a parameter is missing, repeated or malformed.',
})

export const InvalidClient = defineError({
  code: 'invalid_client',
  status: 401,
  spec: 'RFC 6749 §5.2',
  message: 'The app could not be authenticated.',
  description: 'Returned when the app is unknown or did not prove who it is.',
})

export const InvalidGrant = defineError({
  code: 'invalid_grant',
  spec: 'RFC 6749 §5.2',
  message: 'What was presented is not valid, was used already, or belongs to another app.',
  description: 'Returned when a code or token is wrong, used, revoked, or was issued to another app.',
})

export const UnauthorizedClient = defineError({
  code: 'unauthorized_client',
  spec: 'RFC 6749 §5.2',
  message: 'This app may not do that.',
  description: 'Returned when the app is known but was not given this grant or this right.',
})

export const UnsupportedGrantType = defineError({
  code: 'unsupported_grant_type',
  spec: 'RFC 6749 §5.2',
  message: 'This server has no such grant type.',
  description: 'Returned when no plugin handles the grant type.',
})

export const InvalidScope = defineError({
  code: 'invalid_scope',
  spec: 'RFC 6749 §5.2',
  message: 'A scope is unknown, malformed or more than this app may have.',
  description: 'Returned when a scope is unknown, malformed, or not among those that the app was given.',
})

export const InvalidTarget = defineError({
  code: 'invalid_target',
  spec: 'RFC 8707 §2',
  message: 'A resource is unknown here, malformed, or not one that this app may ask for.',
  description: 'Returned when a resource cannot be named, is unknown, or is not among those that were said yes to.',
})

export const UnsupportedResponseType = defineError({
  code: 'unsupported_response_type',
  spec: 'RFC 6749 §4.1.2.1',
  message: 'This server has no such response type.',
})

export const LoginRequired = defineError({
  code: 'login_required',
  spec: 'OpenID Connect Core §3.1.2.6',
  message: 'The user has to sign in, and nobody may be asked.',
})
export const ConsentRequired = defineError({
  code: 'consent_required',
  spec: 'OpenID Connect Core §3.1.2.6',
  message: 'The user has to decide, and nobody may be asked.',
})

export const AccessDenied = defineError({
  code: 'access_denied',
  spec: 'RFC 6749 §4.1.2.1, RFC 8628 §3.5',
  message: 'The user said no.',
  description: 'Returned when the user denied the request.',
})

export const AuthorizationPending = defineError({
  code: 'authorization_pending',
  spec: 'RFC 8628 §3.5',
  message: 'The user has not decided yet.',
  description: 'Returned while the user has not decided; ask again after the interval.',
  fields: {
    intervalSeconds: field.integer({ description: 'Seconds to wait before the next claim.', wireName: 'interval' }),
  },
})

export const SlowDown = defineError({
  code: 'slow_down',
  spec: 'RFC 8628 §3.5',
  message: 'Wait longer between claims.',
  description: 'Returned when the app asks sooner than the interval allows; the interval grows by 5 seconds each time.',
  fields: {
    intervalSeconds: field.integer({ description: 'Seconds to wait from now on.', wireName: 'interval' }),
  },
})

export const ExpiredToken = defineError({
  code: 'expired_token',
  spec: 'RFC 8628 §3.5',
  message: 'The time to decide and claim is over. Start again.',
  description: 'Returned when the code expired before it was approved and claimed.',
})

export const InvalidToken = defineError({
  code: 'invalid_token',
  status: 401,
  spec: 'RFC 6750 §3.1',
  message: 'The token is unknown, expired or revoked, or is of another kind.',
})

export const InsufficientScope = defineError({
  code: 'insufficient_scope',
  status: 403,
  spec: 'RFC 6750 §3.1',
  message: 'The token does not carry the scope that this needs.',
})

export const InvalidRedirectUri = defineError({
  code: 'invalid_redirect_uri',
  spec: 'RFC 7591 §3.2.2',
  message: 'A redirect URI is not acceptable.',
})

/** Returned when a form or an input of the API cannot be accepted; `field` is the path of each mistake. */
export const InvalidInput = defineError({
  code: 'invalid_input',
  message: 'The input cannot be accepted.',
  description: 'Returned when the input cannot be accepted; `field` names what is wrong.',
  fields: { field: field.strings({ description: 'The path to the value that is wrong, from the input down.' }) },
})

export const InvalidCredentials = defineError({
  code: 'invalid_credentials',
  status: 401,
  message: 'The user name or the password is wrong.',
  description: 'Returned when the user name or the password is wrong; which one is not said.',
})

export const TooManyAttempts = defineError({
  code: 'too_many_attempts',
  status: 429,
  spec: 'RFC 6585 §4',
  message: 'There have been too many attempts. Wait before the next one.',
  description:
    'Returned when too many wrong passwords, secrets, codes or tokens were presented, or too much was begun from one network. This one was not judged.',
  fields: {
    retryAfterSeconds: field.integer({ description: 'Seconds to wait before another try.' }),
  },
})

export const NotFound = defineError({
  code: 'not_found',
  status: 404,
  message: 'There is no such thing, or it is not yours.',
  description: 'Returned when the thing does not exist or is not visible to you.',
})

export const AlreadyDecided = defineError({
  code: 'already_decided',
  status: 409,
  message: 'This request was decided already.',
  description: 'Returned when an approval is not pending any more.',
})

export const TooManySecrets = defineError({
  code: 'too_many_secrets',
  status: 409,
  message: 'Five secrets of this app work already. Let the present ones end at once, or wait until they do.',
  description: 'Returned when an app would have more than five secrets that work.',
})

export const SignInAgain = defineError({
  code: 'insufficient_user_authentication',
  status: 401,
  spec: 'RFC 9470 §3',
  message: 'Sign in again: this is done within ten minutes of a sign-in.',
  description: 'Returned when the last sign-in of the session is more than ten minutes ago.',
})

export const Unauthenticated = defineError({
  code: 'unauthenticated',
  status: 401,
  message: 'Sign in first.',
})

export const Forbidden = defineError({
  code: 'forbidden',
  status: 403,
  message: 'You may not do that.',
})

export const TemporarilyUnavailable = defineError({
  code: 'temporarily_unavailable',
  status: 503,
  spec: 'RFC 6749 §4.1.2.1',
  message: 'The server cannot answer right now. Try again shortly.',
  fields: {
    retryAfterSeconds: field.integer({ description: 'Seconds to wait before another try.', optional: true }),
  },
})

export const ServerError = defineError({
  code: 'server_error',
  status: 500,
  spec: 'RFC 6749 §4.1.2.1',
  message: 'Something went wrong here. The request id tells the operator what.',
})

/** What every token request may end with, whichever grant it uses. */
export const BASE_TOKEN_ERRORS = [
  InvalidRequest,
  InvalidClient,
  UnauthorizedClient,
  InvalidScope,
  UnsupportedGrantType,
  TooManyAttempts,
] as const
