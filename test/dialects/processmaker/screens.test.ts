import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../../support/chromium.ts'
import { describeEachServer } from '../../support/server.ts'
import { credentials, makeClient, options, PASSWORD, probe, token } from './support.ts'

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

describeEachServer('ProcessMaker’s screens', options, (server) => {
  let appSite: Server
  let callback: string
  beforeAll(async () => {
    await server().createUser({ username: 'ada', password: PASSWORD })
    await server().createUser({ username: 'root', password: PASSWORD, role: 'admin' })
    appSite = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<h1>App</h1>'))
    await new Promise<void>((resolve) => appSite.listen(0, '127.0.0.1', resolve))
    callback = `http://127.0.0.1:${(appSite.address() as AddressInfo).port}/cb`
  })
  afterAll(() => new Promise((resolve) => appSite.close(resolve)))

  const newPage = async (javaScriptEnabled = true): Promise<Page> => {
    const context = await chromium.newContext({ javaScriptEnabled })
    if (javaScriptEnabled)
      await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server().url })
    return context.newPage()
  }
  const signIn = async (page: Page, username: string) => {
    await page.getByLabel('Your user name').fill(username)
    await page.getByLabel('Your password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })

  it('1. the steps of the page: Auth Clients, + Auth Client, name, grant type, Save, copy the secret', async () => {
    const page = await newPage()
    await page.goto(`${server().url}/admin/auth-clients`)
    await signIn(page, 'root')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Auth Clients')
    expect(await page.getByText('No Data Available').isVisible()).toBe(true)
    await page.getByText('+ Auth Client').click()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Create Auth-Client')
    await page.getByLabel('Name').fill('Password Grant')
    expect(await page.getByLabel('Redirect URL').isVisible()).toBe(false)
    await page.getByLabel('Enable Password Grant').check()
    await page.getByRole('button', { name: 'Save' }).click()
    expect(await page.getByText('The auth client was created.').isVisible()).toBe(true)
    const columns = ['Client ID', 'Name', 'Redirect', 'Client Secret', 'Actions']
    expect(await page.getByRole('columnheader').allTextContents()).toEqual(columns)
    const cells = await rowOf(page, 'Password Grant').getByRole('cell').allTextContents()
    expect(cells[0]).toMatch(/^[1-9]\d*$/)

    await rowOf(page, 'Password Grant').getByTitle('Copy Client Secret To Clipboard').click()
    await page.getByText('The client secret was copied.').waitFor()
    const secret = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(secret).toMatch(/^[A-Za-z0-9]{40}$/)
    expect(cells[3]).toContain(`${secret.slice(0, 10)}...`)
    const answer = await token(server(), {
      grant_type: 'password',
      client_id: cells[0] ?? '',
      client_secret: secret,
      username: 'ada',
      password: PASSWORD,
    })
    expect(answer.status).toBe(200)
  })

  it('without JavaScript, the same, and the secret can be shown and read', async () => {
    const page = await newPage(false)
    await page.goto(`${server().url}/admin/auth-clients/create`)
    await signIn(page, 'root')
    await page.getByLabel('Name').fill('By hand')
    await page.getByLabel('Enable Authorization Code Grant').check()
    await page.getByLabel('Redirect URL').fill(callback)
    await page.getByRole('button', { name: 'Save' }).click()
    const row = rowOf(page, 'By hand')
    expect(await row.getByTitle('Copy Client Secret To Clipboard').isVisible()).toBe(false)
    await row.locator('summary').click()
    expect(await row.locator('details > code').innerText()).toMatch(/^[A-Za-z0-9]{40}$/)
    expect((await row.getByRole('cell').allTextContents())[2]).toBe(`${callback.slice(0, 20)}...`)
  })

  it('a mistake is named where it was made, and what was typed stays', async () => {
    const page = await newPage()
    await page.goto(`${server().url}/admin/auth-clients/create`)
    await signIn(page, 'root')
    await page.getByLabel('Name').fill('Nothing chosen')
    await page.getByRole('button', { name: 'Save' }).click()
    expect(await page.getByRole('alert').textContent()).toBe('The Types field is required.')
    expect(await page.getByLabel('Name').inputValue()).toBe('Nothing chosen')
  })

  it('an admin searches, edits, and deletes from the screen (12); the tokens stop working', async () => {
    const client = await makeClient(server(), ['password_client'], { name: 'Short-lived' })
    const user = await server().createUser({ password: PASSWORD })
    const form = { grant_type: 'password', ...credentials(client), username: user.username, password: PASSWORD }
    const { access_token } = (await token(server(), form)).body
    const page = await newPage()
    await page.goto(`${server().url}/admin/auth-clients`)
    await signIn(page, 'root')
    await page.getByLabel('Search').fill('short-l')
    await page.getByRole('button', { name: 'Search' }).click()
    expect(await page.getByRole('row').count()).toBe(2)
    await page.getByRole('link', { name: 'Edit Auth Client Short-lived' }).click()
    await page.getByLabel('Name').fill('Short-lived still')
    await page.getByRole('button', { name: 'Save' }).click()
    expect(await page.getByText('The auth client was saved.').isVisible()).toBe(true)
    await page.getByRole('link', { name: 'Delete Auth Client Short-lived still' }).click()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Caution!')
    await page.getByRole('button', { name: 'Confirm' }).click()
    expect(await page.getByText('The auth client was deleted.').isVisible()).toBe(true)
    expect(await rowOf(page, 'Short-lived').count()).toBe(0)
    expect(await probe(server(), access_token, user.id)).toBe(401)
    expect((await token(server(), form)).status).toBe(401)
  })

  it('nobody but an admin sees the clients', async () => {
    await makeClient(server(), ['password_client'], { name: 'Hidden one' })
    const page = await newPage()
    await page.goto(`${server().url}/admin/auth-clients`)
    await signIn(page, 'ada')
    expect(await page.content()).not.toContain('Hidden one')
    const answered = await page.goto(`${server().url}/admin/auth-clients/create`)
    expect(answered?.status()).toBe(403)
  })

  describe.each([true, false])('10. the consent page, with JavaScript: %s', (javaScriptEnabled) => {
    const open = async (more: Readonly<Record<string, string>> = {}) => {
      const client = await makeClient(server(), ['authorization_code_grant'], { name: 'Reports', redirect: callback })
      const page = await newPage(javaScriptEnabled)
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: String(client.id),
        redirect_uri: callback,
        state: 's&1',
        ...more,
      })
      await page.goto(`${server().url}/oauth/authorize?${query}`)
      await signIn(page, 'ada')
      return { page, client }
    }
    const members = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams)

    it('Authorize leads back with a code and the state, and the code gives four members', async () => {
      const { page, client } = await open()
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Authorization Request')
      expect(await page.getByText('Reports is requesting permission to access your account.').isVisible()).toBe(true)
      for (const name of ['state', 'client_id', 'auth_token'])
        expect(await page.locator(`form [name=${name}]`).count()).toBe(2)
      await page.getByRole('button', { name: 'Authorize' }).click()
      await page.waitForURL(`${callback}?*`)
      expect(members(page)).toEqual({ state: 's&1', code: expect.any(String) })
      const form = { grant_type: 'authorization_code', ...credentials(client), redirect_uri: callback }
      const { status, body } = await token(server(), { ...form, code: members(page).code ?? '' })
      expect([status, Object.keys(body)]).toEqual([200, ['token_type', 'expires_in', 'access_token', 'refresh_token']])
      const again = await token(server(), { ...form, code: members(page).code ?? '' })
      expect([again.status, again.body.hint]).toEqual([400, 'Authorization code has been revoked'])
    })

    it('Cancel leads back with access_denied in that system’s words', async () => {
      const { page } = await open()
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.waitForURL(`${callback}?*`)
      const said = 'The resource owner or authorization server denied the request.'
      expect(members(page)).toEqual({
        state: 's&1',
        error: 'access_denied',
        error_description: said,
        hint: 'The user denied the request',
        message: said,
      })
    })

    it('prompt=login asks for the password again, once', async () => {
      const { page } = await open({ prompt: 'login' })
      await page.getByRole('button', { name: 'Authorize' }).click()
      await page.waitForURL(`${callback}?*`)
      expect(members(page)).toMatchObject({ code: expect.any(String) })
    })
  })
})
