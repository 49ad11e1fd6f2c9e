import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { openid } from '../../plugins/openid/index.ts'
import { launchChromium } from '../support/chromium.ts'
import { describeEachServer } from '../support/server.ts'

const PASSWORD = 'correct horse battery'
const CHALLENGE = createHash('sha256').update('v'.repeat(43)).digest('base64url')

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

/** A site of the app that says how it was called. */
async function listen(host: string, answer: () => { location: string } | undefined) {
  const calls: string[] = []
  const site = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '' } = request
      if (url !== '/favicon.ico') calls.push(`${method} ${url} ${Buffer.concat(chunks)}`)
      const to = answer()
      if (to) return response.writeHead(303, to).end()
      return response.setHeader('content-type', 'text/html').end('<h1>App</h1>')
    })
  })
  await new Promise<void>((resolve) => site.listen(0, host, resolve))
  return { site, calls, port: (site.address() as AddressInfo).port }
}

const close = (site: Server) =>
  new Promise((resolve) => {
    site.closeAllConnections()
    site.close(resolve)
  })

describeEachServer(
  'an app whose callback sends the browser on to another of its origins',
  () => ({ plugins: [authorizationCode(), openid()] }),
  (server) => {
    let home: Awaited<ReturnType<typeof listen>>
    let callback: Awaited<ReturnType<typeof listen>>
    let landing: string
    let redirectUris: readonly string[]
    beforeAll(async () => {
      await server().createUser({ username: 'ada', password: PASSWORD })
      home = await listen('127.0.0.1', () => undefined)
      landing = `http://localhost:${home.port}/home`
      callback = await listen('::', () => ({ location: landing }))
      redirectUris = ['127.0.0.1', '[::1]'].map((host) => `http://${host}:${callback.port}/cb`)
    })
    afterAll(() => Promise.all([home, callback].map(({ site }) => close(site))))

    const signIn = async (page: Page) => {
      await page.getByLabel('Your user name').fill('ada')
      await page.getByLabel('Your password').fill(PASSWORD)
      await page.getByRole('button', { name: 'Sign in' }).click()
    }
    const asked = async (page: Page, more: Record<string, string> = {}) => {
      const { app } = await server().createApp({
        type: 'public',
        grants: ['authorization_code'],
        redirectUris,
        settings: { 'openid.postLogoutRedirectUris': redirectUris },
      })
      const params = {
        client_id: app.clientId,
        response_type: 'code',
        redirect_uri: redirectUris[0] ?? '',
        code_challenge: CHALLENGE,
        code_challenge_method: 'S256',
        ...more,
      }
      await page.goto(`${server().url}/oauth/authorize?${new URLSearchParams(params)}`)
      await signIn(page)
      return app
    }

    describe.each([true, false])('with JavaScript: %s', (javaScriptEnabled) => {
      const openPage = async () => (await chromium.newContext({ javaScriptEnabled })).newPage()

      it.each([
        ['Approve', /^GET \/cb\?code=/],
        ['Deny', /^GET \/cb\?error=access_denied/],
      ])('%s takes the person there', async (button, call) => {
        const page = await openPage()
        await asked(page)
        await page.getByRole('button', { name: button }).click()
        await page.waitForURL(landing, { timeout: 5000 })
        expect(callback.calls.at(-1)).toMatch(call)
        await page.context().close()
      })

      it.each([0, 1])('so does the form of form_post, also to an IPv6 address (%i)', async (index) => {
        const page = await openPage()
        await asked(page, { response_mode: 'form_post', redirect_uri: redirectUris[index] ?? '' })
        await page.getByRole('button', { name: 'Approve' }).click()
        if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click()
        await page.waitForURL(landing, { timeout: 5000 })
        expect(callback.calls.at(-1)).toMatch(/^POST \/cb code=/)
        await page.context().close()
      })

      it('so does a yes to signing out', async () => {
        const page = await openPage()
        const { clientId } = await asked(page)
        const back = new URLSearchParams({ client_id: clientId, post_logout_redirect_uri: redirectUris[0] ?? '' })
        await page.goto(`${server().url}/oauth/logout?${back}`)
        await page.getByRole('button', { name: 'Sign out' }).last().click()
        await page.waitForURL(landing, { timeout: 5000 })
        await page.context().close()
      })
    })
  },
)
