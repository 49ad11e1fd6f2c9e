import type { TestApp, TestServer, TestUser } from 'grantql/testing'
import { decodeJwt, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deliverOutbox } from '../../src/jobs/deliver-outbox.ts'
import { startSession } from '../../src/operations/start-session.ts'
import { csrfIn } from '../pages/browse.ts'
import { databases } from '../support/database.ts'
import { flowOf, ISSUER, locationOf, openidServer } from './openid-support.ts'

const BACK = 'https://rp.example/signed-out'
const PATH = '/oauth/logout'
const QUESTION = 'Do you want to sign out?'
const SIGNED_OUT = 'You are signed out'

type Params = Readonly<Record<string, string>>

describe.each(databases)('logout at the app’s request (RP-Initiated Logout 1.0) ($name)', (database) => {
  let server: TestServer
  let app: TestApp
  let user: TestUser
  let idToken: string
  const flow = flowOf(() => server)

  beforeAll(async () => {
    server = await openidServer(await database.url())
    app = await flow.createApp()
    await flow.setting(app, 'postLogoutRedirectUris', [BACK, `${BACK}?tenant=7`])
  })
  afterAll(() => server?.close())
  beforeEach(async () => {
    user = await server.createUser()
    idToken = (await flow.tokens(app, user, { nonce: 'n' })).id_token ?? ''
  })

  const headers = (by: TestUser | undefined) => (by ? { cookie: `grantql-session=${by.sessionToken}` } : {})
  const open = (params: Params | URLSearchParams, by: TestUser | 'nobody' = user) =>
    server.fetch(`${PATH}?${new URLSearchParams(params)}`, {
      redirect: 'manual',
      headers: headers(by === 'nobody' ? undefined : by),
    })
  const post = (path: string, form: Params, by: TestUser | undefined, more: Params = {}) =>
    server.fetch(path, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers(by), ...more },
      body: new URLSearchParams(form).toString(),
    })
  const isSignedIn = async (by: TestUser = user) =>
    (await server.server.core.sessions.byToken(by.sessionToken)) !== undefined
  const full = () => ({ id_token_hint: idToken, post_logout_redirect_uri: BACK, state: 's t&te' })

  it('goes by an ID token whose key is retired, while the session lives (§2)', async () => {
    const { keys } = server.server.core
    await keys.rotate({ immediately: true })
    server.clock.pass({ seconds: 2 * 86_400 })
    await keys.reload()
    expect(await flow.approved(app, user, { prompt: 'none', id_token_hint: idToken })).toHaveProperty('code')
    const answer = await open(full())
    expect([answer.status, locationOf(answer).origin]).toEqual([303, new URL(BACK).origin])
    expect(await isSignedIn()).toBe(false)
  })
  const hiddenIn = (page: string) =>
    Object.fromEntries(
      [...page.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
        name,
        value.replaceAll('&amp;', '&'),
      ]),
    )
  const asks = async (response: Response) => {
    expect(response.headers.get('location')).toBeNull()
    const page = await response.text()
    expect(page).toContain(QUESTION)
    expect(await isSignedIn()).toBe(true)
    return page
  }

  it('is at the end_session_endpoint of the metadata (§2.1)', async () => {
    const metadata = await (await server.fetch('/.well-known/openid-configuration')).json()
    expect(metadata).toMatchObject({
      end_session_endpoint: `${ISSUER}${PATH}`,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    })
  })

  it('with an ID token of this session: signs out at once, and goes back with the state (§2, §3)', async () => {
    const response = await open(full())
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(`${BACK}?state=s+t%26te`)
    expect(response.headers.getSetCookie().join()).toMatch(/grantql-session=;.*Max-Age=0/)
    expect(await isSignedIn()).toBe(false)
    expect(await flow.approved(app, user, { prompt: 'none' })).toMatchObject({ error: 'login_required' })
  })

  it('without a state: goes back without one', async () => {
    const { state: _, ...rest } = full()
    expect((await open(rest)).headers.get('location')).toBe(BACK)
  })

  it('keeps a query that was registered', async () => {
    const response = await open({ ...full(), post_logout_redirect_uri: `${BACK}?tenant=7`, state: 'x' })
    expect(response.headers.get('location')).toBe(`${BACK}?tenant=7&state=x`)
  })

  it('without a redirect: signs out and says so', async () => {
    const response = await open({ id_token_hint: idToken })
    expect(response.status).toBe(200)
    expect(await response.text()).toContain(SIGNED_OUT)
    expect(await isSignedIn()).toBe(false)
  })

  it('takes an ID token that is over, and client_id beside it (§2)', async () => {
    server.clock.pass({ seconds: 2 * 86_400 })
    const response = await open({ ...full(), client_id: app.clientId, ui_locales: 'de', logout_hint: 'ada' })
    expect(locationOf(response).origin + locationOf(response).pathname).toBe(BACK)
    expect(await isSignedIn()).toBe(false)
  })

  it('a browser that is signed out already goes back at once', async () => {
    expect((await open(full(), 'nobody')).headers.get('location')).toBe(`${BACK}?state=s+t%26te`)
    expect(await isSignedIn()).toBe(true)
  })

  describe('asks first, and leads nowhere by itself,', () => {
    it('without any parameter; after a yes the user is signed out', async () => {
      const page = await asks(await open({}))
      const answer = { csrf_token: csrfIn(page), answer: 'yes' }
      const answered = await post(`${PATH}/answer`, answer, user, { origin: ISSUER })
      expect(await answered.text()).toContain(SIGNED_OUT)
      expect(answered.headers.getSetCookie().join()).toMatch(/grantql-session=;.*Max-Age=0/)
      expect(await isSignedIn()).toBe(false)
    })

    it('with a state alone', async () => {
      await asks(await open({ state: 'x' }))
    })

    it('without an ID token; after a yes the browser goes back, and the page lets it (§2, §3)', async () => {
      const asked = await open({ client_id: app.clientId, post_logout_redirect_uri: BACK, state: 'a"b<c' })
      expect(asked.headers.get('content-security-policy')).toContain("form-action 'self' https:;")
      const page = await asks(asked)
      expect(page).toContain(app.app.name)
      const form = { ...hiddenIn(page), state: 'a"b<c', answer: 'yes' }
      expect(page).toContain('value="a&quot;b&lt;c"')
      const answered = await post(`${PATH}/answer`, form, user, { origin: ISSUER })
      expect(answered.headers.get('location')).toBe(`${BACK}?state=a%22b%3Cc`)
      expect(await isSignedIn()).toBe(false)
    })

    it('and after a no the user stays', async () => {
      const page = await asks(await open({ client_id: app.clientId, post_logout_redirect_uri: BACK }))
      const form = { ...hiddenIn(page), answer: 'no' }
      const answered = await post(`${PATH}/answer`, form, user, { origin: ISSUER })
      expect(answered.headers.get('location')).toBeNull()
      expect(await answered.text()).toContain('You are still signed in')
      expect(await isSignedIn()).toBe(true)
    })

    it('with the ID token of another session of the same user', async () => {
      const { token } = await startSession(server.server.core, user.user.id, ['pwd'])
      const elsewhere = { ...user, sessionToken: token }
      const response = await open(full(), elsewhere)
      expect(await response.text()).toContain(QUESTION)
      expect(await isSignedIn(elsewhere)).toBe(true)
      expect(await isSignedIn()).toBe(true)
    })

    it('with the ID token of another user', async () => {
      const other = await server.createUser()
      expect(await (await open(full(), other)).text()).toContain(QUESTION)
      expect(await isSignedIn(other)).toBe(true)
    })

    const foreign = async () => {
      const { privateKey } = await generateKeyPair('ES256')
      return new SignJWT(decodeJwt(idToken)).setProtectedHeader({ alg: 'ES256', typ: 'JWT' }).sign(privateKey)
    }
    const modified = () => {
      const [header, , signature] = idToken.split('.')
      const claims = Buffer.from(JSON.stringify({ ...decodeJwt(idToken), sub: 'somebody' })).toString('base64url')
      return `${header}.${claims}.${signature}`
    }
    it.each([
      ['that was changed', modified],
      ['that somebody else signed', foreign],
      ['without a signature', () => `${idToken.split('.').slice(0, 2).join('.')}.`],
      ['that is none', () => 'nonsense'],
      ['that is longer than any', () => 'x'.repeat(9000)],
      ['that is an access token', async () => (await flow.tokens(app, user)).access_token ?? ''],
    ])('with an ID token %s: 400, and after a yes nothing leads back', async (_what, make) => {
      const response = await open({ ...full(), id_token_hint: await make() })
      expect(response.status).toBe(400)
      const page = await asks(response)
      const form = { ...hiddenIn(page), answer: 'yes' }
      const answered = await post(`${PATH}/answer`, form, user, { origin: ISSUER })
      expect(answered.headers.get('location')).toBeNull()
    })

    it.each([
      ['nobody registered', 'https://evil.example/'],
      ['has a query beyond what was registered', `${BACK}?foo=bar`],
      ['has a slash beyond it', `${BACK}/`],
      ['has a fragment beyond it', `${BACK}#x`],
      ['is in another case', 'https://RP.example/signed-out'],
      ['is a redirect URI for codes alone', 'https://rp.example/cb'],
      ['is a script', 'javascript:alert(1)'],
    ])('where the redirect is one that %s: 400 (RFC 9700 §4.1.3)', async (_what, uri) => {
      const response = await open({ ...full(), post_logout_redirect_uri: uri })
      expect(response.status).toBe(400)
      expect(await asks(response)).not.toContain(uri)
    })

    it('where client_id is not the app of the ID token: 400 (§2)', async () => {
      const { clientId } = await flow.createApp()
      expect((await open({ ...full(), client_id: clientId })).status).toBe(400)
      await asks(await open({ ...full(), client_id: clientId }))
    })

    it.each(['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'])(
      'where %s is sent twice: 400 (RFC 6749 §3.1)',
      async (name) => {
        const params = new URLSearchParams({ client_id: app.clientId, ...full() })
        params.append(name, 'https://evil.example/')
        const response = await open(params)
        expect(response.status).toBe(400)
        await asks(response)
      },
    )
  })

  it('nobody is bounced to an app without an ID token: who is signed out is shown a link', async () => {
    const response = await open({ client_id: app.clientId, post_logout_redirect_uri: BACK, state: 'x' }, 'nobody')
    expect(response.headers.get('location')).toBeNull()
    const page = await response.text()
    expect(page).toContain(SIGNED_OUT)
    expect(page).toContain(`href="${BACK}?state=x"`)
  })

  it('a POST of the app’s own site leads to the same by GET, for it brings no cookie (§2)', async () => {
    const form = { ...full(), ui_locales: 'de', other: 'x' }
    const response = await post(PATH, form, user, { origin: 'https://rp.example', 'sec-fetch-site': 'cross-site' })
    expect(response.status).toBe(303)
    expect(await isSignedIn()).toBe(true)
    const to = locationOf(response)
    expect(to.origin + to.pathname).toBe(`${ISSUER}${PATH}`)
    expect(Object.fromEntries(to.searchParams)).toEqual({ ...full(), ui_locales: 'de' })
    const followed = await server.fetch(to.pathname + to.search, { redirect: 'manual', headers: headers(user) })
    expect(followed.headers.get('location')).toBe(`${BACK}?state=s+t%26te`)
    expect(await isSignedIn()).toBe(false)
  })

  it.each([
    ['without its CSRF field', {}, {}],
    ['with another one', { csrf_token: 'x' }, {}],
    ['from another site', undefined, { origin: 'https://evil.example' }],
  ])('the answer counts for nothing %s: 403', async (_what, fields, more) => {
    const csrf = fields ?? { csrf_token: csrfIn(await (await open({})).text()) }
    const response = await post(`${PATH}/answer`, { ...csrf, answer: 'yes' }, user, { origin: ISSUER, ...more })
    expect(response.status).toBe(403)
    expect(await isSignedIn()).toBe(true)
  })

  it('a POST of another site cannot answer in the user’s name', async () => {
    const response = await post(PATH, { answer: 'yes' }, user, { origin: 'https://evil.example' })
    expect(response.status).toBe(303)
    expect(await isSignedIn()).toBe(true)
  })

  describe('the tokens of the session', () => {
    const refreshed = async (scope: string) => {
      const tokens = await flow.tokens(app, user, { scope })
      await open({ id_token_hint: tokens.id_token ?? '' })
      await deliverOutbox(server.server.core, new AbortController().signal)
      return flow.refresh(app, tokens.refresh_token ?? '')
    }

    it('end with it, unless the app may stay while the user is away (Back-Channel Logout §2.7)', async () => {
      expect(await refreshed('openid read')).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    })

    it('go on with offline_access', async () => {
      expect((await refreshed('openid offline_access')).status).toBe(200)
    })

    it('of an app that was never told who is signed in go on', async () => {
      const tokens = await flow.tokens(app, user, { scope: 'read' })
      await open({ id_token_hint: idToken })
      await deliverOutbox(server.server.core, new AbortController().signal)
      expect((await flow.refresh(app, tokens.refresh_token ?? '')).status).toBe(200)
    })
  })
})
