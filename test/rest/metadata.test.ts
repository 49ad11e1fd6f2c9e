import { createLocalJWKSet, createRemoteJWKSet, jwtVerify } from 'jose'
import { expect, it } from 'vitest'
import { describeEachServer } from '../support/server.ts'
import { toyAuthorizationCode } from './toy-authorization-code.ts'

const METADATA = '/.well-known/oauth-authorization-server'
const scopes = [
  { name: 'read', description: 'Read' },
  { name: 'ops', description: 'Restart machines', adminOnly: true },
]

describeEachServer(
  'the metadata document (RFC 8414)',
  () => ({ scopes, plugins: [toyAuthorizationCode()] }),
  (server) => {
    const read = async () => (await (await server().fetch(METADATA)).json()) as Record<string, string & string[]>
    const path = (url: string | undefined) => (url ?? '').replace(server().issuer, '')

    it('names the issuer exactly as configured, whatever the Host header says (§2, §3.3)', async () => {
      const response = await server().fetch(METADATA, {
        headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' },
      })
      expect(await response.json()).toMatchObject({
        issuer: server().issuer,
        token_endpoint: `${server().issuer}/oauth/token`,
      })
    })

    it('names endpoints that answer, and each by its own methods', async () => {
      const metadata = await read()
      const endpoints = Object.entries(metadata).filter(([name]) => name.endsWith('_endpoint'))
      expect(endpoints.map(([name]) => name).sort()).toEqual([
        'authorization_endpoint',
        'code_endpoint',
        'introspection_endpoint',
        'revocation_endpoint',
        'token_endpoint',
      ])
      for (const [name, url] of endpoints) {
        const response = await server().form(path(url), {})
        expect(response.status, name).toBeGreaterThanOrEqual(400)
        expect(response.status, name).not.toBe(404)
        expect(response.status, name).not.toBe(405)
      }
      expect((await server().fetch(path(metadata.jwks_uri))).status).toBe(200)
    })

    it('lists the grants that there are, and no other', async () => {
      const listed: readonly string[] = (await read()).grant_types_supported ?? []
      for (const grantType of [...listed, 'urn:not:listed']) {
        const { basic } = await server().createApp({ grants: [...listed], scopes: ['read'] })
        const response = await server().form('/oauth/token', { grant_type: grantType }, { authorization: basic })
        const { error } = (await response.json()) as { error?: string }
        expect(error === 'unsupported_grant_type', grantType).toBe(!listed.includes(grantType))
      }
    })

    it('lists the scopes that an app can be given by its owner, not those of administrators', async () => {
      expect((await read()).scopes_supported).toEqual(['read'])
    })

    it('lists the ways to authenticate that work, for each endpoint', async () => {
      const metadata = await read()
      const all = ['client_secret_basic', 'client_secret_post', 'none']
      expect(metadata.token_endpoint_auth_methods_supported).toEqual(all)
      expect(metadata.revocation_endpoint_auth_methods_supported).toEqual(all)
      expect(metadata.introspection_endpoint_auth_methods_supported).toEqual([
        'client_secret_basic',
        'client_secret_post',
      ])
    })

    it('lists the response types and modes of the authorization endpoint, and says that answers carry iss (RFC 9207 §3)', async () => {
      expect(await read()).toMatchObject({
        response_types_supported: ['code', 'ticket'],
        response_modes_supported: ['query', 'fragment', 'toy_page'],
        authorization_response_iss_parameter_supported: true,
        code_challenge_methods_supported: ['S256'],
      })
    })

    it('is bytes that a cache keeps, with an entity tag that answers 304 (RFC 9110 §13.1.2)', async () => {
      const first = await server().fetch(METADATA)
      expect(first.headers.get('content-type')).toBe('application/json; charset=utf-8')
      expect(first.headers.get('cache-control')).toBe('public, max-age=300')
      const etag = first.headers.get('etag') ?? ''
      expect(etag).toMatch(/^"[\w-]+"$/)
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await server().fetch(METADATA, { headers: { 'if-none-match': known } })
        expect([again.status, await again.text()]).toEqual([304, ''])
      }
      expect((await server().fetch(METADATA, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
    })

    it('answers HEAD without a body, and refuses other methods: 405', async () => {
      const head = await server().fetch(METADATA, { method: 'HEAD' })
      expect([head.status, await head.text()]).toEqual([200, ''])
      const post = await server().fetch(METADATA, { method: 'POST' })
      expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    })
  },
)

describeEachServer(
  'a server without response types',
  () => ({}),
  (server) => {
    it('says that it has no authorization endpoint (RFC 8414 §2)', async () => {
      const metadata = (await (await server().fetch(METADATA)).json()) as object
      expect(metadata).toMatchObject({ response_types_supported: [] })
      expect(metadata).not.toHaveProperty('authorization_endpoint')
      expect(metadata).not.toHaveProperty('code_challenge_methods_supported')
    })
  },
)

describeEachServer(
  'the public keys (RFC 7517)',
  () => ({}),
  (server) => {
    it('verify a token with jose: issuer, audience, type, app, scope, id (RFC 9068 §2.2)', async () => {
      const { app, basic } = await server().createApp()
      const response = await server().form(
        '/oauth/token',
        { grant_type: 'client_credentials', scope: 'read' },
        { authorization: basic },
      )
      const { access_token: token } = (await response.json()) as { access_token: string }
      const keys = createRemoteJWKSet(new URL(`${server().url}/oauth/jwks`))
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        issuer: server().issuer,
        audience: server().issuer,
        typ: 'at+jwt',
        currentDate: server().clock.now(),
      })
      expect(protectedHeader).toMatchObject({ alg: 'ES256', kid: expect.any(String) })
      expect(payload).toMatchObject({
        client_id: app.clientId,
        sub: app.clientId,
        scope: 'read',
        jti: expect.any(String),
      })
    })

    it('hold nothing private, and are named and typed', async () => {
      const { keys } = (await (await server().fetch('/oauth/jwks')).json()) as { keys: Record<string, string>[] }
      expect(keys.map(({ alg }) => alg).sort()).toEqual(['ES256', 'RS256'])
      for (const key of keys) {
        expect(key).toMatchObject({ use: 'sig', kid: expect.any(String) })
        for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(secret)
      }
    })

    it('hold a key before it signs, and the old one until its last token is over', async () => {
      const { basic } = await server().createApp()
      const issue = async () =>
        (
          (await (
            await server().form('/oauth/token', { grant_type: 'client_credentials' }, { authorization: basic })
          ).json()) as { access_token: string }
        ).access_token
      const published = async () => (await (await server().fetch('/oauth/jwks')).json()) as { keys: { kid: string }[] }
      const verifies = async (token: string) =>
        jwtVerify(token, createLocalJWKSet(await published()), { currentDate: server().clock.now() }).then(() => true)

      const before = await issue()
      const etag = (await server().fetch('/oauth/jwks')).headers.get('etag')
      await server().core.keys.rotate()
      expect((await published()).keys).toHaveLength(4)
      expect((await server().fetch('/oauth/jwks', { headers: { 'if-none-match': etag ?? '' } })).status).toBe(200)
      const headerOf = (token: string) =>
        JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }
      expect(headerOf(await issue()).kid).toBe(headerOf(before).kid)
      server().clock.pass({ seconds: 3590 })
      expect(await verifies(before)).toBe(true)
      server().clock.pass({ seconds: 20 })
      const after = await issue()
      expect(headerOf(after).kid).not.toBe(headerOf(before).kid)
      expect(await verifies(after)).toBe(true)
      server().clock.pass({ seconds: 3700 })
      expect((await published()).keys.map(({ kid }) => kid)).not.toContain(headerOf(before).kid)
    })

    it('have the type that the client asks for', async () => {
      const typeFor = async (accept: string) =>
        (await server().fetch('/oauth/jwks', { headers: { accept } })).headers.get('content-type')
      expect(await typeFor('*/*')).toBe('application/json; charset=utf-8')
      expect(await typeFor('application/json, application/jwk-set+json')).toBe('application/json; charset=utf-8')
      expect(await typeFor('application/jwk-set+json')).toBe('application/jwk-set+json')
    })
  },
)
