import type { ResourceDeclaration, ScopeDeclaration } from '../plugin/contributions.ts'
import type { CoreTables } from '../storage/tables.ts'

/** What core holds itself, so that no plugin takes it. */
export const CORE_TABLES = [
  'user',
  'user_profile',
  'session',
  'app',
  'app_secret',
  'approval',
  'consent',
  'token_family',
  'refresh_token',
  'access_token',
  'revoked_token',
  'used_once',
  'pace',
  'guess',
  'known_device',
  'signing_key',
  'server_key',
  'setting',
  'change',
  'lease',
  'outbox',
  'audit_event',
] as const satisfies readonly (keyof CoreTables)[]

export const CORE_MUTATIONS = [
  'signOut',
  'endSession',
  'endOtherSessions',
  'disconnectApp',
  'createApp',
  'updateApp',
  'deleteApp',
  'rotateAppSecret',
  'approve',
  'deny',
  'createUser',
  'updateUser',
  'updateProfile',
  'updateUserProfile',
  'updateSetting',
  'updateAppSetting',
  'rotateKeys',
] as const

export const CORE_ROUTES = [
  { method: 'POST', path: '/graphql' },
  { method: 'POST', path: '/admin/graphql' },
  { method: 'GET', path: '/' },
  { method: 'GET', path: '/oauth/authorize' },
  { method: 'POST', path: '/oauth/authorize' },
  { method: 'POST', path: '/oauth/token' },
  { method: 'GET', path: '/oauth/jwks' },
  { method: 'GET', path: '/.well-known/oauth-authorization-server' },
  { method: 'GET', path: '/.well-known/oauth-protected-resource' },
  { method: 'GET', path: '/sign-in' },
  { method: 'POST', path: '/sign-in' },
  { method: 'POST', path: '/sign-out' },
  { method: 'GET', path: '/account' },
  { method: 'GET', path: '/account/profile' },
  { method: 'POST', path: '/account/profile' },
  { method: 'POST', path: '/account/disconnect' },
  { method: 'POST', path: '/account/end-session' },
  { method: 'POST', path: '/account/end-other-sessions' },
  { method: 'GET', path: '/approve/:handle' },
  { method: 'POST', path: '/approve/:handle' },
  { method: 'GET', path: '/health/live' },
  { method: 'GET', path: '/health/ready' },
  { method: 'GET', path: '/metrics' },
] as const

export const CORE_METADATA = [
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
  'scopes_supported',
  'response_types_supported',
  'response_modes_supported',
  'grant_types_supported',
  'token_endpoint_auth_methods_supported',
  'token_endpoint_auth_signing_alg_values_supported',
  'code_challenge_methods_supported',
  'authorization_response_iss_parameter_supported',
] as const

export const CORE_AUTHORIZE_PARAMS = [
  'client_id',
  'response_type',
  'response_mode',
  'redirect_uri',
  'scope',
  'state',
  'prompt',
  'max_age',
  'login_hint',
  'request',
  'request_uri',
] as const

/** What a token says about itself and the sign-in (OpenID Connect Core §2): no plugin tells it of users. */
export const CORE_USER_CLAIMS = [
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'auth_time',
  'nonce',
  'acr',
  'amr',
  'azp',
  'at_hash',
  'c_hash',
  'sid',
] as const

export const CORE_TOKEN_PARAMS = ['grant_type', 'client_id', 'client_secret'] as const

/** The scope that opens the admin endpoint to an app, and the resource that such a token is for. */
export const ADMIN_SCOPE = 'grantql:admin'
export const ADMIN_PATH = '/admin/graphql'

export const CORE_SCOPES: readonly ScopeDeclaration[] = [
  { name: ADMIN_SCOPE, description: 'Administer this server', adminOnly: true, audience: ADMIN_PATH },
]

export const CORE_RESOURCES: readonly ResourceDeclaration[] = [
  { uri: ADMIN_PATH, name: 'The administration of this server', scopes: [ADMIN_SCOPE] },
]
