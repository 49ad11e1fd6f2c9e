import { createHash } from 'node:crypto'
import type { TestApp, TestServer, TestUser } from 'grantql/testing'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deviceCode } from '../../plugins/device-code/index.ts'
import { implicit } from '../../plugins/implicit/index.ts'
import { resourceIndicators } from '../../plugins/resource-indicators/index.ts'
import { databases } from '../support/database.ts'
import { CALLBACK, flowOf, ISSUER, locationOf, membersOf, of, openidServer } from './openid-support.ts'

const CALENDAR = 'https://calendar.example.com'
const CONTACTS = 'https://contacts.example.com/api'
const NOTES = 'https://notes.example.com/'
const SCOPES = ['openid', 'read', 'calendar', 'contacts']
const VERIFIER = 'v'.repeat(43)
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')

type Sent = readonly (readonly [string, string])[]
const resources = (...uris: readonly string[]): Sent => uris.map((uri) => ['resource', uri] as const)

describe.each(databases)('resource indicators (RFC 8707) ($name)', (database) => {
  let server: TestServer
  let app: TestApp
  let user: TestUser
  const flow = flowOf(() => server)

  beforeAll(async () => {
    const plugin = resourceIndicators({
      resources: [{ uri: CALENDAR, name: 'Your calendar', scopes: ['calendar'] }],
    })
    server = await openidServer(await database.url(), [deviceCode(), implicit(), plugin], {
      scopes: [
        { name: 'read', description: 'Read your data' },
        { name: 'calendar', description: 'See your calendar' },
        { name: 'contacts', description: 'See your contacts', audience: CONTACTS },
      ],
      resources: [{ uri: NOTES, name: 'Your notes' }],
    })
    app = await newApp()
    user = await server.createUser()
  })
  afterAll(() => server?.close())

  const newApp = (more: Parameters<TestServer['createApp']>[0] = {}) =>
    server.createApp({
      grants: [
        'authorization_code',
        'refresh_token',
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:device_code',
      ],
      scopes: SCOPES,
      redirectUris: [CALLBACK],
      ...more,
    })

  const authorize = (asking: TestApp, more: Sent = []) => {
    const query = new URLSearchParams({
      client_id: asking.clientId,
      response_type: 'code',
      redirect_uri: CALLBACK,
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
    })
    // A response type may stand there in the place of the code's.
    if (more.some(([name]) => name === 'response_type')) query.delete('response_type')
    for (const [name, value] of more) query.append(name, value)
    const headers = { cookie: `grantql-session=${user.sessionToken}` }
    return server.fetch(`/oauth/authorize?${query}`, { redirect: 'manual', headers })
  }
  const codeFor = async (asking: TestApp, more: Sent = []) => {
    const opened = await authorize(asking, more)
    const { pathname } = locationOf(opened)
    return membersOf(pathname.startsWith('/approve/') ? await flow.sayYes(pathname, user) : opened).code ?? ''
  }
  const token = (params: Readonly<Record<string, string>>, more: Sent = [], asking = app) => {
    const form = new URLSearchParams({ ...of(asking), ...params })
    for (const [name, value] of more) form.append(name, value)
    return server.form('/oauth/token', form)
  }
  const exchange = async (authorized: Sent, more: Sent = []) => {
    const code = await codeFor(app, authorized)
    return token({ grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER }, more)
  }
  const refresh = (refreshToken: string, more: Sent = []) =>
    token({ grant_type: 'refresh_token', refresh_token: refreshToken }, more)
  const audienceOf = (body: { access_token?: string }) => decodeJwt(body.access_token ?? '').aud

  describe('at the authorization endpoint (§2.1)', () => {
    it.each([
      ['unknown here', 'https://nobody.example.com'],
      ['relative', 'calendar'],
      ['with a fragment', `${CALENDAR}#today`],
      ['with an empty fragment', `${CALENDAR}#`],
    ])('a resource that is %s is refused: invalid_target (§2)', async (_what, uri) => {
      expect(membersOf(await authorize(app, resources(uri)))).toMatchObject({ error: 'invalid_target' })
    })

    it('one wrong resource among good ones is refused: invalid_target (§2)', async () => {
      const answer = await authorize(app, resources(CALENDAR, 'https://nobody.example.com'))
      expect(membersOf(answer)).toMatchObject({ error: 'invalid_target' })
    })

    it('the person is shown where the access is good', async () => {
      const { pathname } = locationOf(await authorize(app, resources(CALENDAR, NOTES)))
      const page = await server.fetch(pathname, { headers: { cookie: `grantql-session=${user.sessionToken}` } })
      const text = await page.text()
      expect(text).toContain(`Your calendar (${CALENDAR})`)
      expect(text).toContain(`Your notes (${NOTES})`)
    })

    it('another parameter is still refused when it comes twice (RFC 6749 §3.1)', async () => {
      const answer = await authorize(app, [...resources(CALENDAR, NOTES), ['state', 'a'], ['state', 'b']])
      expect(membersOf(answer)).toMatchObject({ error: 'invalid_request' })
    })

    it('a scope of another resource than those that are asked for is refused: invalid_scope', async () => {
      const answer = await authorize(app, [...resources(CALENDAR), ['scope', 'calendar contacts']])
      expect(membersOf(answer)).toMatchObject({ error: 'invalid_scope' })
    })

    it('without scopes it is all that the app has and that fit the resource', async () => {
      const { status, body } = await exchange(resources(CALENDAR))
      expect([status, body.scope, audienceOf(body)]).toEqual([200, 'openid read calendar', CALENDAR])
    })
  })

  describe('at the token endpoint (§2.2)', () => {
    const both: Sent = [...resources(CALENDAR, CONTACTS), ['scope', 'read calendar contacts']]

    it('a code for two resources gives a token of one, with the scopes that are good there', async () => {
      const { status, body } = await exchange(both, resources(CALENDAR))
      expect([status, audienceOf(body), body.scope]).toEqual([200, CALENDAR, 'read calendar'])
    })

    it('its refresh token gives one of the other, and never one of a third', async () => {
      const { body } = await exchange(both, resources(CALENDAR))
      const next = await refresh(body.refresh_token, resources(CONTACTS))
      expect([next.status, audienceOf(next.body), next.body.scope]).toEqual([200, CONTACTS, 'read contacts'])
      const third = await refresh(next.body.refresh_token, resources(NOTES))
      expect([third.status, third.body.error]).toEqual([400, 'invalid_target'])
      expect((await refresh(next.body.refresh_token, resources(CALENDAR))).status).toBe(200)
    })

    it('no token is good at two resources with a scope of one of them: invalid_target (§3)', async () => {
      const code = await codeFor(app, both)
      const claim = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER }
      for (const more of [resources(CALENDAR, CONTACTS), []]) {
        const { status, body } = await token(claim, more)
        expect([status, body.error]).toEqual([400, 'invalid_target'])
      }
      // What was refused has not used the code up.
      expect((await token(claim, resources(CALENDAR))).status).toBe(200)
    })

    it('a token for two resources names both, where no scope is of one of them', async () => {
      const asked: Sent = [...resources(CALENDAR, NOTES), ['scope', 'read']]
      const { body } = await exchange(asked)
      expect(audienceOf(body)).toEqual([CALENDAR, NOTES])
    })

    it('the normal form of a URL names the same resource, and aud is as it is registered', async () => {
      const { body } = await exchange([...resources('https://CALENDAR.example.com:443/'), ['scope', 'read']])
      expect(audienceOf(body)).toBe(CALENDAR)
    })

    it('a resource that nobody said yes to is refused, also where none was named before: invalid_target', async () => {
      const { body } = await exchange([['scope', 'read']], resources(NOTES))
      expect(body).toMatchObject({ error: 'invalid_target' })
      const own = await exchange([['scope', 'calendar']], resources(CALENDAR))
      expect(audienceOf(own.body)).toBe(CALENDAR)
    })

    it('an app for itself asks for any that is registered, and gets the scopes that are good there', async () => {
      const { body } = await token({ grant_type: 'client_credentials' }, resources(CALENDAR))
      expect([audienceOf(body), body.scope]).toEqual([CALENDAR, 'read calendar'])
      const wrong = await token({ grant_type: 'client_credentials' }, resources('https://nobody.example.com'))
      expect([wrong.status, wrong.body.error]).toEqual([400, 'invalid_target'])
    })

    it('an app that is given a list of resources asks for those alone', async () => {
      const listed = await newApp()
      const { core } = server.server
      const latest = (await core.apps.byId(listed.app.id)) ?? listed.app
      await core.apps.update({ ...latest, settings: { 'resource-indicators.allowedResources': [NOTES] } })
      const ask = (uri: string) => token({ grant_type: 'client_credentials', scope: 'read' }, resources(uri), listed)
      expect((await ask(CALENDAR)).body.error).toBe('invalid_target')
      expect(audienceOf((await ask(NOTES)).body)).toBe(NOTES)
    })

    it('another parameter is still refused when it comes twice (RFC 6749 §3.2)', async () => {
      const twice: Sent = [...resources(CALENDAR), ['scope', 'read'], ['scope', 'calendar']]
      const { status, body } = await token({ grant_type: 'client_credentials' }, twice)
      expect([status, body.error]).toEqual([400, 'invalid_request'])
    })

    it('one that nobody declares is refused when it comes twice, and more than 20 resources are', async () => {
      for (const more of [
        [
          ['audience', 'a'],
          ['audience', 'b'],
        ] as Sent,
        resources(...Array.from({ length: 21 }, (_, index) => `${NOTES}${index}`)),
      ]) {
        const { status, body } = await token({ grant_type: 'client_credentials' }, more)
        expect([status, body.error]).toEqual([400, 'invalid_request'])
      }
    })

    it('a device gets a token for the resource of its scopes (RFC 8628 §3.4)', async () => {
      const { body: asked } = await server.form('/oauth/device_authorization', { ...of(app), scope: 'calendar' })
      const { data } = await server.graphql(
        'mutation($input: ApproveInput!) { approve(input: $input) { __typename ... on Error { code } } }',
        { input: { handle: await handleOf(asked.user_code) } },
        { headers: { authorization: `Bearer ${user.sessionToken}` } },
      )
      expect(data?.approve.code).toBeUndefined()
      const claim = {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: asked.device_code,
      }
      expect((await token(claim, resources(NOTES))).body.error).toBe('invalid_target')
      server.clock.pass({ seconds: 10 })
      expect(audienceOf((await token(claim, resources(CALENDAR))).body)).toBe(CALENDAR)
    })

    it('a device names its resources when it asks, and the person is shown them (RFC 8628 §3.1)', async () => {
      const form = new URLSearchParams({ ...of(app) })
      for (const uri of [NOTES, CALENDAR]) form.append('resource', uri)
      const { status, body: asked } = await server.form('/oauth/device_authorization', form)
      expect(status).toBe(200)
      const handle = await handleOf(asked.user_code)
      const headers = { cookie: `grantql-session=${user.sessionToken}` }
      expect(await (await server.fetch(`/approve/${handle}`, { headers })).text()).toContain(`Your notes (${NOTES})`)
      await server.approve(handle, user)
      const claim = {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: asked.device_code,
      }
      const { body } = await token(claim, resources(NOTES))
      expect([audienceOf(body), body.scope]).toEqual([NOTES, 'openid read'])
      expect(audienceOf((await refresh(body.refresh_token, resources(CALENDAR))).body)).toBe(CALENDAR)
      form.append('resource', 'https://nobody.example.com')
      expect((await server.form('/oauth/device_authorization', form)).body.error).toBe('invalid_target')
    })

    const handleOf = async (userCode: string): Promise<string> => {
      const { data } = await server.graphql(
        'mutation($input: EnterUserCodeInput!) { enterUserCode(input: $input) { ... on DeviceRequest { handle } } }',
        { input: { userCode } },
        { headers: { authorization: `Bearer ${user.sessionToken}` } },
      )
      return data?.enterUserCode?.handle
    }
  })

  it('a token of the redirect itself is for what was asked for as well (§2.1)', async () => {
    const legacy = await newApp({ grants: ['implicit'], privileges: ['legacy-grants'] })
    const opened = await authorize(legacy, [...resources(CALENDAR), ['response_type', 'token']])
    const answer = await flow.sayYes(locationOf(opened).pathname, user)
    const members = new URLSearchParams(locationOf(answer).hash.slice(1))
    expect(audienceOf({ access_token: members.get('access_token') ?? '' })).toBe(CALENDAR)
    expect(members.get('scope')).toBe('openid read calendar')
  })

  it('introspection tells whom a token is for, signed and opaque ones (RFC 7662 §2.2)', async () => {
    for (const tokenFormat of ['jwt', 'opaque'] as const) {
      const made = await newApp()
      const { core } = server.server
      await core.apps.update({ ...((await core.apps.byId(made.app.id)) ?? made.app), tokenFormat })
      const { body } = await token({ grant_type: 'client_credentials' }, resources(CALENDAR), made)
      const looked = await server.form('/oauth/introspect', { ...of(made), token: body.access_token })
      expect(looked.body).toMatchObject({ active: true, aud: [CALENDAR], scope: 'read calendar' })
    }
  })

  it('over GraphQL the resources are a list, refused and granted alike', async () => {
    const ask = async (uris: readonly string[]) => {
      const { data } = await server.graphql(
        `mutation($input: ClientCredentialsInput!) { clientCredentials(input: $input) {
          __typename ... on TokenSet { accessToken scopes } ... on Error { code } } }`,
        { input: { clientId: app.clientId, clientSecret: app.clientSecret, resources: uris } },
      )
      return data?.clientCredentials
    }
    const given = await ask([CALENDAR])
    expect([decodeJwt(given.accessToken).aud, given.scopes]).toEqual([CALENDAR, ['read', 'calendar']])
    expect(await ask(['https://nobody.example.com'])).toMatchObject({
      __typename: 'InvalidTargetError',
      code: 'invalid_target',
    })
  })

  it('the resources of this server can be asked for by their URLs', async () => {
    const { body } = await exchange([...resources(ISSUER), ['scope', 'read']])
    expect(audienceOf(body)).toBe(ISSUER)
  })
})
