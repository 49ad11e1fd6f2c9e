import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Site, startSite, visitWithin } from '../../clients/site.ts'
import { launchChromium } from '../../support/chromium.ts'
import { describeEachServer } from '../../support/server.ts'
import { CALLBACK, NOBODYS, PASSWORD, plugins, usergridAt } from './usergrid.ts'

/** Of RFC 7636, appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

describeEachServer(
  'the form of Usergrid, in a browser',
  () => ({ plugins: plugins() }),
  (server) => {
    const usergrid = usergridAt(server)
    let site: Site
    beforeAll(async () => {
      site = await startSite()
    })
    afterAll(() => site.close())

    const urlOf = (params: Record<string, string>, path = '/management/authorize') =>
      new URL(`${path}?${new URLSearchParams(params)}`, server().url)

    const fillIn = async (page: Page, username: string, password = PASSWORD) => {
      await page.getByLabel('Username', { exact: true }).fill(username)
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Submit' }).click()
    }

    it.each([true, false])(
      'a person mistypes, signs in and lands at the app (JavaScript: %s)',
      async (javaScriptEnabled) => {
        const { username } = await usergrid.user()
        const { app, clientSecret = '' } = await usergrid.app({ name: 'Planner', redirectUris: [site.callback] })
        const context = await chromium.newContext({ javaScriptEnabled })
        const wanted = { response_type: 'code', client_id: app.clientId, redirect_uri: site.callback, state: 'é & =' }
        const { url } = await visitWithin(context, site, urlOf(wanted), async (page) => {
          expect(await page.title()).toBe('Sign In')
          expect(await page.getByText('Sign in to let Planner act in your name.').count()).toBe(1)
          await fillIn(page, username, 'wrong')
          await page.getByText('Username or password do not match').waitFor()
          await fillIn(page, username)
        })
        expect([...url.searchParams.keys()]).toEqual(['code', 'state'])
        expect(url.searchParams.get('state')).toBe(wanted.state)
        const page = await context.newPage()
        await page.goto(`${server().url}/account`)
        expect(new URL(page.url()).pathname, 'nobody is signed in here by it').toBe('/sign-in')
        await context.close()

        const claimed = await usergrid.token({
          grant_type: 'authorization_code',
          code: url.searchParams.get('code') ?? '',
          redirect_uri: site.callback,
          client_id: app.clientId,
          client_secret: clientSecret,
        })
        expect(claimed).toMatchObject({ status: 200, body: { user: { username } } })
      },
    )

    it('a public app binds its code by PKCE, which the form carries along (RFC 7636 §4.3)', async () => {
      const { username } = await usergrid.user()
      const grants = ['authorization_code']
      const { app } = await usergrid.app({ type: 'public', grants, redirectUris: [site.callback] })
      const context = await chromium.newContext()
      const wanted = { response_type: 'code', client_id: app.clientId }
      const pkce = { code_challenge: CHALLENGE, code_challenge_method: 'S256' }
      const without = await visitWithin(context, site, urlOf(wanted), (page) => fillIn(page, username))
      expect(without.url.searchParams.get('error')).toBe('invalid_request')
      const { url } = await visitWithin(context, site, urlOf({ ...wanted, ...pkce }), (page) => fillIn(page, username))
      await context.close()
      const claim = {
        grant_type: 'authorization_code',
        code: url.searchParams.get('code') ?? '',
        client_id: app.clientId,
      }
      expect((await usergrid.token(claim)).status).toBe(400)
      expect((await usergrid.token({ ...claim, code_verifier: VERIFIER })).status).toBe(200)
    })

    it('an app without an address shows its code to be copied', async () => {
      const { username } = await usergrid.user()
      const { app } = await usergrid.app({ redirectUris: ['urn:ietf:wg:oauth:2.0:oob'] })
      const page = await chromium.newPage()
      await page.goto(urlOf({ response_type: 'code', client_id: app.clientId }).href)
      await fillIn(page, username)
      expect(await page.locator('code.code').textContent()).toMatch(/^gqc_/)
      await page.close()
    })

    it('an app that nobody knows, or of the standard, or of another application gets nothing: 400, no redirect', async () => {
      const { username } = await usergrid.user()
      const standard = await server().createApp({ grants: ['authorization_code'], redirectUris: [CALLBACK] })
      for (const client_id of [NOBODYS, '', standard.app.clientId, 'x'.repeat(3000)]) {
        const answer = await usergrid.submit(username, { client_id, redirect_uri: CALLBACK })
        expect(answer.status, client_id).toBe(400)
        expect(answer.headers.get('location')).toBeNull()
      }
      const { app } = await usergrid.app({ name: 'acme' })
      const fields = { response_type: 'code', client_id: app.clientId, username, password: PASSWORD }
      for (const path of ['/acme/planner/authorize', '/acme/planner/management/authorize']) {
        expect((await server().form(path, fields)).status, path).toBe(400)
      }
    })

    it('a password in the URL is refused, and what comes twice as well', async () => {
      const { username } = await usergrid.user()
      const { app } = await usergrid.app()
      const asked = { response_type: 'code', client_id: app.clientId }
      const query = new URLSearchParams({ ...asked, username, password: PASSWORD })
      expect((await server().fetch(`/management/authorize?${query}`, { method: 'POST' })).status).toBe(400)
      const twice = [...Object.entries(asked), ['client_id', NOBODYS]] as [string, string][]
      const answer = await server().form('/management/authorize', [
        ...twice,
        ['username', username],
        ['password', PASSWORD],
      ])
      expect(answer.status).toBe(400)
    })

    it('no session of the user is left, whatever the answer is', async () => {
      const { username, id } = await usergrid.user()
      const { app } = await usergrid.app()
      for (const redirect_uri of [CALLBACK, 'https://evil.example/']) {
        await usergrid.submit(username, { client_id: app.clientId, redirect_uri })
      }
      expect(await server().core.sessions.ofUser(id)).toEqual([])
    })
  },
)
