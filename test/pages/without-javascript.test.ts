import { createHash, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { refreshToken } from '../../plugins/refresh-token/index.ts'
import { CODE_GRANT, requestCode } from '../rest/code-flow.ts'
import { launchChromium } from '../support/chromium.ts'
import { describeEachServer } from '../support/server.ts'

const PASSWORD = 'correct horse battery'
const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob'

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

/** What signing in, signing up, approving a part, the account and its passwords are without it stands with their own tests. */
describeEachServer(
  'in a real browser without JavaScript',
  () => ({ plugins: [authorizationCode(), refreshToken()] }),
  (server) => {
    let site: Server
    let callback: string
    /** The form or the query that the app was last sent. */
    let arrived = new URLSearchParams()

    beforeAll(async () => {
      await server().createUser({ username: 'ada', password: PASSWORD })
      site = createServer((request, response) => {
        let body = ''
        request.on('data', (chunk) => (body += chunk))
        request.on('end', () => {
          const { pathname, searchParams } = new URL(request.url ?? '', callback)
          if (pathname === '/cb') arrived = request.method === 'POST' ? new URLSearchParams(body) : searchParams
          response.setHeader('content-type', 'text/html').end('<!doctype html><h1>App</h1>')
        })
      })
      await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
      callback = `http://127.0.0.1:${(site.address() as AddressInfo).port}/cb`
    })
    afterAll(() => new Promise((resolve) => site.close(resolve)))

    const openPage = async (url: string): Promise<Page> => {
      const context = await chromium.newContext({ javaScriptEnabled: false })
      const page = await context.newPage()
      await page.goto(url)
      return page
    }
    const signIn = async (page: Page) => {
      await page.getByLabel('Your user name').fill('ada')
      await page.getByLabel('Your password').fill(PASSWORD)
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    }
    const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent()

    /** An app, the URL by which it sends a person here, and what it makes of the code. */
    const makeApp = async (more: Record<string, string> = {}) => {
      const { app, basic } = await server().createApp({
        name: 'Weather',
        grants: ['authorization_code'],
        redirectUris: [callback, OUT_OF_BAND],
      })
      const verifier = randomBytes(32).toString('base64url')
      const params = {
        response_type: 'code',
        client_id: app.clientId,
        redirect_uri: callback,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
        ...more,
      }
      const claim = (code: string | null) =>
        server().form(
          '/oauth/token',
          {
            grant_type: 'authorization_code',
            code: code ?? '',
            redirect_uri: params.redirect_uri,
            code_verifier: verifier,
          },
          { authorization: basic },
        )
      return { url: `${server().url}/oauth/authorize?${new URLSearchParams(params)}`, claim }
    }

    it('a person denies what was asked by a code; the app is told', async () => {
      const { app } = await server().createApp({ name: 'Weather', type: 'public', grants: [CODE_GRANT] })
      const { code, approve_url: approveUrl } = await requestCode(server(), { client_id: app.clientId })
      const page = await openPage(approveUrl)
      await signIn(page)
      await page.getByRole('button', { name: 'Deny' }).click()
      expect(await heading(page)).toBe('You denied Weather')
      const claimed = await server().form('/oauth/token', { grant_type: CODE_GRANT, code, client_id: app.clientId })
      expect(await claimed.json()).toMatchObject({ error: 'access_denied' })
      await page.context().close()
    })

    it('response_mode=form_post: a person presses the button, and the app has its code (Form Post Response Mode §2)', async () => {
      const { url, claim } = await makeApp({ response_mode: 'form_post', state: 'a "b"' })
      const page = await openPage(url)
      await signIn(page)
      await page.getByRole('button', { name: 'Approve' }).click()
      const button = page.getByRole('button', { name: 'Continue' })
      expect(await button.isVisible()).toBe(true)
      await button.click()
      expect(page.url()).toBe(callback)
      expect([arrived.get('state'), arrived.get('iss')]).toEqual(['a "b"', server().issuer])
      expect((await claim(arrived.get('code'))).status).toBe(200)
      await page.context().close()
    })

    it('a person who said yes before signs in, and is back at the app', async () => {
      const { url, claim } = await makeApp()
      const before = await openPage(url)
      await signIn(before)
      await before.getByRole('button', { name: 'Approve' }).click()
      await before.context().close()
      arrived = new URLSearchParams()
      const page = await openPage(url)
      await signIn(page)
      await page.waitForURL(`${callback}?*`)
      expect((await claim(arrived.get('code'))).status).toBe(200)
      await page.context().close()
    })

    it('a person copies a code into an app that cannot be returned to', async () => {
      const { url, claim } = await makeApp({ redirect_uri: OUT_OF_BAND })
      const page = await openPage(url)
      await signIn(page)
      await page.getByRole('button', { name: 'Approve' }).click()
      expect(await heading(page)).toBe('Copy this code into your app')
      expect((await claim(await page.locator('main code').textContent())).status).toBe(200)
      await page.context().close()
    })

    it('a person signs out, and is signed in nowhere', async () => {
      const page = await openPage(`${server().url}/sign-in`)
      await signIn(page)
      await page.getByRole('button', { name: 'Sign out' }).click()
      expect(await page.getByRole('button', { name: 'Sign out' }).count()).toBe(0)
      await page.goto(`${server().url}/account`)
      expect(await heading(page)).toBe('Sign in')
      await page.context().close()
    })

    it('a person whose link is wrong reads that it is, and gets away from there', async () => {
      const page = await openPage(`${server().url}/oauth/authorize?client_id=nobody`)
      expect(await heading(page)).toBe('This app is not known here')
      await page.getByRole('link').click()
      expect(page.url()).toBe(`${server().url}/`)
      await page.context().close()
    })
  },
)
