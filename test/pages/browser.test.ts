import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CODE_GRANT, requestCode } from '../rest/code-flow.ts'
import { toyAuthorizationCode } from '../rest/toy-authorization-code.ts'
import { launchChromium } from '../support/chromium.ts'
import { describeEachServer } from '../support/server.ts'

const PASSWORD = 'correct horse battery'

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

describeEachServer(
  'in a real browser',
  () => ({ plugins: [toyAuthorizationCode()] }),
  (server) => {
    let appSite: Server
    let callback: string
    beforeAll(async () => {
      await server().createUser({ username: 'ada', password: PASSWORD })
      appSite = createServer((request, response) =>
        response.setHeader('content-type', 'text/html').end(`<h1>App</h1><p>${request.url}</p>`),
      )
      await new Promise<void>((resolve) => appSite.listen(0, '127.0.0.1', resolve))
      callback = `http://127.0.0.1:${(appSite.address() as AddressInfo).port}/cb`
    })
    afterAll(() => new Promise((resolve) => appSite.close(resolve)))

    /** A page that fails its test where the browser complains: of our policy, of a missing file, of markup. */
    const openPage = async (javaScriptEnabled: boolean): Promise<{ page: Page; complaints: string[] }> => {
      const context = await chromium.newContext({ javaScriptEnabled })
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(String(error)))
      page.on('requestfailed', (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`))
      return { page, complaints }
    }
    const signIn = async (page: Page) => {
      await page.getByLabel('Your user name').fill('ada')
      await page.getByLabel('Your password').fill(PASSWORD)
      await page.getByRole('button', { name: 'Sign in' }).click()
    }

    describe.each([true, false])('with JavaScript: %s', (javaScriptEnabled) => {
      it('a person signs in, ticks a box off and approves; the app gets a token for the rest', async () => {
        const { app } = await server().createApp({ name: 'Weather', type: 'public', grants: [CODE_GRANT] })
        const { code, approve_url: approveUrl } = await requestCode(server(), { client_id: app.clientId })
        const { page, complaints } = await openPage(javaScriptEnabled)
        await page.goto(approveUrl)
        await signIn(page)
        expect(page.url()).toBe(approveUrl)
        expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Weather asks for access')
        await page.getByRole('checkbox', { name: 'Change your things' }).uncheck()
        await page.getByRole('button', { name: 'Approve' }).click()
        expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('You approved Weather')
        await page.reload()
        expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('You approved Weather')
        const claimed = await server().form('/oauth/token', { grant_type: CODE_GRANT, code, client_id: app.clientId })
        expect(await claimed.json()).toMatchObject({ scope: 'read' })
        expect(complaints).toEqual([])
        await page.context().close()
      })

      it('a person is sent here by an app, approves, and is back at the app with a code; the policy lets the form end there', async () => {
        const { app } = await server().createApp({
          name: 'Weather',
          type: 'public',
          grants: ['authorization_code'],
          redirectUris: [callback],
        })
        const { page, complaints } = await openPage(javaScriptEnabled)
        await page.goto(
          `${server().url}/oauth/authorize?${new URLSearchParams({ response_type: 'code', client_id: app.clientId, state: 'a b' })}`,
        )
        await signIn(page)
        await page.getByRole('button', { name: 'Approve' }).click()
        await page.waitForURL(`${callback}?*`)
        const { searchParams } = new URL(page.url())
        expect(Object.fromEntries(searchParams)).toEqual({
          code: expect.any(String),
          state: 'a b',
          iss: server().issuer,
        })
        const claimed = await server().form('/oauth/token', {
          grant_type: 'authorization_code',
          client_id: app.clientId,
          code: searchParams.get('code') ?? '',
        })
        expect(claimed.status).toBe(200)
        expect(complaints.filter((text) => !text.includes('favicon'))).toEqual([])
        await page.context().close()
      })

      it('a person denies, and the app is told', async () => {
        const { app } = await server().createApp({
          type: 'public',
          grants: ['authorization_code'],
          redirectUris: [callback],
        })
        const { page } = await openPage(javaScriptEnabled)
        await page.goto(`${server().url}/oauth/authorize?response_type=code&client_id=${app.clientId}`)
        await signIn(page)
        await page.getByRole('button', { name: 'Deny' }).click()
        await page.waitForURL(`${callback}?*`)
        expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied')
        await page.context().close()
      })

      it('somebody else signs in by “Not you?”, and is asked the same', async () => {
        await server().createUser({ username: `grace-${javaScriptEnabled}`, password: PASSWORD })
        const { app } = await server().createApp({ type: 'public', grants: [CODE_GRANT] })
        const { approve_url: approveUrl } = await requestCode(server(), { client_id: app.clientId })
        const { page } = await openPage(javaScriptEnabled)
        await page.goto(approveUrl)
        await signIn(page)
        await page.getByRole('button', { name: 'Not you?' }).click()
        await page.getByLabel('Your user name').fill(`grace-${javaScriptEnabled}`)
        await page.getByLabel('Your password').fill(PASSWORD)
        await page.getByRole('button', { name: 'Sign in' }).click()
        expect(page.url()).toBe(approveUrl)
        expect(await page.getByText(`You are grace-${javaScriptEnabled}`).isVisible()).toBe(true)
        await page.context().close()
      })

      it('a wrong password keeps the name, and the way back', async () => {
        const { page } = await openPage(javaScriptEnabled)
        await page.goto(`${server().url}/sign-in?return_to=/`)
        await page.getByLabel('Your user name').fill('ada')
        await page.getByLabel('Your password').fill('wrong wrong wrong')
        await page.getByRole('button', { name: 'Sign in' }).click()
        expect(await page.getByRole('alert').textContent()).toContain('That did not work')
        expect(await page.getByLabel('Your user name').inputValue()).toBe('ada')
        await page.getByLabel('Your password').fill(PASSWORD)
        await page.getByRole('button', { name: 'Sign in' }).click()
        expect(page.url()).toBe(`${server().url}/`)
        expect(await page.getByText('You are signed in as ada').isVisible()).toBe(true)
        await page.context().close()
      })
    })

    it('a page of another site cannot approve with the person’s cookie, nor show our page in a frame', async () => {
      const { app } = await server().createApp({ type: 'public', grants: [CODE_GRANT] })
      const { handle, approve_url: approveUrl } = await requestCode(server(), { client_id: app.clientId })
      const { page } = await openPage(true)
      await page.goto(approveUrl)
      await signIn(page)
      const evil = createServer((_, response) =>
        response
          .setHeader('content-type', 'text/html')
          .end(
            `<form method="post" action="${approveUrl}"><input name="decision" value="approve"><button>Win</button></form><iframe src="${approveUrl}"></iframe>`,
          ),
      )
      await new Promise<void>((resolve) => evil.listen(0, 'localhost', resolve))
      await page.goto(`http://localhost:${(evil.address() as AddressInfo).port}/`)
      const frame = page.frames()[1]
      expect(
        await frame
          ?.locator('form')
          .count()
          .catch(() => 0),
      ).toBe(0)
      await page.getByRole('button', { name: 'Win' }).click()
      await page.waitForURL(approveUrl)
      expect(await page.getByRole('heading', { level: 1 }).textContent()).not.toContain('You approved')
      expect((await server().core.approvals.byHandle(handle))?.status).toBe('pending')
      await page.context().close()
      await new Promise((resolve) => {
        evil.closeAllConnections()
        evil.close(resolve)
      })
    })

    it.each([320, 768, 1440])('nothing runs over at a width of %i', async (width) => {
      const { app } = await server().createApp({ name: 'A'.repeat(100), type: 'public', grants: [CODE_GRANT] })
      const { approve_url: approveUrl } = await requestCode(server(), { client_id: app.clientId })
      const { page } = await openPage(true)
      await page.setViewportSize({ width, height: 800 })
      const overflow = () =>
        page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      await page.goto(approveUrl)
      expect(await overflow()).toBe(0)
      await signIn(page)
      expect(await overflow()).toBe(0)
      for (const path of ['/', '/approve/nothing', '/oauth/authorize']) {
        await page.goto(server().url + path)
        expect(await overflow(), path).toBe(0)
      }
      await page.context().close()
    })
  },
)
