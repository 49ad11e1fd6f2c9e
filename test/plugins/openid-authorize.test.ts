import type { TestApp, TestServer, TestUser } from 'grantql/testing'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { implicit } from '../../plugins/implicit/index.ts'
import { startSession } from '../../src/operations/start-session.ts'
import { updateAppSetting } from '../../src/operations/update-setting.ts'
import { csrfIn } from '../pages/browse.ts'
import { databases } from '../support/database.ts'
import { flowOf, ISSUER, locationOf, membersOf, openidServer } from './openid-support.ts'

const PASSWORD_CLASS = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'

describe.each(databases)('the authorize request of OpenID Connect (Core §3.1.2) ($name)', (database) => {
  let server: TestServer
  let app: TestApp
  let user: TestUser
  let other: TestUser
  const flow = flowOf(() => server)

  beforeAll(async () => {
    server = await openidServer(await database.url(), [implicit()])
    app = await flow.createApp()
    user = await server.createUser({ profile: { name: 'Ada', email: 'ada@example.org' } })
    other = await server.createUser()
    await flow.tokens(app, user)
    await flow.tokens(app, other)
  })
  afterAll(() => server?.close())

  const silently = (by: TestUser, params: Record<string, string>) =>
    flow.approved(app, by, { prompt: 'none', ...params })
  /** What somebody is shown who will not do, and what the app is told once they go back. */
  const refusal = async (by: TestUser, params: Record<string, string>) => {
    const { pathname } = locationOf(await flow.authorize(app, by, params))
    const headers = { cookie: `grantql-session=${by.sessionToken}`, origin: ISSUER }
    const page = await (await server.fetch(pathname, { redirect: 'manual', headers })).text()
    const decide = (decision: string) =>
      server.fetch(pathname, {
        method: 'POST',
        redirect: 'manual',
        headers,
        body: new URLSearchParams({ csrf_token: csrfIn(page), decision }),
      })
    const insisted = await decide('approve')
    return { page, insisted: [insisted.status, await insisted.text()], told: membersOf(await decide('deny')).error }
  }

  describe('id_token_hint', () => {
    it('of who is signed in: an answer without a question; of somebody else: login_required, or a sign-in (§3.1.2.1)', async () => {
      const { id_token = '' } = await flow.tokens(app, user)
      expect(await silently(user, { id_token_hint: id_token })).toHaveProperty('code')
      expect(await silently(other, { id_token_hint: id_token })).toMatchObject({ error: 'login_required' })
      const { page, insisted, told } = await refusal(other, { id_token_hint: id_token })
      expect(page).toContain('This app expects another user.')
      expect(page).toMatch(/href="[^"]*\/sign-in\?[^"]*prompt=login/)
      expect(insisted).toEqual([200, expect.stringContaining('This app expects another user.')])
      expect(told).toBe('login_required')
    })

    it('holds when the token is over, and cannot be decided by somebody else over GraphQL either', async () => {
      const { id_token = '' } = await flow.tokens(app, user)
      server.clock.pass({ seconds: 4000 })
      expect(await silently(user, { id_token_hint: id_token })).toHaveProperty('code')
      const { pathname } = locationOf(await flow.authorize(app, other, { id_token_hint: id_token }))
      const { data } = await server.graphql(
        'mutation($input: ApproveInput!) { approve(input: $input) { __typename ... on Error { code } } }',
        { input: { handle: pathname.slice('/approve/'.length) } },
        { headers: { authorization: `Bearer ${other.sessionToken}` } },
      )
      expect(data?.approve).toMatchObject({ code: 'login_required' })
    })

    it.each([
      ['nonsense', () => 'nonsense'],
      ['the token of another app', async () => (await flow.tokens(await flow.createApp(), user)).id_token ?? ''],
      [
        'a token without a signature',
        async () => {
          const { id_token = '' } = await flow.tokens(app, user)
          const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url')
          return `${header}.${id_token.split('.')[1]}.`
        },
      ],
    ])('is refused where it is %s: invalid_request', async (_what, make) => {
      expect(await silently(user, { id_token_hint: await make() })).toMatchObject({ error: 'invalid_request' })
    })
  })

  it('cannot come to an algorithm without a key: the setting is refused, and one whose key is gone counts for nothing', async () => {
    const { core } = server.server
    const admin = { id: user.user.id, role: 'admin' } as const
    for (const name of ['openid.idTokenSignedResponseAlg', 'openid.userinfoSignedResponseAlg']) {
      const missing = ['RS256', 'ES256', 'EdDSA'].find((known) => !core.keys.algorithms().includes(known as never))
      const setting = updateAppSetting(core, admin, app.app.id, name, missing)
      await expect(setting).rejects.toMatchObject({ values: { field: ['value'] } })
    }
    const elder = await flow.createApp()
    await flow.setting(elder, 'idTokenSignedResponseAlg', 'EdDSA')
    expect(await flow.tokens(elder, user)).toHaveProperty('id_token')
  })

  describe('claims (§5.5)', () => {
    const claims = (value: object) => ({ claims: JSON.stringify(value) })

    it('a value of sub names the only user who will do', async () => {
      const sub = (value: string) => claims({ id_token: { sub: { value } } })
      expect(await silently(user, sub(user.user.id))).toHaveProperty('code')
      expect(await silently(user, sub(other.user.id))).toMatchObject({ error: 'login_required' })
      const both = claims({ id_token: { sub: { value: user.user.id } }, userinfo: { sub: { value: other.user.id } } })
      expect(await silently(user, both)).toMatchObject({ error: 'invalid_request' })
    })

    it('an essential acr is kept, or the user has to sign in so, or nobody can (§5.5.1.1)', async () => {
      const acr = (...values: string[]) => claims({ id_token: { acr: { essential: true, values } } })
      expect(await silently(user, acr('phr', PASSWORD_CLASS))).toHaveProperty('code')
      expect(await silently(user, acr('phr'))).toMatchObject({ error: 'login_required' })
      const { page, told } = await refusal(user, acr('phr'))
      expect(page).toContain('You did not sign in the way that this app requires.')
      expect(told).toBe('unmet_authentication_requirements')
      const passkey = { ...user, sessionToken: (await startSession(server.server.core, user.user.id, ['pop'])).token }
      const { code = '' } = await silently(passkey, acr('phr'))
      expect(decodeJwt((await flow.exchange(app, code)).body.id_token ?? '').acr).toBe('phr')
      expect(await silently(user, acr('urn:x:gold'))).toMatchObject({ error: 'unmet_authentication_requirements' })
    })

    it('what no scope covers is shown over GraphQL too, and is not told where nobody is asked', async () => {
      const wanted = claims({ userinfo: { email: null } })
      const { pathname } = locationOf(await flow.authorize(app, user, wanted))
      const headers = { authorization: `Bearer ${user.sessionToken}` }
      const query = 'query($handle: String!) { approval(handle: $handle) { asks { term text } } }'
      const shown = await server.graphql(query, { handle: pathname.split('/').at(-1) }, { headers })
      expect(shown.data.approval.asks).toEqual([{ term: 'It also asks for', text: 'email' }])

      const trusted = await flow.createApp()
      const told = async () => {
        const { access_token } = await flow.tokens(trusted, user, wanted)
        return (await server.fetch('/oauth/userinfo', { headers: { authorization: `Bearer ${access_token}` } })).json()
      }
      expect(await told()).toHaveProperty('email')
      const { core } = server.server
      await updateAppSetting(
        core,
        { id: user.user.id, role: 'admin' },
        trusted.app.id,
        'authorization-code.consent',
        'never',
      )
      expect(await told()).not.toHaveProperty('email')
    })

    it.each([
      { id_token: { sub: { value: 123 } } },
      { userinfo: { sub: { values: [{}] } } },
      { id_token: { acr: { essential: true, values: ['phr', 5] } } },
    ])('a sub or acr that is no string is refused, not overlooked: %o', async (value) => {
      expect(await silently(user, claims(value))).toMatchObject({ error: 'invalid_request' })
    })

    it('a voluntary acr, and acr_values, are wishes: the ID token says what it was', async () => {
      const wishes = [claims({ id_token: { acr: { value: 'phr' } } }), { acr_values: 'urn:x:gold phr' }]
      for (const wish of wishes) {
        const { code = '' } = await silently(user, wish)
        expect(decodeJwt((await flow.exchange(app, code)).body.id_token ?? '').acr).toBe(PASSWORD_CLASS)
      }
    })

    it('what no scope of the request covers is shown to the person each time, and told after their yes', async () => {
      const asked = claims({ userinfo: { email: { essential: true } }, id_token: { name: null } })
      expect(await silently(user, asked)).toMatchObject({ error: 'consent_required' })
      const opened = await flow.authorize(app, user, asked)
      const page = await server.fetch(locationOf(opened).pathname, {
        headers: { cookie: `grantql-session=${user.sessionToken}` },
      })
      expect(await page.text()).toContain('name, email')
      const tokens = await flow.tokens(app, user, asked)
      expect(decodeJwt(tokens.id_token ?? '').name).toBe('Ada')
      const told = async (accessToken: string | undefined) =>
        (await server.fetch('/oauth/userinfo', { headers: { authorization: `Bearer ${accessToken}` } })).json()
      expect(await told(tokens.access_token)).toMatchObject({ sub: user.user.id, email: 'ada@example.org' })
      const refreshed = await flow.refresh(app, tokens.refresh_token ?? '')
      expect(await told(refreshed.body.access_token)).toHaveProperty('email')
      expect(await told((await flow.tokens(app, user)).access_token)).toEqual({ sub: user.user.id })
    })

    it.each([
      '{',
      '[]',
      '"text"',
      '{"id_token":[]}',
      '{"userinfo":{"name":"x"}}',
      '{"id_token":{"acr":{"values":"x"}}}',
    ])('is refused where it is %s: invalid_request', async (text) => {
      expect(await silently(user, { claims: text })).toMatchObject({ error: 'invalid_request' })
    })
  })

  it.each([
    { display: 'page' },
    { display: 'popup' },
    { ui_locales: 'se' },
    { claims_locales: 'se' },
    { login_hint: 'bob@example.org' },
    { acr_values: '1 2' },
    { extra: 'foobar' },
    { scope: 'openid email profile phone address' },
  ])('%j does no harm (§3.1.2.1, §15.1)', async (params) => {
    expect(await flow.approved(app, user, params)).toHaveProperty('code')
  })

  it.each([
    ['request', 'request_not_supported'],
    ['request_uri', 'request_uri_not_supported'],
  ])('%s: %s, and nobody is asked (RFC 9101 §6)', async (name, error) => {
    expect(await silently(user, { [name]: 'https://127.0.0.1:1/object' })).toMatchObject({ error })
  })

  it('means nothing without scope openid: an app that does not ask for it sees no change', async () => {
    const plain = { scope: 'read', claims: '{', id_token_hint: 'nonsense', nonce: 'n' }
    const tokens = await flow.tokens(app, user, plain)
    expect(Object.keys(tokens).sort()).toEqual(['access_token', 'expires_in', 'refresh_token', 'scope', 'token_type'])
  })

  it('a response type that names no ID token brings none through the browser', async () => {
    const legacy = await flow.createApp({ grants: ['implicit'], privileges: ['legacy-grants'] })
    const { pathname } = locationOf(await flow.authorize(legacy, user, { response_type: 'token' }))
    const answer = locationOf(await flow.sayYes(pathname, user))
    const members = Object.fromEntries(new URLSearchParams(answer.hash.slice(1)))
    expect(Object.keys(members).sort()).toEqual(['access_token', 'expires_in', 'iss', 'scope', 'token_type'])
  })

  it('offline_access is a scope that a person says yes to, and an app must have it (§11)', async () => {
    const first = await flow.authorize(app, user, { scope: 'openid offline_access', prompt: 'none' })
    expect(Object.fromEntries(locationOf(first).searchParams)).toMatchObject({ error: 'consent_required' })
    const tokens = await flow.tokens(app, user, { scope: 'openid offline_access', prompt: 'consent' })
    expect(tokens.refresh_token).toBeTruthy()
    const without = await flow.createApp({ scopes: ['openid'] })
    const refused = await flow.approved(without, user, { scope: 'openid offline_access' })
    expect(refused).toMatchObject({ error: 'invalid_scope' })
  })
})
