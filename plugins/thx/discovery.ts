import type { Endpoint } from 'grantql/plugin'
import { AUTHORIZE_PATH, END_SESSION_PATH } from './authorize.ts'
import { INTROSPECTION_PATH } from './introspection.ts'
import { respond } from './respond.ts'
import { KNOWN_SCOPES } from './scopes.ts'
import { TOKEN_PATH } from './token.ts'
import { USERINFO_PATH } from './userinfo.ts'

const JWKS_PATH = '/jwks'
const AUTH_METHODS = ['client_secret_basic', 'client_secret_post']

/** The system's own document, at the hosts that are mapped to it (OpenID Connect Discovery §4). */
export const discovery: Endpoint = {
  method: 'GET',
  path: '/.well-known/openid-configuration',
  handle: async (ctx) => {
    const at = (path: string) => ctx.url(path).href
    return respond(200, {
      issuer: ctx.issuer,
      authorization_endpoint: at(AUTHORIZE_PATH),
      token_endpoint: at(TOKEN_PATH),
      jwks_uri: at(JWKS_PATH),
      userinfo_endpoint: at(USERINFO_PATH),
      introspection_endpoint: at(INTROSPECTION_PATH),
      end_session_endpoint: at(END_SESSION_PATH),
      scopes_supported: KNOWN_SCOPES,
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      grant_types_supported: ['authorization_code', 'client_credentials', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: AUTH_METHODS,
      introspection_endpoint_auth_methods_supported: AUTH_METHODS,
      authorization_response_iss_parameter_supported: true,
    })
  },
}

/** `GET /jwks`: the public keys of this server, which sign its tokens. */
export const keys: Endpoint = {
  method: 'GET',
  path: JWKS_PATH,
  handle: async (ctx) => respond(200, ctx.tokens.keySet(), { 'cache-control': 'public, max-age=300' }),
}
