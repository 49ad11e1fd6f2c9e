import { createHash } from 'node:crypto'
import type { TestApp, TestServer, TestUser } from 'grantql/testing'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { pushedAuthorization } from '../../plugins/pushed-authorization/index.ts'
import type { PushedAuthorizationTables } from '../../plugins/pushed-authorization/tables.ts'
import { resourceIndicators } from '../../plugins/resource-indicators/index.ts'
import { pluginContext } from '../../src/operations/plugin-context.ts'
import { databases } from '../support/database.ts'
import { testServer } from '../support/server.ts'
import { CALLBACK, flowOf, locationOf, membersOf, of, openidServer } from './openid-support.ts'

const PAR = '/oauth/par'
const VERIFIER = 'v'.repeat(43)
const API = 'https://api.example.com/'
const NOTES = 'https://notes.example.com/'
const REQUEST = {
  response_type: 'code',
  redirect_uri: CALLBACK,
  scope: 'openid read',
  state: 'of the app',
  code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  code_challenge_method: 'S256',
}

describe.each(databases)('pushed authorization requests (RFC 9126) ($name)', (database) => {
  let server: TestServer
  let app: TestApp
  let user: TestUser
  const flow = flowOf(() => server)

  beforeAll(async () => {
    server = await openidServer(await database.url(), [pushedAuthorization(), resourceIndicators()], {
      resources: [
        { uri: API, name: 'The API' },
        { uri: NOTES, name: 'Your notes' },
      ],
    })
    app = await flow.createApp()
    user = await server.createUser()
  })
  afterAll(() => server?.close())

  const push = (params: Readonly<Record<string, string>> = {}, asking: Partial<TestApp> = app) =>
    server.form(PAR, { ...of(asking as TestApp), ...REQUEST, ...params })
  const pushed = async (params: Readonly<Record<string, string>> = {}): Promise<string> =>
    (await push(params)).body.request_uri
  const authorize = (params: Readonly<Record<string, string>>, by: TestUser | undefined = user) =>
    server.fetch(`/oauth/authorize?${new URLSearchParams(params)}`, {
      redirect: 'manual',
      headers: by ? { cookie: `grantql-session=${by.sessionToken}` } : {},
    })
  const use = (requestUri: string, asking = app) => authorize({ client_id: asking.clientId, request_uri: requestUri })
  const setting = async (asking: TestApp, name: string, value: unknown) => {
    const { core } = server.server
    const latest = (await core.apps.byId(asking.app.id)) ?? asking.app
    await core.apps.update({ ...latest, settings: { ...latest.settings, [`pushed-authorization.${name}`]: value } })
  }
  const expectPage = async (response: Response, code: string) => {
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
    expect(await response.text()).toContain(`<code>${code}</code>`)
  }

  describe('pushing (§2)', () => {
    it('is answered with 201, a request_uri of at least 208 random bits and its lifetime (§2.2)', async () => {
      const { status, body, headers } = await push()
      expect(status).toBe(201)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(body).toEqual({
        request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{51}$/),
        expires_in: 90,
      })
    })

    it('stores the hash of the name alone', async () => {
      const requestUri = await pushed()
      const { db } = pluginContext(server.server.core, 'pushed-authorization')
      const rows = await (db as import('kysely').Kysely<PushedAuthorizationTables>)
        .selectFrom('pushed_authorization_request')
        .selectAll()
        .execute()
      const bytes = Buffer.from(requestUri.slice(requestUri.lastIndexOf(':') + 1), 'base64url')
      expect(rows.length).toBeGreaterThan(0)
      for (const { request_key, params } of rows) {
        expect(request_key.includes(bytes.subarray(6))).toBe(false)
        expect(params).not.toContain(app.clientSecret)
      }
    })

    it.each([
      ['a request_uri', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
      ['a request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
      ['a redirect URI that the app did not register', { redirect_uri: 'https://evil.example/cb' }, 'invalid_request'],
      ['no response type', { response_type: '' }, 'invalid_request'],
      ['an unknown response type', { response_type: 'token' }, 'unsupported_response_type'],
      ['a scope that the app does not have', { scope: 'write' }, 'invalid_scope'],
      ['no PKCE', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
      ['PKCE by the method plain (RFC 7636 §4.2)', { code_challenge_method: 'plain' }, 'invalid_request'],
      ['a prompt that nobody knows', { prompt: 'never' }, 'invalid_request'],
      ['a claims parameter that is not JSON', { claims: '{' }, 'invalid_request'],
      ['a resource that nobody knows (RFC 8707 §2)', { resource: 'https://nobody.example.com' }, 'invalid_target'],
    ])('with %s is refused as at the authorization endpoint (§2.1)', async (_what, params, error) => {
      const { status, body } = await push(params as Record<string, string>)
      expect([status, body.error]).toEqual([400, error])
    })

    it('with a parameter twice is refused: invalid_request', async () => {
      const form = new URLSearchParams({ ...of(app), ...REQUEST })
      form.append('state', 'another')
      expect((await server.form(PAR, form)).body.error).toBe('invalid_request')
    })

    it('by GET is refused: 405', async () => {
      const { status, headers } = await server.fetch(`${PAR}?${new URLSearchParams({ ...of(app), ...REQUEST })}`)
      expect([status, headers.get('allow')]).toEqual([405, 'POST'])
    })

    it('by a confidential app that shows its name alone, or a wrong secret, is refused: 401', async () => {
      for (const clientSecret of ['', 'wrong']) {
        const { status, body } = await push({}, { clientId: app.clientId, clientSecret })
        expect([status, body.error]).toEqual([401, 'invalid_client'])
      }
    })

    it('of more than 32 KiB is refused: 413 (§2.3)', async () => {
      const { status, body } = await push({ a: 'x'.repeat(40 * 1024) })
      expect([status, body.error]).toEqual([413, 'invalid_request'])
    })

    it('is let through for a public app, which names itself', async () => {
      const open = await flow.createApp({ type: 'public' })
      const { body } = await push({}, { clientId: open.clientId })
      expect((await use(body.request_uri, open)).status).toBe(303)
    })

    it('is counted by network for public apps: 429 (§2.3)', async () => {
      await using counted = await testServer({
        plugins: [authorizationCode(), pushedAuthorization()],
        database: await database.url(),
        config: { limits: { 'pushed-authorization.pushAuthorizationRequest': { most: 3, windowSeconds: 60 } } },
      })
      const grants = ['authorization_code']
      const { app: open } = await counted.createApp({ type: 'public', grants, redirectUris: [CALLBACK] })
      const statuses: number[] = []
      for (let count = 0; count < 4; count++) {
        const form = { ...REQUEST, scope: 'read', client_id: open.clientId }
        statuses.push((await counted.form(PAR, form)).status)
      }
      expect(statuses).toEqual([201, 201, 201, 429])
    })

    it('over GraphQL is the same, refused alike and with a list of resources', async () => {
      const ask = async (input: object) => {
        const { data } = await server.graphql(
          `mutation($input: PushAuthorizationRequestInput!) { pushAuthorizationRequest(input: $input) {
            __typename ... on PushedAuthorizationRequest { requestUri expiresInSeconds } ... on Error { code } } }`,
          {
            input: {
              clientId: app.clientId,
              clientSecret: app.clientSecret,
              responseType: 'code',
              redirectUri: CALLBACK,
              scopes: ['openid'],
              state: 'of the app',
              codeChallenge: REQUEST.code_challenge,
              codeChallengeMethod: 'S256',
              nonce: 'once',
              ...input,
            },
          },
        )
        return data?.pushAuthorizationRequest
      }
      expect(await ask({ scopes: ['write'] })).toMatchObject({ code: 'invalid_scope' })
      expect(await ask({ resources: ['nobody'] })).toMatchObject({ code: 'invalid_target' })
      const { requestUri, expiresInSeconds } = await ask({ resources: [API, NOTES] })
      expect(expiresInSeconds).toBe(90)
      const answer = membersOf(await flow.sayYes(locationOf(await use(requestUri)).pathname, user))
      const { body } = await flow.exchange(app, answer.code ?? '')
      expect(decodeJwt(body.access_token ?? '').aud).toEqual([API, NOTES])
      expect(decodeJwt(body.id_token ?? '').nonce).toBe('once')
    })
  })

  describe('at the authorization endpoint (§4)', () => {
    it('is what counts, whatever else stands in the URL', async () => {
      const requestUri = await pushed()
      const opened = await authorize({
        client_id: app.clientId,
        request_uri: requestUri,
        redirect_uri: 'https://evil.example/cb',
        scope: 'openid email',
        state: 'of somebody else',
      })
      const { pathname } = locationOf(opened)
      const answer = await flow.sayYes(pathname, user)
      expect(answer.headers.get('location')).toMatch(new RegExp(`^${CALLBACK}`))
      expect(membersOf(answer)).toMatchObject({ state: 'of the app', code: expect.any(String) })
      const { body } = await flow.exchange(app, membersOf(answer).code ?? '')
      expect(body.scope).toBe('openid read')
    })

    it('works once, also where nobody is asked (prompt=none): then an error page', async () => {
      await flow.tokens(app, user, { scope: 'openid read' })
      for (const params of [{}, { prompt: 'none' }] as Record<string, string>[]) {
        const requestUri = await pushed(params)
        const first = await use(requestUri)
        expect(first.status).toBe(303)
        await expectPage(await use(requestUri), 'invalid_request_uri')
      }
    })

    it('is not used up by another app, which is told nothing of it: an error page', async () => {
      const requestUri = await pushed()
      await expectPage(await use(requestUri, await flow.createApp()), 'invalid_request_uri')
      expect((await use(requestUri)).status).toBe(303)
    })

    it('is over after 90 seconds: an error page', async () => {
      const [early, late] = [await pushed(), await pushed()]
      server.clock.pass({ seconds: 89 })
      expect((await use(early)).status).toBe(303)
      server.clock.pass({ seconds: 1 })
      await expectPage(await use(late), 'invalid_request_uri')
    })

    it.each([
      ['an empty one', ''],
      ['a short one', 'nobody'],
      ['one of no time', 'A'.repeat(51)],
      ['one that ends in a far future', '_'.repeat(51)],
      ['a long one', 'x'.repeat(5000)],
    ])('a name that is nobody’s, %s, is an error page', async (_what, name) => {
      await expectPage(await use(`urn:ietf:params:oauth:request_uri:${name}`), 'invalid_request_uri')
    })

    it('twice in one URL, or without the app, is refused: an error page', async () => {
      const requestUri = await pushed()
      const query = new URLSearchParams({ client_id: app.clientId, request_uri: requestUri })
      query.append('request_uri', requestUri)
      await expectPage(await server.fetch(`/oauth/authorize?${query}`, { redirect: 'manual' }), 'invalid_request')
      await expectPage(await authorize({ request_uri: requestUri }), 'invalid_request_uri')
      expect((await use(requestUri)).status).toBe(303)
    })

    it('of an app that lost a scope meanwhile is refused when the browser comes (§7.4)', async () => {
      const losing = await flow.createApp()
      const { body } = await push({}, losing)
      const { core } = server.server
      await core.apps.update({ ...((await core.apps.byId(losing.app.id)) ?? losing.app), scopes: ['openid'] })
      expect(membersOf(await use(body.request_uri, losing))).toMatchObject({ error: 'invalid_scope' })
    })

    it('50 browsers at once with one request: one is let in', async () => {
      const requestUri = await pushed()
      const answers = await Promise.all(Array.from({ length: 50 }, () => use(requestUri)))
      expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
      expect(answers.filter(({ status }) => status === 400)).toHaveLength(49)
    })
  })

  describe('an app that has to push (§6)', () => {
    it('is refused with a request in the URL, and let in with a pushed one', async () => {
      const strict = await flow.createApp()
      await setting(strict, 'requirePushedAuthorizationRequests', true)
      const plain = await authorize({ client_id: strict.clientId, ...REQUEST })
      expect(membersOf(plain)).toMatchObject({ error: 'invalid_request', state: 'of the app' })
      const { body } = await push({}, strict)
      expect((await use(body.request_uri, strict)).status).toBe(303)
    })
  })

  it('the metadata names the endpoint (§5)', async () => {
    const response = await server.fetch('/.well-known/oauth-authorization-server')
    const metadata = (await response.json()) as Record<string, unknown>
    expect(metadata.pushed_authorization_request_endpoint).toMatch(/\/oauth\/par$/)
    expect(metadata.request_uri_parameter_supported).toBe(false)
  })

  it('what is over is swept, and what is not stays', async () => {
    const { core } = server.server
    const db = pluginContext(core, 'pushed-authorization').db as import('kysely').Kysely<PushedAuthorizationTables>
    const job = core.registry.jobs.find(({ id }) => id === 'sweep-requests')
    await pushed()
    server.clock.pass({ seconds: 91 })
    const living = await pushed()
    await job?.run(pluginContext(core, 'pushed-authorization'))
    expect(await db.selectFrom('pushed_authorization_request').select('app_id').execute()).toHaveLength(1)
    expect((await use(living)).status).toBe(303)
  })
})
