import { describe, expect, it } from 'vitest'
import { presentedSession } from '../../src/operations/presented-session.ts'
import { ownUrl } from '../../src/pages/own-path.ts'
import { describeEachServer, testServer } from '../support/server.ts'
import { browse } from './browse.ts'

const PASSWORD = 'correct horse battery'

describe('return_to (RFC 9700 §4.11)', () => {
  const issuer = 'https://login.example'

  it.each([
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'https:evil.example',
    'https://evil.example',
    'https:/evil.example',
    'javascript:alert(1)',
    '/\t/evil.example',
    '/\n/evil.example',
    '\t//evil.example',
    ' //evil.example',
    '/ok\\..\\evil',
    'evil.example',
    '',
    '?x',
    '#x',
    'data:text/html,x',
    `/${'x'.repeat(5000)}`,
  ])('%j leads to the start page', (returnTo) => {
    expect(ownUrl(issuer, returnTo)).toBe(`${issuer}/`)
  })

  it.each([
    '/%2f%2fevil.example',
    '/ok@evil.example',
    '/.//evil.example',
    '/./..//evil.example',
    '/a?next=//evil.example',
    '/a#//evil.example',
    '/%5cevil.example',
  ])('%j stays on our own origin', (returnTo) => {
    const url = ownUrl(issuer, returnTo)
    expect(url.startsWith(`${issuer}/`)).toBe(true)
    expect(new URL(url).origin).toBe(issuer)
  })

  it('an own path is kept, with its query', () => {
    expect(ownUrl(issuer, '/approve/gqh_x?a=b')).toBe(`${issuer}/approve/gqh_x?a=b`)
  })
})

describeEachServer(
  'the sign-in page',
  () => ({}),
  (server) => {
    const signIn = async (username: string, password: string, more: Record<string, string> = {}) => {
      const browser = browse(server())
      const csrf = await browser.csrf('/sign-in')
      const fields = { csrf_token: csrf, sign_in: 'password', username, password, ...more }
      return { browser, response: await browser.post('/sign-in', fields) }
    }
    const whoIs = async (cookie: string | undefined) =>
      (await presentedSession(server().core, { headers: new Headers({ cookie: `grantql-session=${cookie}` }) }))?.user
        .username

    it('has a form for each way to sign in, made from its declared parameters', async () => {
      const page = await (await server().fetch('/sign-in?return_to=/approve/x')).text()
      expect(page).toMatch(
        /<input name="username" type="text" autocomplete="username"[^>]* maxlength="256" required autofocus>/,
      )
      expect(page).toMatch(
        /<input name="password" type="password" autocomplete="current-password"[^>]* maxlength="1024" required>/,
      )
      expect(page).toContain('<input type="hidden" name="return_to" value="/approve/x">')
    })

    it('starts a session by 303, in a cookie that no script reads and no other site sends', async () => {
      await server().createUser({ username: 'ada', password: PASSWORD })
      const { browser, response } = await signIn('ada', PASSWORD, { return_to: '/approve/x' })
      expect([response.status, response.headers.get('location')]).toEqual([303, `${server().issuer}/approve/x`])
      const cookie = response.headers.getSetCookie().find((set) => set.startsWith('grantql-session='))
      expect(cookie).toMatch(/^grantql-session=gqs_[\w-]{48}; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Lax$/)
      expect(await whoIs(browser.cookies.get('grantql-session'))).toBe('ada')
    })

    it('goes to the start page where return_to leads elsewhere', async () => {
      await server().createUser({ username: 'eve', password: PASSWORD })
      const { response } = await signIn('eve', PASSWORD, { return_to: '//evil.example' })
      expect(response.headers.get('location')).toBe(`${server().issuer}/`)
    })

    it('answers alike for an unknown name and a wrong password (ASVS 6.3.8)', async () => {
      await server().createUser({ username: 'known', password: PASSWORD })
      const pages = await Promise.all(['known', 'unkno'].map((name) => signIn(name, 'wrong wrong wrong')))
      const seen = await Promise.all(
        pages.map(
          async ({ response }) => [response.status, (await response.text()).replace(/value="[^"]*"/g, '')] as const,
        ),
      )
      expect(seen[0]).toEqual(seen[1])
      expect(seen[0]?.[0]).toBe(422)
      expect(pages[0]?.response.headers.getSetCookie()).toEqual([])
    })

    it.each([
      [{ username: '', password: '' }],
      [{ username: 'ada' }],
      [{ password: 'x' }],
      [{ sign_in: 'nothing', username: 'ada', password: PASSWORD }],
      [{ sign_in: '', username: 'ada', password: PASSWORD }],
      [{}],
    ])('takes %j for no sign-in', async (fields) => {
      const browser = browse(server())
      const csrf = await browser.csrf('/sign-in')
      const response = await browser.post('/sign-in', {
        csrf_token: csrf,
        sign_in: 'password',
        ...(fields as Record<string, string>),
      })
      expect(response.status).toBe(422)
      expect(browser.cookies.has('grantql-session')).toBe(false)
    })

    it('escapes what was typed, and never gives a password back', async () => {
      const { response } = await signIn('"><script>alert(1)</script>', 'my-secret-typed')
      const page = await response.text()
      expect(page).not.toContain('<script')
      expect(page).toContain('&quot;&gt;&lt;script&gt;')
      expect(page).not.toContain('my-secret-typed')
    })

    it('makes a new session each time, and ends the one that the browser had (RFC 9700 §4.7)', async () => {
      await server().createUser({ username: 'first', password: PASSWORD })
      await server().createUser({ username: 'second', password: PASSWORD })
      const { browser } = await signIn('first', PASSWORD)
      const before = browser.cookies.get('grantql-session')
      const other = browse(server())
      const csrf = await other.csrf('/sign-in')
      other.cookies.set('grantql-session', before ?? '')
      await other.post('/sign-in', { csrf_token: csrf, sign_in: 'password', username: 'second', password: PASSWORD })
      expect(await whoIs(other.cookies.get('grantql-session'))).toBe('second')
      expect(await whoIs(before)).toBeUndefined()
    })

    it('sends somebody who is signed in on their way', async () => {
      const browser = browse(server())
      await browser.signIn(await server().createUser())
      const response = await browser.get('/sign-in?return_to=/approve/x')
      expect([response.status, response.headers.get('location')]).toEqual([303, `${server().issuer}/approve/x`])
    })

    it('takes no other secret for a session: an access token, an app’s secret, a handle', async () => {
      const { clientSecret = '', basic, app } = await server().createApp()
      const issued = await server().form('/oauth/token', { grant_type: 'client_credentials' }, { authorization: basic })
      const { access_token: token } = (await issued.json()) as { access_token: string }
      for (const value of [token, clientSecret, app.clientId, 'gqs_x', '']) {
        const page = await (await server().fetch('/', { headers: { cookie: `grantql-session=${value}` } })).text()
        expect(page).toContain('href="/sign-in"')
      }
    })

    it('signs out: the session ends, the cookie goes, and the form says what comes next', async () => {
      const user = await server().createUser({ username: 'leaving' })
      const browser = browse(server())
      await browser.signIn(user)
      const token = browser.cookies.get('grantql-session')
      const csrf = await browser.csrf('/')
      const response = await browser.post('/sign-out', { csrf_token: csrf, return_to: '/approve/x' })
      expect([response.status, response.headers.get('location')]).toEqual([303, `${server().issuer}/approve/x`])
      expect(browser.cookies.has('grantql-session')).toBe(false)
      expect(await whoIs(token)).toBeUndefined()
    })
  },
)

describe('at https', () => {
  it('all cookies are pinned to this host (RFC 6265bis §4.1.3)', async () => {
    await using server = await testServer({ issuer: 'https://login.example' })
    await server.createUser({ username: 'ada', password: PASSWORD })
    const browser = browse(server)
    const shown = await browser.get('/sign-in')
    expect(shown.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-grantql-browser=[\w-]{32}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ])
    const csrf = await browser.csrf('/sign-in')
    const response = await browser.post(
      '/sign-in',
      { csrf_token: csrf, sign_in: 'password', username: 'ada', password: PASSWORD },
      { origin: 'https://login.example' },
    )
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-grantql-session=gqs_[\w-]{48}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
      expect.stringMatching(
        /^__Host-grantql-device=gqd_[\w-]{48}; Max-Age=15552000; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
      ),
    ])
  })
})
