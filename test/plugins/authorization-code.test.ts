import { createHash, randomBytes } from 'node:crypto'
import { createTestServer, type TestApp, type TestServer, type TestUser, testGrant } from 'grantql/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { grant } from '../../plugins/authorization-code/grant.ts'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { introspection } from '../../plugins/introspection/index.ts'
import { refreshToken } from '../../plugins/refresh-token/index.ts'
import { rotateAppSecret } from '../../src/operations/change-app.ts'
import { databases } from '../support/database.ts'

const ISSUER = 'http://localhost:3000'
const CALLBACK = 'https://rp.example/cb'
const GRANTS = ['authorization_code', 'refresh_token']
const ADMIN = { id: 'admin', role: 'admin' } as const
const scopes = [
  { name: 'read', description: 'Read your data' },
  { name: 'write', description: 'Change your data' },
  { name: 'root', description: 'Do anything', adminOnly: true },
]
const plugins = () => [authorizationCode(), refreshToken(), introspection()]

const of = ({ clientId, clientSecret }: TestApp) => ({
  client_id: clientId,
  ...(clientSecret && { client_secret: clientSecret }),
})
const newVerifier = () => randomBytes(32).toString('base64url')
const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')

/** A browser as far as these flows need one: the session cookie of a user, and forms that are sent as they stand. */
class Browser {
  readonly #server: TestServer
  readonly #user: TestUser | undefined

  constructor(server: TestServer, user: TestUser | undefined) {
    this.#server = server
    this.#user = user
  }

  open(path: string): Promise<Response> {
    const headers: Record<string, string> = this.#user ? { cookie: `grantql-session=${this.#user.sessionToken}` } : {}
    return this.#server.fetch(path, { headers, redirect: 'manual' })
  }

  authorize(params: Record<string, string> | URLSearchParams): Promise<Response> {
    return this.open(`/oauth/authorize?${new URLSearchParams(params)}`)
  }

  async decide(approvePath: string, decision: 'approve' | 'deny', given?: readonly string[]): Promise<Response> {
    const page = await (await this.open(approvePath)).text()
    const csrf = /name="([^"]*csrf[^"]*)" value="([^"]+)"/.exec(page)
    const form = new URLSearchParams({ [csrf?.[1] ?? 'csrf']: csrf?.[2] ?? '', decision })
    const offered = [...page.matchAll(/name="scope" value="([^"]+)"/g)].map((match) => match[1] ?? '')
    for (const scope of given ?? offered) form.append('scope', scope)
    return this.#server.fetch(approvePath, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        cookie: `grantql-session=${this.#user?.sessionToken}`,
        origin: ISSUER,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: form.toString(),
    })
  }
}

const locationOf = (response: Response) => new URL(response.headers.get('location') ?? 'about:blank', ISSUER)
const membersOf = (response: Response) => Object.fromEntries(locationOf(response).searchParams)

/** Runs the whole browser part and answers the redirect. */
async function approved(browser: Browser, params: Record<string, string>): Promise<Response> {
  const opened = await browser.authorize(params)
  const to = locationOf(opened)
  return to.pathname.startsWith('/approve/') ? browser.decide(to.pathname, 'approve') : opened
}

describe('grant_type=authorization_code (RFC 6749 §4.1.3)', () => {
  const cases = testGrant({
    grant,
    plugins: plugins(),
    scopes,
    async ready(server, app) {
      const { core } = server.server
      const registered = { ...app.app, redirectUris: [CALLBACK] }
      await core.apps.update(registered)
      const codeVerifier = newVerifier()
      const browser = new Browser(server, await server.createUser())
      const back = await approved(browser, {
        client_id: app.clientId,
        response_type: 'code',
        redirect_uri: CALLBACK,
        code_challenge: challengeOf(codeVerifier),
        code_challenge_method: 'S256',
      })
      return { code: membersOf(back).code ?? '', redirectUri: CALLBACK, codeVerifier }
    },
    singleUse: true,
    expiresAfterSeconds: 60,
    databases,
  })
  for (const { name, run } of cases) it(name, run)
})

describe.each(databases)('the authorization endpoint with response_type=code ($name)', (database) => {
  let server: TestServer
  let app: TestApp
  let browser: Browser
  let user: TestUser

  beforeAll(async () => {
    server = await createTestServer({ plugins: plugins(), scopes, databaseUrl: await database.url() })
    app = await server.createApp({ grants: GRANTS, scopes: ['read', 'write'], redirectUris: [CALLBACK] })
    user = await server.createUser()
    browser = new Browser(server, user)
  })
  afterAll(() => server?.close())

  const request = (client: TestApp = app, more: Record<string, string> = {}) => ({
    client_id: client.clientId,
    response_type: 'code',
    redirect_uri: CALLBACK,
    code_challenge: challengeOf('v'.repeat(43)),
    code_challenge_method: 'S256',
    ...more,
  })
  const exchange = (client: TestApp, code: string | undefined, more: Record<string, string> = {}) =>
    server.form('/oauth/token', {
      ...of(client),
      grant_type: 'authorization_code',
      code: code ?? '',
      redirect_uri: CALLBACK,
      code_verifier: 'v'.repeat(43),
      ...more,
    })
  const freshApp = (given: object = {}) =>
    server.createApp({ grants: GRANTS, scopes: ['read', 'write'], redirectUris: [CALLBACK], ...given })

  it('comes back with code, state as it was sent, and iss (RFC 6749 §4.1.2, RFC 9207 §2)', async () => {
    const state = 'a b&c=d%é😀"\'<>'
    const back = await approved(browser, request(await freshApp(), { state, scope: 'read' }))
    expect(back.status).toBe(303)
    expect(membersOf(back)).toEqual({ code: expect.stringMatching(/^gqc_/), state, iss: ISSUER })
  })

  it('the code gives an access token and a refresh token, once, and a later replay ends both (RFC 6749 §4.1.2)', async () => {
    const client = await freshApp()
    const { code } = membersOf(await approved(browser, request(client, { scope: 'read' })))
    const tokens = await exchange(client, code)
    expect(tokens).toMatchObject({
      status: 200,
      body: { scope: 'read', token_type: 'Bearer', refresh_token: expect.any(String) },
    })
    server.clock.pass({ seconds: 3 })
    expect((await exchange(client, code)).body.error).toBe('invalid_grant')
    const looked = await server.form('/oauth/introspect', { ...of(client), token: tokens.body.access_token })
    expect(looked.body).toEqual({ active: false })
    const refreshed = await server.form('/oauth/token', {
      ...of(client),
      grant_type: 'refresh_token',
      refresh_token: tokens.body.refresh_token,
    })
    expect(refreshed.body.error).toBe('invalid_grant')
  })

  describe('a code lives', () => {
    const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob'
    const exchangedAfter = async (seconds: number, client: TestApp, redirectUri = CALLBACK) => {
      const back = await approved(browser, request(client, { redirect_uri: redirectUri }))
      const copied = /gqc_[\w-]+/.exec(await back.text())?.[0]
      server.clock.pass({ seconds })
      return (await exchange(client, membersOf(back).code ?? copied, { redirect_uri: redirectUri })).status
    }

    it('for a minute, or as long as the app’s own setting says (RFC 6749 §4.1.2)', async () => {
      const client = await freshApp()
      expect([await exchangedAfter(59, client), await exchangedAfter(61, client)]).toEqual([200, 400])
      const settings = { 'authorization-code.codeTtlSeconds': 600 }
      await server.server.core.apps.update({ ...client.app, settings }, client.app)
      expect([await exchangedAfter(599, client), await exchangedAfter(601, client)]).toEqual([200, 400])
    })

    it('for ten minutes where a person copies it', async () => {
      const client = await freshApp({ redirectUris: [OUT_OF_BAND] })
      expect(await exchangedAfter(599, client, OUT_OF_BAND)).toBe(200)
      expect(await exchangedAfter(601, client, OUT_OF_BAND)).toBe(400)
    })
  })

  describe('the redirect URI', () => {
    it.each([
      'https://evil.example/cb',
      `${CALLBACK}/`,
      'https://RP.example/cb',
      'https://rp.example:443/cb',
      `${CALLBACK}?x=1`,
      `${CALLBACK}?`,
      `${CALLBACK}#f`,
      'https://rp.example/cb/../evil',
      'https://rp.example/%63b',
      'https://rp.example\\@evil.example/cb',
      `${CALLBACK}\t`,
      ` ${CALLBACK}`,
      'javascript:alert(1)',
    ])('%j is not the registered one: a page, never a redirect (RFC 9700 §4.1.3)', async (redirect_uri) => {
      const response = await browser.authorize(request(app, { redirect_uri }))
      expect(response.status).toBe(400)
      expect(response.headers.get('location')).toBeNull()
      expect(await response.text()).not.toContain('evil')
    })

    it('twice, in whichever order, is refused on a page (RFC 6749 §3.1)', async () => {
      for (const second of [CALLBACK, 'https://evil.example/cb']) {
        const params = new URLSearchParams(request())
        params.append('redirect_uri', second)
        const response = await browser.authorize(params)
        expect(response.headers.get('location')?.startsWith('https://evil') ?? false).toBe(false)
        expect([303, 400]).toContain(response.status)
        if (response.status === 303) expect(membersOf(response).error).toBe('invalid_request')
      }
    })

    it.each([
      ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/cb', true],
      ['http://[::1]/cb', 'http://[::1]:51004/cb', true],
      ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/other', false],
      ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/cb?x=1', false],
      ['http://127.0.0.1/cb', 'https://127.0.0.1:51004/cb', false],
      ['http://127.0.0.1/cb', 'http://user@127.0.0.1:51004/cb', false],
      ['http://localhost/cb', 'http://localhost:51004/cb', false],
      ['com.example.app:/cb', 'com.example.app:/cb', true],
    ])('registered %s, asked for %s: %s (RFC 8252 §7.3)', async (registered, redirect_uri, isTaken) => {
      const client = await freshApp({ type: 'public', redirectUris: [registered] })
      const response = await browser.authorize(request(client, { redirect_uri }))
      expect(response.status).toBe(isTaken ? 303 : 400)
    })

    it('may be left out where the app has one, and must then be left out at the token endpoint too or be that one', async () => {
      const client = await freshApp()
      const { redirect_uri: _, ...without } = request(client)
      const { code } = membersOf(await approved(browser, without))
      expect((await exchange(client, code)).status).toBe(200)
    })

    it.each([['https://rp.example/other'], ['']])(
      '%j at the token endpoint is refused (RFC 6749 §4.1.3)',
      async (redirect_uri) => {
        const client = await freshApp()
        const { code } = membersOf(await approved(browser, request(client)))
        expect((await exchange(client, code, { redirect_uri })).body.error).toBe('invalid_grant')
      },
    )
  })

  it('a redirect URI in brackets, as some parsers of forms know it, is none at all', async () => {
    const client = await freshApp({ redirectUris: [CALLBACK, 'https://rp.example/other'] })
    for (const name of ['redirect_uri[]', 'redirect_uri[0]']) {
      const { redirect_uri: _, ...without } = request(client)
      const response = await browser.authorize({ ...without, [name]: 'https://evil.example/cb' })
      expect([response.status, response.headers.get('location')]).toEqual([400, null])
    }
  })

  describe('between the yes and the claim', () => {
    const codeOf = async (client: TestApp) => membersOf(await approved(browser, request(client))).code

    it('a redirect URI that was taken from the app gets no browser any more, and its code is still bound to it', async () => {
      const client = await freshApp()
      const code = await codeOf(client)
      const next = 'https://rp.example/next'
      await server.server.core.apps.update({ ...client.app, redirectUris: [next] })
      expect((await browser.authorize(request(client))).headers.get('location')).toBeNull()
      expect((await exchange(client, code, { redirect_uri: next })).body.error).toBe('invalid_grant')
      expect((await exchange(client, code)).status).toBe(200)
    })

    it('an app that was deleted gets nothing: 401', async () => {
      const client = await freshApp()
      const code = await codeOf(client)
      await server.server.core.apps.remove(client.app)
      expect((await exchange(client, code)).status).toBe(401)
    })

    it('an app whose secret was rotated claims by the new one alone: 401 for the old one', async () => {
      const client = await freshApp()
      const code = await codeOf(client)
      const { clientSecret } = await rotateAppSecret(server.server.core, ADMIN, client.app.id, 0)
      expect((await exchange(client, code)).status).toBe(401)
      expect((await exchange({ ...client, clientSecret: clientSecret ?? '' }, code)).status).toBe(200)
    })
  })

  it('what is said of the challenge at the token endpoint is ignored (RFC 7636 §4.5)', async () => {
    const client = await freshApp()
    const { code } = membersOf(await approved(browser, request(client)))
    const more = { code_challenge: 'v'.repeat(43), code_challenge_method: 'plain' }
    const wrong = await exchange(client, code, { ...more, code_verifier: challengeOf('v'.repeat(43)) })
    expect(wrong.body.error).toBe('invalid_grant')
    expect((await exchange(client, code, more)).status).toBe(200)
  })

  describe('errors go back to the app with state and iss (RFC 6749 §4.1.2.1)', () => {
    it.each([
      [{ response_type: '' }, 'invalid_request'],
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ response_type: 'code token' }, 'unsupported_response_type'],
      [{ response_type: 'id_token' }, 'unsupported_response_type'],
      [{ scope: 'nope' }, 'invalid_scope'],
      [{ scope: 'read root' }, 'invalid_scope'],
      [{ code_challenge: '' }, 'invalid_request'],
      [{ code_challenge_method: '' }, 'invalid_request'],
      [{ code_challenge_method: 'plain' }, 'invalid_request'],
      [{ code_challenge_method: 's256' }, 'invalid_request'],
      [{ code_challenge: 'a'.repeat(42) }, 'invalid_request'],
      [{ code_challenge: 'a'.repeat(129) }, 'invalid_request'],
      [{ code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
      [{ prompt: 'none login' }, 'invalid_request'],
      [{ prompt: 'nonsense' }, 'invalid_request'],
      [{ max_age: '-1' }, 'invalid_request'],
      [{ max_age: '1e99' }, 'invalid_request'],
      [{ response_mode: 'nonsense' }, 'invalid_request'],
      [{ request: 'x' }, 'request_not_supported'],
      [{ request_uri: 'http://169.254.169.254/' }, 'request_uri_not_supported'],
    ])('%j: %s', async (more, error) => {
      const back = await browser.authorize(request(app, { state: 's', ...more }))
      expect(back.status).toBe(303)
      expect(locationOf(back).origin).toBe('https://rp.example')
      expect(membersOf(back)).toMatchObject({ error, state: 's', iss: ISSUER })
    })

    it('a no: access_denied', async () => {
      const opened = await browser.authorize(request(await freshApp(), { state: 's' }))
      const back = await browser.decide(locationOf(opened).pathname, 'deny')
      expect(membersOf(back)).toMatchObject({ error: 'access_denied', state: 's', iss: ISSUER })
    })

    it('an app without the grant: unauthorized_client', async () => {
      const client = await freshApp({ grants: [] })
      expect(membersOf(await browser.authorize(request(client))).error).toBe('unauthorized_client')
    })
  })

  it('an unknown app is told on a page (RFC 6749 §4.1.2.1)', async () => {
    const response = await browser.authorize({ ...request(), client_id: 'nobody' })
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
  })

  describe('who is asked, and when (OpenID Connect Core §3.1.2.1)', () => {
    const goesTo = async (response: Promise<Response>) => locationOf(await response)

    it('prompt=none: login_required without a session, consent_required without a yes, a code with both', async () => {
      const client = await freshApp()
      const silent = request(client, { prompt: 'none', state: 's' })
      expect(membersOf(await new Browser(server, undefined).authorize(silent))).toMatchObject({
        error: 'login_required',
        state: 's',
      })
      expect(membersOf(await browser.authorize(silent))).toMatchObject({ error: 'consent_required', state: 's' })
      await approved(browser, request(client))
      const back = await browser.authorize(silent)
      expect((await exchange(client, membersOf(back).code)).status).toBe(200)
    })

    it('a yes is remembered for these scopes and no more, and asked for again by prompt=consent', async () => {
      const client = await freshApp()
      await approved(browser, request(client, { scope: 'read' }))
      expect(
        (await goesTo(browser.authorize(request(client, { scope: 'read' })))).searchParams.get('code'),
      ).toBeTruthy()
      expect((await goesTo(browser.authorize(request(client, { scope: 'read write' })))).pathname).toMatch(
        /^\/approve\//,
      )
      expect((await goesTo(browser.authorize(request(client, { scope: 'read', prompt: 'consent' })))).pathname).toMatch(
        /^\/approve\//,
      )
      const other = new Browser(server, await server.createUser())
      expect((await goesTo(other.authorize(request(client, { scope: 'read' })))).pathname).toMatch(/^\/approve\//)
    })

    it('a public app is asked for each time, for it cannot prove who it is (RFC 6749 §10.2)', async () => {
      const client = await freshApp({ type: 'public' })
      await approved(browser, request(client))
      expect((await goesTo(browser.authorize(request(client)))).pathname).toMatch(/^\/approve\//)
    })

    it('prompt=login and a max_age that is over ask to sign in again, and a decision without that is refused', async () => {
      const client = await freshApp()
      await approved(browser, request(client))
      server.clock.pass({ seconds: 10 })
      for (const more of [{ prompt: 'login' }, { max_age: '5' }, { max_age: '0' }]) {
        const opened = await goesTo(browser.authorize(request(client, more)))
        expect(opened.pathname).toMatch(/^\/approve\//)
        const shown = await goesTo(browser.open(opened.pathname))
        expect(shown.pathname).toBe('/sign-in')
        expect(shown.searchParams.get('prompt')).toBe('login')
      }
      expect(
        (await goesTo(browser.authorize(request(client, { max_age: '3600' })))).searchParams.get('code'),
      ).toBeTruthy()
    })

    it('login_hint fills the sign-in form in', async () => {
      const anonymous = new Browser(server, undefined)
      const opened = await goesTo(anonymous.authorize(request(app, { login_hint: 'ann"<b>@example' })))
      const signIn = await goesTo(anonymous.open(opened.pathname))
      expect(signIn.searchParams.get('login_hint')).toBe('ann"<b>@example')
    })
  })

  describe('PKCE at the token endpoint (RFC 7636 §4.6)', () => {
    it.each([['w'.repeat(43)], [''], ['v'], [challengeOf('v'.repeat(43))]])('%j is refused', async (code_verifier) => {
      const client = await freshApp()
      const { code } = membersOf(await approved(browser, request(client)))
      expect((await exchange(client, code, { code_verifier })).body.error).toBe('invalid_grant')
    })

    it('can be left out by a confidential app that an admin lets, and never by a public one', async () => {
      const { code_challenge: _, code_challenge_method: __, ...without } = request()
      const client = await freshApp()
      await server.server.core.apps.update({ ...client.app, settings: { 'authorization-code.pkce': 'optional' } })
      const { code } = membersOf(await approved(browser, { ...without, client_id: client.clientId }))
      expect((await exchange(client, code)).body.error).toBe('invalid_grant')
      expect((await exchange(client, code, { code_verifier: '' })).status).toBe(200)
      const open = await freshApp({ type: 'public' })
      await server.server.core.apps.update({ ...open.app, settings: { 'authorization-code.pkce': 'optional' } })
      expect(membersOf(await browser.authorize({ ...without, client_id: open.clientId })).error).toBe('invalid_request')
    })
  })

  it('response_mode=fragment and form_post carry the same members, escaped (Form Post Response Mode §2)', async () => {
    const state = '"><script>alert(1)</script>'
    const fragment = await approved(browser, request(await freshApp(), { response_mode: 'fragment', state }))
    expect(new URLSearchParams(locationOf(fragment).hash.slice(1)).get('state')).toBe(state)
    const posted = await approved(browser, request(await freshApp(), { response_mode: 'form_post', state }))
    expect(posted.status).toBe(200)
    const html = await posted.text()
    expect(html).toContain(`action="${CALLBACK}"`)
    expect(html).toContain('name="code"')
    expect(html).not.toContain('<script>alert')
    expect(posted.headers.get('content-security-policy')).toContain('form-action https:;')
    expect(posted.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  })

  it('form_post is refused where a browser cannot post: a native app is told by its URL (RFC 8252 §7.1)', async () => {
    const redirect_uri = 'com.example.app:/cb'
    const client = await freshApp({ redirectUris: [redirect_uri] })
    const answer = await browser.authorize(request(client, { redirect_uri, response_mode: 'form_post' }))
    expect([answer.status, locationOf(answer).protocol, membersOf(answer)]).toEqual([
      303,
      'com.example.app:',
      expect.objectContaining({ error: 'invalid_request' }),
    ])
  })

  it('an app that is not redirected to shows the code to a person', async () => {
    const client = await freshApp({ redirectUris: ['urn:ietf:wg:oauth:2.0:oob'] })
    const redirect_uri = 'urn:ietf:wg:oauth:2.0:oob'
    const page = await approved(browser, request(client, { redirect_uri }))
    const code = /gqc_[A-Za-z0-9_-]{48}/.exec(await page.text())?.[0]
    expect((await exchange(client, code, { redirect_uri })).status).toBe(200)
  })

  it('an admin-only scope is given by an admin alone', async () => {
    const client = await freshApp({ scopes: ['root'] })
    const opened = await browser.authorize(request(client))
    const refused = await browser.decide(locationOf(opened).pathname, 'approve', ['root'])
    expect(refused.headers.get('location') ?? '').not.toContain('code=')
    const admin = new Browser(server, await server.createUser({ role: 'admin' }))
    expect(membersOf(await approved(admin, request(client))).code).toBeTruthy()
  })
})
