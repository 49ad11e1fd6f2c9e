import type { Endpoint } from 'grantql/plugin'
import { scopes } from './scopes.ts'

/**
 * `GET /.well-known/oauth-authorization-server` at a host of that system (RFC 8414). People are asked at this server's own
 * host, where their sessions are; programs at the host that they came to.
 */
export const metadata = (hosts: readonly string[]): Endpoint => ({
  method: 'GET',
  path: '/.well-known/oauth-authorization-server',
  async handle(ctx) {
    const { protocol, host: own } = new URL(ctx.issuer)
    const host = ctx.request.headers.get('host') ?? own
    const home = `${protocol}//${hosts.includes(host) ? host : own}`
    const at = (path: string) => new URL(path, home).href
    return Response.json(
      {
        issuer: at('/'),
        service_documentation: 'https://docs.joinmastodon.org/',
        authorization_endpoint: ctx.url('/oauth/authorize').href,
        token_endpoint: at('/oauth/token'),
        app_registration_endpoint: at('/api/v1/apps'),
        revocation_endpoint: at('/oauth/revoke'),
        userinfo_endpoint: at('/oauth/userinfo'),
        scopes_supported: scopes.map(({ name }) => name),
        response_types_supported: ['code'],
        response_modes_supported: ['query', 'fragment', 'form_post'],
        code_challenge_methods_supported: ['S256'],
        grant_types_supported: ['authorization_code', 'client_credentials'],
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      },
      { headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'public, max-age=300' } },
    )
  },
})
