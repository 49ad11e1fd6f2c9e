import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { expect, it } from 'vitest'
import { browse, csrfIn } from '../../pages/browse.ts'
import { type Application, backend, CALLBACK, describeThx, said, token, wallet } from './support.ts'

const VERIFIER = 'v'.repeat(43)
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')

describeThx('the code flow of a wallet', (server) => {
  const person = async () => {
    const browser = browse(server())
    await browser.signIn(await server().createUser({ email: 'ada@example.org' }))
    return browser
  }
  const question = ({ clientId }: Application, more: Record<string, string> = {}) => ({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid user',
    state: 'a b',
    ...more,
  })
  const ask = async (
    app: Application,
    more: Record<string, string> = {},
    browser?: Awaited<ReturnType<typeof person>>,
  ) => (browser ?? (await person())).get(`/auth?${new URLSearchParams(question(app, more))}`)
  const locationOf = (response: Response) => new URL(response.headers.get('location') ?? 'about:blank')

  async function answer(app: Application, more: Record<string, string> = {}) {
    const browser = await person()
    const asked = await ask(app, more, browser)
    expect(asked.status).toBe(303)
    const decided = await browser.decide(locationOf(asked).pathname, 'approve')
    expect(decided.status).toBe(303)
    return Object.fromEntries(locationOf(decided).searchParams) as Record<string, string>
  }
  const exchange = (app: Application, code = '', more: Record<string, string> = {}) =>
    token(server(), { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...more }, app)
  const me = async (accessToken: string) =>
    said(await server().fetch('/me', { headers: { authorization: `Bearer ${accessToken}` } }))

  it('code and state come back, and the code gives what the system gives', async () => {
    const app = await wallet(server())
    const { code, ...rest } = await answer(app)
    expect(rest).toEqual({ state: 'a b', iss: server().issuer })
    const { status, body } = await exchange(app, code)
    expect(status).toBe(200)
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'id_token', 'scope', 'token_type'])
    expect(body).toMatchObject({ expires_in: 3600, token_type: 'Bearer', scope: 'openid user' })
    const access = decodeJwt(body.access_token)
    expect(Object.keys(access).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'scope', 'sub'])
    expect((access.exp ?? 0) - (access.iat ?? 0)).toBe(3600)
    expect(decodeJwt(body.id_token)).toMatchObject({
      iss: server().issuer,
      sub: access.sub,
      aud: app.clientId,
      at_hash: expect.any(String),
    })
    expect((await me(body.access_token)).body).toEqual({ sub: access.sub })
  })

  it('the person is told how long the access lasts, with and without offline_access (RFC 6749 §10.2)', async () => {
    const app = await wallet(server())
    const shown = async (scope: string) => {
      const browser = await person()
      return (await browser.get(locationOf(await ask(app, { scope }, browser)).pathname)).text()
    }
    expect(await shown('openid user')).toContain('Access ends after an hour.')
    expect(await shown('openid user offline_access')).toContain('Access ends after 90 days')
  })

  it('the token opens nothing after an hour', async () => {
    const app = await wallet(server())
    const { body } = await exchange(app, (await answer(app)).code)
    server().clock.pass({ seconds: 3590 })
    expect((await me(body.access_token)).status).toBe(200)
    server().clock.pass({ seconds: 11 })
    expect(await me(body.access_token)).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
  })

  it('/me takes the token in a form as well', async () => {
    const app = await wallet(server())
    const { body } = await exchange(app, (await answer(app)).code)
    const posted = await said(await server().form('/me', { access_token: body.access_token }))
    expect([posted.status, posted.body.sub]).toEqual([200, decodeJwt(body.access_token).sub])
  })

  it('an app may post the request from its own site, where nobody is known', async () => {
    const asked = await server().form('/auth', question(await wallet(server())), { origin: 'https://wallet.example' })
    expect([asked.status, locationOf(asked).pathname]).toEqual([303, expect.stringMatching(/^\/approve\//)])
  })

  it('a code lives ten minutes', async () => {
    const app = await wallet(server())
    const { code } = await answer(app)
    server().clock.pass({ seconds: 590 })
    expect((await exchange(app, code)).status).toBe(200)
    const late = await answer(app)
    server().clock.pass({ seconds: 601 })
    expect(await exchange(app, late.code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  it('PKCE is optional, and holds where it was begun', async () => {
    const app = await wallet(server())
    const bound = async (more: Record<string, string>) => {
      const { code } = await answer(app, { code_challenge: CHALLENGE, code_challenge_method: 'S256' })
      return exchange(app, code, more)
    }
    expect((await bound({ code_verifier: VERIFIER })).status).toBe(200)
    for (const wrong of [{}, { code_verifier: 'w'.repeat(43) }] as Record<string, string>[]) {
      expect(await bound(wrong)).toMatchObject({
        status: 400,
        body: { error: 'invalid_grant', error_description: 'grant request is invalid' },
      })
    }
  })

  it('the code of one app is nothing to another', async () => {
    const { code } = await answer(await wallet(server()))
    expect(await exchange(await wallet(server()), code)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    })
  })

  it('of fifty who present a code at once one at most has a token that works, and none once it came again', async () => {
    const app = await wallet(server())
    const { code } = await answer(app)
    const answers = await Promise.all(Array.from({ length: 50 }, () => exchange(app, code)))
    const [won, ...more] = answers.filter(({ status }) => status === 200)
    expect(more).toEqual([])
    expect(new Set(answers.filter((each) => each !== won).map(({ body }) => body.error))).toEqual(
      new Set(['invalid_grant']),
    )
    if (won) expect((await me(won.body.access_token)).status).toBe(401)
  })

  it('a used code in the hands of who cannot prove to be the app ends the token as well', async () => {
    const app = await wallet(server())
    const { code } = await answer(app)
    const { body } = await exchange(app, code)
    const thief = { basic: `Basic ${Buffer.from(`${app.clientId}:wrong`).toString('base64')}` }
    expect((await exchange({ ...app, ...thief }, code)).status).toBe(401)
    expect(await me(body.access_token)).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
  })

  it('a wrong redirect URI or client is a page, never a redirect', async () => {
    const app = await wallet(server())
    const shown = async (more: Record<string, string>) => {
      const response = await ask(app, more)
      expect([response.status, response.headers.get('location')]).toEqual([400, null])
      expect(response.headers.get('content-type')).toContain('text/html')
      return response.text()
    }
    for (const redirect_uri of [`${CALLBACK}/more`, `${CALLBACK}?x=1`, 'https://evil.example/cb']) {
      expect(await shown({ redirect_uri })).toContain('redirect_uri_mismatch')
    }
    expect(await shown({ client_id: 'nobody' })).toContain('client is invalid')
  })

  it('a scope that is not its own comes back as an error, one that nobody knows is dropped', async () => {
    const app = await wallet(server())
    const refused = locationOf(await ask(app, { scope: 'openid admin' })).searchParams
    expect(Object.fromEntries(refused)).toMatchObject({
      error: 'invalid_scope',
      error_description: 'requested scope is not whitelisted',
      state: 'a b',
    })
    const { code } = await answer(app, { scope: 'openid unheard-of' })
    expect((await exchange(app, code)).body.scope).toBe('openid')
  })

  it('prompt=none where nobody is signed in: login_required', async () => {
    const app = await wallet(server())
    const withheld = await server().fetch(`/auth?${new URLSearchParams(question(app, { prompt: 'none' }))}`)
    const known = await ask(app, { prompt: 'none' })
    expect(locationOf(known).searchParams.get('error')).toBe('consent_required')
    const error = withheld.status === 303 ? locationOf(withheld).searchParams.get('error') : await withheld.text()
    expect(error).toContain('login_required')
  })

  it('an access token is no ID token, though both are JWTs of this issuer for this app (OpenID Connect Core §3.1.2.1)', async () => {
    const app = await wallet(server())
    const browser = await person()
    const asked = await ask(app, {}, browser)
    const decided = await browser.decide(locationOf(asked).pathname, 'approve')
    const { body } = await exchange(app, locationOf(decided).searchParams.get('code') ?? '')
    const hinted = async (id_token_hint: string) =>
      Object.fromEntries(locationOf(await ask(app, { id_token_hint, prompt: 'none' }, browser)).searchParams)
    expect(await hinted(body.id_token)).toMatchObject({ code: expect.any(String) })
    expect(await hinted(body.access_token)).toMatchObject({ error: 'invalid_request' })

    // At sign-out an ID token of the session at hand needs no question.
    const signOut = (id_token_hint: string) => browser.get(`/oauth/logout?${new URLSearchParams({ id_token_hint })}`)
    expect((await signOut(body.access_token)).status).toBe(400)
    expect(await (await signOut(body.id_token)).text()).toContain('You are signed out')
  })

  it('an ID token opens nothing', async () => {
    const app = await wallet(server())
    const { body } = await exchange(app, (await answer(app)).code)
    expect(await me(body.id_token)).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
  })

  it('/session/end is the sign-out of the standard', async () => {
    const browser = await person()
    const got = await browser.get('/session/end?client_id=x&state=a%20b')
    expect(got.headers.get('location')).toBe(`${server().issuer}/oauth/logout?client_id=x&state=a%20b`)
    const page = await (await browser.get('/oauth/logout')).text()
    expect(page).toContain('Do you want to sign out?')
    expect(csrfIn(page)).not.toBe('')
    const posted = await server().form('/session/end', { client_id: 'x', state: 'a b' })
    expect([posted.status, posted.headers.get('location')]).toEqual([
      303,
      `${server().issuer}/oauth/logout?client_id=x&state=a+b`,
    ])
  })

  it('a token without openid tells nothing of its user, and a backend has no users', async () => {
    const app = await wallet(server())
    const { body } = await exchange(app, (await answer(app, { scope: 'user' })).code)
    expect(body.id_token).toBeUndefined()
    expect(await me(body.access_token)).toMatchObject({
      status: 403,
      body: { error: 'insufficient_scope', scope: 'openid' },
    })
    const refused = await ask(await backend(server()), {})
    expect(refused.status).toBe(400)
  })
})
