import { createHash, randomBytes } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../../support/chromium.ts'
import { describeEachServer } from '../../support/server.ts'
import {
  CALLBACK,
  HOME,
  type Json,
  OUT_OF_BAND,
  options,
  postJson,
  type Registered,
  register,
  runCommand,
} from './support.ts'

const PASSWORD = 'correct horse battery'
const UNKNOWN_CLIENT =
  'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.'
const WRONG_GRANT =
  'The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.'
const WRONG_SCOPE = 'The requested scope is invalid, unknown, or malformed.'

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

describeEachServer('what Mastodon promises, over a socket and in a real browser', options, (server) => {
  beforeAll(async () => {
    await server().createUser({ username: 'ada', password: PASSWORD })
  })

  const multipart = async (
    path: string,
    fields: Readonly<Record<string, string>>,
  ): Promise<{ status: number; body: Json }> => {
    const body = new FormData()
    for (const [name, value] of Object.entries(fields)) body.append(name, value)
    const response = await server().fetch(path, { method: 'POST', body })
    return { status: response.status, body: await response.json() }
  }
  const appToken = async (app: Registered, more = {}): Promise<Json> =>
    (await multipart('/oauth/token', { ...app, grant_type: 'client_credentials', ...more })).body
  const verify = async (token: string) =>
    server().fetch('/api/v1/apps/verify_credentials', { headers: { authorization: `Bearer ${token}` } })
  const authorizeUrl = ({ client_id }: Pick<Registered, 'client_id'>, more: Readonly<Record<string, string>> = {}) =>
    `${server().url}/oauth/authorize?${new URLSearchParams({
      response_type: 'code',
      client_id,
      redirect_uri: OUT_OF_BAND,
      scope: 'read write',
      ...more,
    })}`

  /** Opens a URL in a new browser, at which the site of the app shows nothing. */
  const atBrowser = async <T>(url: string, act: (page: Page) => Promise<T>): Promise<T> => {
    const context = await chromium.newContext()
    try {
      const page = await context.newPage()
      await page.route('https://elk.example/**', (route) => route.fulfill({ status: 200, body: 'the app' }))
      await page.goto(url)
      return await act(page)
    } finally {
      await context.close()
    }
  }
  const signIn = async (page: Page) => {
    await page.getByLabel('Your user name').fill('ada')
    await page.getByLabel('Your password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { name: 'Authorization required' }).waitFor()
  }
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
  const arrivedAt = async (page: Page, callback: string): Promise<URL> => {
    await page.waitForURL((url) => url.href.startsWith(callback))
    return new URL(page.url())
  }

  it('1. the first command of the page registers an app', async () => {
    const { status, body } = await runCommand(server(), 0)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      scopes: ['read', 'write', 'push'],
      redirect_uri: OUT_OF_BAND,
      redirect_uris: [OUT_OF_BAND],
      website: 'https://myapp.example',
      client_secret_expires_at: 0,
    })
    expect(typeof body.id).toBe('string')
    expect(body.client_id && body.client_secret).toBeTruthy()
  })

  it('2. the second one gives it a token that does not expire', async () => {
    const { client_id, client_secret } = await register(server())
    const placeholders = { your_client_id_here: client_id, your_client_secret_here: client_secret }
    const { status, body } = await runCommand(server(), 1, placeholders)
    expect([status, body.token_type, body.scope]).toEqual([200, 'Bearer', 'read'])
    expect(Math.abs(body.created_at - server().clock.now().getTime() / 1000)).toBeLessThan(5)
    expect(Object.keys(body).sort()).toEqual(['access_token', 'created_at', 'scope', 'token_type'])
    server().clock.pass({ seconds: 20 * 365 * 24 * 60 * 60 })
    expect((await verify(body.access_token)).status).toBe(200)
  })

  it('3. the third one verifies it, and tells no secret', async () => {
    const { access_token } = await appToken(await register(server(), { website: 'https://elk.example' }))
    const { status, body } = await runCommand(server(), 2, { our_access_token_here: access_token })
    expect([status, body.name, body.website]).toEqual([200, 'Elk', 'https://elk.example'])
    expect(Object.keys(body)).not.toContain('client_id')
    expect(Object.keys(body)).not.toContain('client_secret')
  })

  it('5. a registration that lacks something is refused in the words of that system', async () => {
    const refused = async (fields: Readonly<Record<string, unknown>>) => {
      const described = { client_name: 'Elk', redirect_uris: OUT_OF_BAND, ...fields }
      const { status, body } = await postJson(server(), '/api/v1/apps', described)
      expect(status).toBe(422)
      return body.error
    }
    expect(await refused({ client_name: '' })).toBe("Validation failed: Application name can't be blank")
    expect(await refused({ redirect_uris: 'foo' })).toBe('Validation failed: Redirect URI must be an absolute URI.')
    expect(await refused({ scopes: 'hoge' })).toBe("Validation failed: Scopes doesn't match configured on the server.")
  })

  it('6. a wrong secret and a scope that was not registered', async () => {
    const app = await register(server())
    expect(
      await multipart('/oauth/token', { ...app, client_secret: 'wrong', grant_type: 'client_credentials' }),
    ).toEqual({ status: 401, body: { error: 'invalid_client', error_description: UNKNOWN_CLIENT } })
    expect(
      await multipart('/oauth/token', { ...app, grant_type: 'client_credentials', scope: 'read admin:read' }),
    ).toEqual({ status: 400, body: { error: 'invalid_scope', error_description: WRONG_SCOPE } })
  })

  it('7. a person says yes, copies a code, and the app exchanges it once', async () => {
    const app = await register(server())
    const code = await atBrowser(authorizeUrl(app), async (page) => {
      await signIn(page)
      expect(await page.getByRole('heading', { name: 'Review permissions' }).isVisible()).toBe(true)
      expect(await page.locator('main').innerText()).toContain('Elk')
      await press(page, 'Authorize')
      await page.waitForURL(`${server().url}/oauth/authorize/native?code=**`)
      expect(await page.locator('main').innerText()).toContain(
        'Copy this authorization code and paste it to the application.',
      )
      await press(page, 'Copy')
      return page.locator('input.oauth-code').inputValue()
    })
    server().clock.pass({ seconds: 590 })
    const exchange = { ...app, grant_type: 'authorization_code', redirect_uri: OUT_OF_BAND, code }
    const { status, body } = await multipart('/oauth/token', exchange)
    expect([status, body.scope]).toEqual([200, 'read write'])
    expect(Object.keys(body).sort()).toEqual(['access_token', 'created_at', 'scope', 'token_type'])
    expect(await multipart('/oauth/token', exchange)).toEqual({
      status: 400,
      body: { error: 'invalid_grant', error_description: WRONG_GRANT },
    })
  })

  it('8. PKCE, a state and a redirect: 302 with both, and no code without its verifier', async () => {
    const app = await register(server())
    const verifier = randomBytes(32).toString('base64url')
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const asked = { redirect_uri: CALLBACK, state: 'a b&c', code_challenge: challenge }
    const statuses: number[] = []
    const back = await atBrowser(authorizeUrl(app, { ...asked, code_challenge_method: 'S256' }), async (page) => {
      page.on('response', (response) => {
        if (response.request().method() === 'POST') statuses.push(response.status())
      })
      await signIn(page)
      await press(page, 'Authorize')
      return arrivedAt(page, CALLBACK)
    })
    expect(statuses.at(-1)).toBe(302)
    expect([...back.searchParams.keys()]).toEqual(['code', 'state'])
    expect(back.searchParams.get('state')).toBe('a b&c')
    const exchange = {
      ...app,
      grant_type: 'authorization_code',
      redirect_uri: CALLBACK,
      code: back.searchParams.get('code') ?? '',
    }
    expect(await multipart('/oauth/token', exchange)).toEqual({
      status: 400,
      body: { error: 'invalid_request', error_description: 'Missing required parameter: code_verifier.' },
    })
    const wrong = await multipart('/oauth/token', { ...exchange, code_verifier: randomBytes(32).toString('base64url') })
    expect([wrong.status, wrong.body.error]).toEqual([400, 'invalid_grant'])
    expect((await multipart('/oauth/token', { ...exchange, code_verifier: verifier })).status).toBe(200)

    const plain = await server().fetch(
      new URL(authorizeUrl(app, { ...asked, code_challenge_method: 'plain' })).href.slice(server().url.length),
    )
    expect(plain.status).toBe(400)
    expect(await plain.text()).toContain('code_challenge_method must be S256')
  })

  it('9. a person says no: the app hears of it, with its state', async () => {
    const app = await register(server())
    const back = await atBrowser(authorizeUrl(app, { redirect_uri: CALLBACK, state: 'x' }), async (page) => {
      await signIn(page)
      await press(page, 'Deny')
      return arrivedAt(page, CALLBACK)
    })
    expect(Object.fromEntries(back.searchParams)).toEqual({
      error: 'access_denied',
      error_description: 'The resource owner or authorization server denied the request.',
      state: 'x',
    })
    const answered = await atBrowser(authorizeUrl(app), async (page) => {
      await signIn(page)
      const [response] = await Promise.all([page.waitForResponse('**/oauth/authorize'), press(page, 'Deny')])
      return { status: response.status(), body: await response.json() }
    })
    expect(answered).toMatchObject({ status: 400, body: { error: 'access_denied' } })
  })

  describe('10. what is wrong with a request is a page, and never a redirect', () => {
    const page = async (url: string) => {
      const response = await server().fetch(url.slice(server().url.length))
      expect(response.headers.get('location')).toBeNull()
      expect(response.headers.get('content-type')).toContain('text/html')
      return [response.status, await response.text()] as const
    }

    it.each([
      ['an unknown app', { client_id: randomBytes(32).toString('base64url') }, 401, UNKNOWN_CLIENT],
      [
        'a redirect URI that is not registered',
        { redirect_uri: 'https://evil.example/' },
        400,
        'redirect uri is malformed',
      ],
      ['no redirect URI', { redirect_uri: '' }, 400, 'redirect uri is malformed'],
      ['a scope that is not registered', { scope: 'read:accounts' }, 400, WRONG_SCOPE],
      ['another response type', { response_type: 'token' }, 400, 'does not support this response type'],
    ])('%s', async (_title, more, status, sentence) => {
      const [answered, text] = await page(authorizeUrl(await register(server()), more as Record<string, string>))
      expect(answered).toBe(status)
      expect(text).toContain('An error has occurred')
      expect(text).toContain(sentence.replaceAll("'", '&#39;'))
    })
  })

  it('11. its own metadata, at a host that is mapped to it', async () => {
    const path = '/.well-known/oauth-authorization-server'
    const answer = await server().server.fetch(new Request(`${server().issuer}${path}`, { headers: { host: HOME } }))
    const metadata = (await answer.json()) as Json
    expect(metadata).toMatchObject({
      issuer: `http://${HOME}/`,
      service_documentation: expect.stringContaining('http'),
      authorization_endpoint: `${server().issuer}/oauth/authorize`,
      token_endpoint: `http://${HOME}/oauth/token`,
      app_registration_endpoint: `http://${HOME}/api/v1/apps`,
      revocation_endpoint: `http://${HOME}/oauth/revoke`,
      userinfo_endpoint: `http://${HOME}/oauth/userinfo`,
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      code_challenge_methods_supported: ['S256'],
      grant_types_supported: ['authorization_code', 'client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    })
    expect(metadata.scopes_supported).toEqual(
      expect.arrayContaining(['read', 'write:statuses', 'follow', 'push', 'profile', 'admin:read']),
    )
    const standard = await (await server().fetch(path)).json()
    expect(standard).toMatchObject({
      issuer: server().issuer,
      app_registration_endpoint: `${server().issuer}/api/v1/apps`,
    })
  })

  it('12. a token of another app is not revoked, and an unknown one is as good as revoked', async () => {
    const [mine, others] = [await register(server()), await register(server())]
    const { access_token } = await appToken(others)
    expect(await multipart('/oauth/revoke', { ...mine, token: access_token })).toEqual({
      status: 403,
      body: { error: 'unauthorized_client', error_description: 'You are not authorized to revoke this token' },
    })
    expect((await verify(access_token)).status).toBe(200)
    expect(await multipart('/oauth/revoke', { ...mine, token: 'unknown' })).toEqual({ status: 200, body: {} })
    expect(await multipart('/oauth/revoke', { ...others, token: access_token })).toEqual({ status: 200, body: {} })
    const gone = await verify(access_token)
    expect([gone.status, await gone.json()]).toEqual([401, { error: 'The access token was revoked' }])
    expect(gone.headers.get('www-authenticate')).toContain('Bearer realm="Doorkeeper", error="invalid_token"')
    expect(await multipart('/oauth/revoke', { ...others, client_secret: 'wrong', token: 'x' })).toMatchObject({
      status: 403,
      body: { error: 'unauthorized_client' },
    })
  })
})
