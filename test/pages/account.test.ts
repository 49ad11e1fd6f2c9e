import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSession } from '../../src/operations/start-session.ts'
import type { User } from '../../src/users/user.ts'
import { approveCode, CODE_GRANT, requestCode } from '../rest/code-flow.ts'
import { launchChromium } from '../support/chromium.ts'
import { describeEachServer, type TestServer } from '../support/server.ts'
import { browse, csrfIn, type Browser as HeadlessBrowser } from './browse.ts'

const PASSWORD = 'correct horse battery'
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

describeEachServer(
  'the account page',
  () => ({}),
  (server) => {
    it('asks for a sign-in first, and comes back', async () => {
      const response = await server().fetch('/account')
      expect([response.status, response.headers.get('location')]).toEqual([
        303,
        `${server().issuer}/sign-in?return_to=%2Faccount`,
      ])
      for (const name of ['disconnect', 'end-session', 'end-other-sessions']) {
        const browser = browse(server())
        const csrf_token = await browser.csrf('/sign-in')
        expect((await browser.post(`/account/${name}`, { csrf_token })).headers.get('location')).toContain('/sign-in')
      }
    })

    it('takes no form without its CSRF field, or of another site', async () => {
      const { browser, user } = await somebody(server())
      const { app } = await connect(server(), user)
      for (const [path, field] of [
        ['/account/disconnect', { app: app.id }],
        ['/account/end-other-sessions', {}],
      ] as const) {
        expect((await browser.post(path, field)).status).toBe(403)
        expect((await browser.post(path, { ...field, csrf_token: 'x' })).status).toBe(403)
        const csrf_token = await browser.csrf('/account')
        const evil = { origin: 'https://evil.example' }
        expect((await browser.post(path, { ...field, csrf_token }, evil)).status).toBe(403)
      }
      expect(await (await browser.get('/account')).text()).toContain(app.name)
    })

    it('shows an app by its tokens or by a remembered yes, with its scopes in words', async () => {
      const { browser, user } = await somebody(server())
      expect(await (await browser.get('/account')).text()).toContain('No app may do anything for you.')
      await connect(server(), user, 'By <tokens>')
      const { app } = await server().createApp({ name: 'By a yes' })
      await server().core.consents.remember(user.id, app.id, ['write', 'a:scope:of:before'])
      const page = await (await browser.get('/account')).text()
      expect(page).toContain('<strong>By &lt;tokens&gt;</strong>')
      expect(page).toContain('<li>Read your things</li>')
      expect(page).toContain('<strong>By a yes</strong>')
      expect(page).toContain('<li>a:scope:of:before</li>')
      expect(page).toMatch(/Since <time datetime="[^"]+">\d+ \w+ \d{4}<\/time>/)
      expect(page).toContain('<a href="/account/password">Change password</a>')
    })

    it('disconnects: the yes is forgotten, the tokens are inactive, and it is on record', async () => {
      const { browser, user } = await somebody(server())
      const { app, token, isActive } = await connect(server(), user)
      await server().core.consents.remember(user.id, app.id, ['read'])
      const another = await connect(server(), user)
      expect(await isActive(token)).toBe(true)
      const response = await press(browser, '/account/disconnect', { app: app.id })
      expect([response.status, response.headers.get('location')]).toEqual([303, `${server().issuer}/account`])
      expect(await isActive(token)).toBe(false)
      expect(await another.isActive(another.token)).toBe(true)
      expect(await server().core.consents.scopes(user.id, app.id)).toEqual([])
      expect(await recorded(server(), 'app.disconnected', user)).toMatchObject([
        { appId: app.id, details: { families: 1, wasRemembered: true } },
      ])
      // Pressed twice.
      expect((await press(browser, '/account/disconnect', { app: app.id })).status).toBe(303)
      expect(await recorded(server(), 'app.disconnected', user)).toHaveLength(1)
    })

    it('disconnects: a code that the app has not claimed yet gives nothing any more', async () => {
      const { app, clientSecret = '' } = await server().createApp({ grants: [CODE_GRANT] })
      const user = await server().createUser()
      const own = { client_id: app.clientId, client_secret: clientSecret }
      const { code, handle } = await requestCode(server(), own)
      await approveCode(server(), handle, user)
      await server().core.consents.remember(user.id, app.id, ['read'])
      const somebodyElses = await requestCode(server(), own)
      await approveCode(server(), somebodyElses.handle, await server().createUser())
      const browser = browse(server())
      await browser.signIn(user)
      const csrf_token = await browser.csrf('/account')
      expect((await browser.post('/account/disconnect', { csrf_token, app: app.id })).status).toBe(303)
      const claim = async (claimed: string) =>
        (await server().form('/oauth/token', { ...own, grant_type: CODE_GRANT, code: claimed })).status
      expect([await claim(code), await claim(somebodyElses.code)]).toEqual([400, 200])
    })

    it('tells of an app no longer than it holds something that lives', async () => {
      const { browser, user } = await somebody(server())
      const { app } = await connect(server(), user, 'Short of time')
      expect(await (await browser.get('/account')).text()).toContain(app.name)
      server().clock.pass({ seconds: 3601 })
      expect(await (await browser.get('/account')).text()).not.toContain(app.name)
    })

    it('ends another session, all others, and never the one that it is shown in', async () => {
      const { browser, user } = await somebody(server())
      const [one, two, three] = await Promise.all([1, 2, 3].map(() => signInElsewhere(server(), user)))
      const page = await (await browser.get('/account')).text()
      expect(page.match(/Firefox on Windows/g)).toHaveLength(6)
      expect(page.match(/You are here/g)).toHaveLength(1)
      expect((await press(browser, '/account/end-session', { session: one?.session.id ?? '' })).status).toBe(303)
      const live = async (token = '') => (await server().core.sessions.byToken(token)) !== undefined
      expect(await Promise.all([one, two, three].map((each) => live(each?.token)))).toEqual([false, true, true])
      expect((await press(browser, '/account/end-other-sessions', {})).status).toBe(303)
      expect(await Promise.all([two, three].map((each) => live(each?.token)))).toEqual([false, false])
      const after = await (await browser.get('/account')).text()
      expect(after).toContain('You are here')
      expect(after).not.toContain('Sign out everywhere else')
      expect(await recorded(server(), 'session.ended', user)).toMatchObject([
        { details: { ended: 2 } },
        { details: { sessionId: one?.session.id } },
      ])
    })

    it('shows and ends nothing of somebody else', async () => {
      const victim = await somebody(server())
      const held = await connect(server(), victim.user, 'The victim’s app')
      await server().core.consents.remember(victim.user.id, held.app.id, ['read'])
      const { session, token } = await signInElsewhere(server(), victim.user)
      const { browser } = await somebody(server())
      const page = await (await browser.get('/account')).text()
      for (const mark of [held.app.name, held.app.id, session.id, victim.user.username])
        expect(page).not.toContain(mark)
      await press(browser, '/account/disconnect', { app: held.app.id })
      await press(browser, '/account/end-session', { session: session.id })
      await press(browser, '/account/end-other-sessions', {})
      expect(await held.isActive(held.token)).toBe(true)
      expect(await server().core.consents.scopes(victim.user.id, held.app.id)).toEqual(['read'])
      expect(await server().core.sessions.byToken(token)).toBeDefined()
      expect(await (await victim.browser.get('/account')).text()).toContain('You are here')
    })

    it('bears an empty form, and one that names nothing', async () => {
      const { browser, user } = await somebody(server())
      await connect(server(), user, 'It stays')
      for (const fields of [{}, { app: '', session: '' }, { app: 'x'.repeat(200), session: '../x' }]) {
        expect((await press(browser, '/account/disconnect', fields)).status).toBe(303)
        expect((await press(browser, '/account/end-session', fields)).status).toBe(303)
      }
      expect(await (await browser.get('/account')).text()).toContain('It stays')
    })

    it('is linked from the start page', async () => {
      const { browser } = await somebody(server())
      expect(await (await browser.get('/')).text()).toContain('<a href="/account">Your account</a>')
      expect(await (await server().fetch('/')).text()).not.toContain('/account')
    })

    describe('in a real browser without JavaScript', () => {
      const openPage = async (username: string): Promise<{ page: Page; user: User }> => {
        const user = await server().createUser({ username, password: PASSWORD })
        const context = await chromium.newContext({ javaScriptEnabled: false })
        const page = await context.newPage()
        await page.goto(`${server().url}/account`)
        await page.getByLabel('Your user name').fill(username)
        await page.getByLabel('Your password').fill(PASSWORD)
        await page.getByRole('button', { name: 'Sign in', exact: true }).click()
        expect(page.url()).toBe(`${server().url}/account`)
        return { page, user }
      }

      it('a person disconnects an app', async () => {
        const { page, user } = await openPage('dora')
        const { isActive, token } = await connect(server(), user, 'Weather')
        await page.reload()
        await page.getByRole('button', { name: 'Disconnect Weather' }).click()
        expect(page.url()).toBe(`${server().url}/account`)
        expect(await page.getByText('No app may do anything for you.').isVisible()).toBe(true)
        expect(await isActive(token)).toBe(false)
        await page.context().close()
      })

      it('a person sees where they are signed in, and signs out elsewhere: in one place, and everywhere', async () => {
        const { page, user } = await openPage('elsa')
        expect(await page.getByText(/^(Chrome|Chromium) on \w+$/).isVisible()).toBe(true)
        const elsewhere = [await signInElsewhere(server(), user), await signInElsewhere(server(), user)]
        await page.reload()
        await page.getByRole('button', { name: 'Sign out Firefox on Windows' }).first().click()
        const live = await Promise.all(elsewhere.map(({ token }) => server().core.sessions.byToken(token)))
        expect(live.filter((session) => session)).toHaveLength(1)
        await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
        expect(await page.getByText('Firefox on Windows').count()).toBe(0)
        expect(await page.getByText('You are here').isVisible()).toBe(true)
        await page.context().close()
      })

      it.each([320, 1440])('nothing runs over at a width of %i', async (width) => {
        const { page, user } = await openPage(`wide-${width}`)
        await connect(server(), user, 'A'.repeat(100))
        await page.setViewportSize({ width, height: 800 })
        await page.reload()
        const card = await page.locator('main').boundingBox()
        expect((card?.x ?? 0) + (card?.width ?? 0)).toBeLessThanOrEqual(width)
        await page.context().close()
      })
    })
  },
)

async function somebody(server: TestServer): Promise<{ browser: HeadlessBrowser; user: User }> {
  const user = await server.createUser()
  const browser = browse(server)
  await browser.signIn(user)
  return { browser, user }
}

async function press(browser: HeadlessBrowser, path: string, fields: Record<string, string>): Promise<Response> {
  const page = await (await browser.get('/account')).text()
  return browser.post(path, { csrf_token: csrfIn(page), ...fields })
}

const signInElsewhere = (server: TestServer, { id }: User) =>
  startSession(server.core, id, ['pwd'], { headers: new Headers({ 'user-agent': FIREFOX }) })

/** An app to which a user said yes, with the token that it got. */
async function connect(server: TestServer, user: User, name = 'Weather') {
  const { app, basic, clientSecret = '' } = await server.createApp({ name, grants: [CODE_GRANT] })
  const { code, handle } = await requestCode(server, { client_id: app.clientId, client_secret: clientSecret })
  await approveCode(server, handle, user, ['read'])
  const claimed = await server.form('/oauth/token', { grant_type: CODE_GRANT, code }, { authorization: basic })
  const { access_token: token } = (await claimed.json()) as { access_token: string }
  const isActive = async (presented: string) => {
    const answer = await server.form('/oauth/introspect', { token: presented }, { authorization: basic })
    return ((await answer.json()) as { active: boolean }).active
  }
  return { app, token, isActive }
}

async function recorded({ core }: TestServer, kind: string, user: User) {
  const events = await core.audit.list({ limit: 500 })
  return events.filter((event) => event.kind === kind && event.userId === user.id)
}
