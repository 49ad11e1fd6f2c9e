import { createHash, randomBytes } from 'node:crypto'
import { createTestServer, type TestApp, type TestServer, type TestUser } from 'grantql/testing'
import { printSchema } from 'graphql'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientCredentials } from '../../plugins/client-credentials/index.ts'
import { code } from '../../plugins/code/index.ts'
import { introspection } from '../../plugins/introspection/index.ts'
import { createSchemas } from '../../src/graphql/schema.ts'
import { databases } from '../support/database.ts'
import { magicLink } from '../toys/magic-link.ts'
import {
  authorizationCodeStub,
  dialectStub,
  idTokenStub,
  pushedRequestStub,
  refreshStub,
  resourceStub,
  senderConstraintStub,
} from '../toys/stubs.ts'

const CODE = 'urn:grantql:params:oauth:grant-type:code'
const CALLBACK = 'https://rp.example/cb'

describe.each(databases)('what is written through the public door alone ($name)', (database) => {
  let server: TestServer
  let user: TestUser
  const sent = new Map<string, string>()

  beforeAll(async () => {
    server = await createTestServer({
      databaseUrl: await database.url(),
      plugins: [
        clientCredentials(),
        code(),
        introspection(),
        magicLink({ send: (username, token) => sent.set(username, token) }),
        refreshStub(),
        idTokenStub(),
        senderConstraintStub(),
        resourceStub(),
        pushedRequestStub(),
        authorizationCodeStub(),
        dialectStub(),
      ],
      scopes: [
        { name: 'read', description: 'Read your data' },
        { name: 'write', description: 'Change your data' },
      ],
    })
    user = await server.createUser()
  })
  afterAll(() => server?.close())

  const of = ({ clientId, clientSecret }: TestApp) => ({ client_id: clientId, client_secret: clientSecret ?? '' })
  const app = (grants: string[], scopes = ['read', 'write', 'letters', 'toy-openid']) =>
    server.createApp({ grants, scopes, redirectUris: [CALLBACK] })

  async function claimed(client: TestApp, params: Record<string, string> = {}, headers: Record<string, string> = {}) {
    const { body } = await server.form('/oauth/code', of(client))
    await server.approve(body.handle, user)
    return server.form('/oauth/token', { ...of(client), grant_type: CODE, code: body.code, ...params }, headers)
  }

  describe('a toy grant with its own table, setting, error, operation and scope', () => {
    it('appears in the SDL, with its input, its result union and its error', () => {
      const { core } = server.server
      const sdl = printSchema(createSchemas(core.registry, {}).public)
      expect(sdl).toContain('followMagicLink(input: FollowMagicLinkInput!): FollowMagicLinkResult')
      expect(sdl).toContain('sendMagicLink(input: SendMagicLinkInput!): SendMagicLinkResult')
      expect(sdl).toMatch(/type LinkExpiredError implements Error \{[^}]*ageSeconds: Int!/)
      expect(sdl).toMatch(/union FollowMagicLinkResult =[^\n]*LinkExpiredError/)
    })

    it('appears in `grants`, and in the metadata with its endpoint and its scope (RFC 8414 §2)', async () => {
      const { data } = await server.graphql('{ grants { grantType mutation spec params { name } } }')
      expect(data.grants).toContainEqual({
        grantType: 'urn:toy:magic-link',
        mutation: 'followMagicLink',
        spec: 'a toy',
        params: [{ name: 'link' }, { name: 'scopes' }],
      })
      const metadata = await (await server.fetch('/.well-known/oauth-authorization-server')).json()
      expect(metadata).toMatchObject({
        grant_types_supported: expect.arrayContaining(['urn:toy:magic-link']),
        scopes_supported: expect.arrayContaining(['letters']),
        magic_link_endpoint: 'http://localhost:3000/oauth/magic-link',
        magic_link_supported: true,
      })
    })

    it('answers its typed error with its fields, over REST and over GraphQL', async () => {
      const client = await app(['urn:toy:magic-link'])
      const send = () => server.form('/oauth/magic-link', { ...of(client), username: user.user.username })
      await send()
      const link = sent.get(user.user.username) ?? ''
      server.clock.pass({ seconds: 400 })
      const rest = await server.form('/oauth/token', { ...of(client), grant_type: 'urn:toy:magic-link', link })
      expect(rest).toMatchObject({ status: 400, body: { error: 'link_expired', age_seconds: 400 } })
      const { data } = await server.graphql(
        `mutation($input: FollowMagicLinkInput!) { followMagicLink(input: $input) { __typename ... on LinkExpiredError { code ageSeconds } } }`,
        { input: { clientId: client.clientId, clientSecret: client.clientSecret, link } },
      )
      expect(data.followMagicLink).toEqual({ __typename: 'LinkExpiredError', code: 'link_expired', ageSeconds: 400 })
    })
  })

  it('a stub of refresh rotates, and ends the family when a used token comes back (RFC 6749 §6, RFC 9700 §4.14.2)', async () => {
    const client = await app([CODE, 'urn:toy:refresh'])
    const first = await claimed(client)
    expect(first.body.refresh_token).toMatch(/^gqr_/)
    const refresh = (refresh_token: string) =>
      server.form('/oauth/token', { ...of(client), grant_type: 'urn:toy:refresh', refresh_token })
    const second = await refresh(first.body.refresh_token)
    expect(second.status).toBe(200)
    expect(second.body.refresh_token).not.toBe(first.body.refresh_token)
    expect(await refresh(first.body.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await refresh(second.body.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    const looked = await server.form('/oauth/introspect', { ...of(client), token: second.body.access_token })
    expect(looked.body).toEqual({ active: false })
  })

  it('an app without the refresh grant gets no refresh token', async () => {
    expect((await claimed(await app([CODE]))).body).not.toHaveProperty('refresh_token')
  })

  it('a stub of an ID token is issued beside the access token, by a key of the server, and is no access token', async () => {
    const client = await app([CODE])
    const { body } = await claimed(client)
    expect(decodeProtectedHeader(body.id_token)).toMatchObject({ typ: 'JWT', alg: 'ES256' })
    const digest = createHash('sha256').update(body.access_token).digest().subarray(0, 16).toString('base64url')
    expect(decodeJwt(body.id_token)).toMatchObject({ sub: user.user.id, aud: client.clientId, at_hash: digest })
    expect(decodeJwt(body.access_token)).toMatchObject({ toy_claim: 'added' })
    const looked = await server.form('/oauth/introspect', { ...of(client), token: body.id_token })
    expect(looked.body).toEqual({ active: false })
  })

  it('a stub of DPoP binds what is issued, and its error is its own (RFC 9449 §5)', async () => {
    const client = await server.createApp({ type: 'public', grants: [CODE, 'urn:toy:refresh'], scopes: ['read'] })
    const named = { client_id: client.clientId }
    const bound = await claimed(client, {}, { dpop: 'key-1' })
    expect(bound.body.token_type).toBe('DPoP')
    expect(decodeJwt(bound.body.access_token)).toMatchObject({ cnf: { jkt: 'key-1' } })
    const api = await server.createApp({ privileges: ['introspect-any-token'] })
    const looked = await server.form('/oauth/introspect', { ...of(api), token: bound.body.access_token })
    expect(looked.body).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: 'key-1' } })
    expect((await claimed(client, {}, { dpop: 'wrong' })).body.error).toBe('invalid_toy_proof')
    const refresh = { ...named, grant_type: 'urn:toy:refresh', refresh_token: bound.body.refresh_token }
    expect((await server.form('/oauth/token', refresh)).body.error).toBe('invalid_grant')
    expect((await server.form('/oauth/token', refresh, { dpop: 'key-1' })).body.token_type).toBe('DPoP')
  })

  it('a stub of resource indicators adds a parameter to every grant, on both faces (RFC 8707)', async () => {
    const client = await app(['client_credentials'])
    const resource = 'https://api.example/'
    const rest = await server.form('/oauth/token', { ...of(client), grant_type: 'client_credentials', resource })
    expect(decodeJwt(rest.body.access_token).aud).toBe(resource)
    const { data } = await server.graphql(
      'mutation($input: ClientCredentialsInput!) { clientCredentials(input: $input) { ... on TokenSet { accessToken } } }',
      { input: { clientId: client.clientId, clientSecret: client.clientSecret, resource } },
    )
    expect(decodeJwt(data.clientCredentials.accessToken).aud).toBe(resource)
  })

  describe('a stub of the authorization endpoint’s code (RFC 6749 §4.1)', () => {
    const GRANT = 'urn:toy:authorization-code'

    async function decided(location: string, decision: 'approve' | 'deny' = 'approve') {
      const path = new URL(location, 'http://localhost:3000')
      const headers = { cookie: `grantql-session=${user.sessionToken}` }
      const page = await server.fetch(path.pathname, { headers })
      const html = await page.text()
      const csrf = /name="([^"]*csrf[^"]*)" value="([^"]+)"/.exec(html)
      const form = new URLSearchParams({ [csrf?.[1] ?? 'csrf']: csrf?.[2] ?? '', decision })
      for (const [, scope] of html.matchAll(/name="scope" value="([^"]+)"/g)) form.append('scope', scope ?? '')
      return server.fetch(path.pathname, {
        method: 'POST',
        redirect: 'manual',
        headers: { ...headers, origin: 'http://localhost:3000', 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
      })
    }
    const authorize = (params: Record<string, string>) =>
      server.fetch(`/oauth/authorize?${new URLSearchParams(params)}`, { redirect: 'manual' })

    it('opens an approval, comes back with code, state and iss, and the grant claims it (RFC 9207 §2)', async () => {
      const client = await app([GRANT])
      const verifier = randomBytes(32).toString('base64url')
      const opened = await authorize({
        client_id: client.clientId,
        redirect_uri: CALLBACK,
        response_type: 'toy_code',
        state: 'a b&c=é',
        scope: 'read',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      })
      expect(opened.status).toBe(303)
      const back = await decided(opened.headers.get('location') ?? '')
      expect(back.status).toBe(303)
      const to = new URL(back.headers.get('location') ?? '')
      expect(to.origin + to.pathname).toBe(CALLBACK)
      expect(to.searchParams.get('state')).toBe('a b&c=é')
      expect(to.searchParams.get('iss')).toBe('http://localhost:3000')
      const claim = { ...of(client), grant_type: GRANT, code: to.searchParams.get('code') ?? '' }
      expect((await server.form('/oauth/token', claim)).body.error).toBe('invalid_grant')
      const tokens = await server.form('/oauth/token', { ...claim, code_verifier: verifier })
      expect(tokens.body).toMatchObject({ scope: 'read', token_type: 'Bearer' })
    })

    it('a no comes back as access_denied (RFC 6749 §4.1.2.1)', async () => {
      const client = await app([GRANT])
      const opened = await authorize({
        client_id: client.clientId,
        redirect_uri: CALLBACK,
        response_type: 'toy_code',
        state: 's',
      })
      const back = await decided(opened.headers.get('location') ?? '', 'deny')
      const to = new URL(back.headers.get('location') ?? '')
      expect(Object.fromEntries(to.searchParams)).toMatchObject({
        error: 'access_denied',
        state: 's',
        iss: 'http://localhost:3000',
      })
    })

    it('a response mode of a plugin carries the answer', async () => {
      const client = await app([GRANT])
      const opened = await authorize({
        client_id: client.clientId,
        redirect_uri: CALLBACK,
        response_type: 'toy_code',
        response_mode: 'toy_header',
      })
      const back = await decided(opened.headers.get('location') ?? '')
      expect(new URLSearchParams(back.headers.get('x-toy') ?? '').get('code')).toBeTruthy()
    })

    it('a pushed request is found by its request_uri, once (RFC 9126 §4)', async () => {
      const client = await app([GRANT])
      const pushed = await server.form('/oauth/toy-par', {
        ...of(client),
        response_type: 'toy_code',
        redirect_uri: CALLBACK,
        state: 'pushed',
      })
      expect(pushed.body).toMatchObject({ request_uri: expect.stringMatching(/^urn:toy:request:/), expires_in: 60 })
      const use = () => authorize({ client_id: client.clientId, request_uri: pushed.body.request_uri })
      const opened = await use()
      expect(opened.status).toBe(303)
      const back = await decided(opened.headers.get('location') ?? '')
      expect(new URL(back.headers.get('location') ?? '').searchParams.get('state')).toBe('pushed')
      expect((await use()).status).toBe(400)
    })
  })

  describe('a toy dialect that shares /oauth/token with the standard (DESIGN §5)', () => {
    const post = (params: Record<string, string>) => server.form('/oauth/token', params)

    it('an app of the dialect is parsed and rendered by it, and is an app like any other', async () => {
      const client = await server.createApp({ grants: ['client_credentials'], scopes: ['read'], dialect: 'toy' })
      expect(client.clientId).toMatch(/^TOY-[0-9a-f]{16}$/)
      const answer = await post({ kind: 'self', client_id: client.clientId, key: client.clientSecret ?? '' })
      expect(answer.body).toEqual({ token: expect.any(String), lives: 3600 })
      expect(decodeJwt(answer.body.token)).toMatchObject({ client_id: client.clientId, scope: 'read' })
      expect(await post({ kind: 'self', client_id: client.clientId, key: 'wrong' })).toMatchObject({
        status: 418,
        body: { oops: 'invalid_client' },
      })
    })

    it('a standard app, an unknown one and none at all are answered by the standard', async () => {
      const client = await app(['client_credentials'])
      expect((await post({ ...of(client), grant_type: 'client_credentials' })).body).toHaveProperty('access_token')
      expect(
        (await post({ client_id: 'nobody', client_secret: 'x', grant_type: 'client_credentials' })).body.error,
      ).toBe('invalid_client')
      expect((await post({ grant_type: 'client_credentials' })).body.error).toBe('invalid_client')
    })

    it('a request of no known app that the dialect recognises is answered by the dialect', async () => {
      expect(await post({ toy: '1', kind: 'self', client_id: 'nobody', key: 'x' })).toMatchObject({
        status: 418,
        body: { oops: 'invalid_client' },
      })
    })
  })
})
