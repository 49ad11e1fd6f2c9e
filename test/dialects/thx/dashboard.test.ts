import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PASSWORD } from '../../clients/site.ts'
import { browse } from '../../pages/browse.ts'
import { launchChromium } from '../../support/chromium.ts'
import { basic } from '../../support/server.ts'
import { CALLBACK, describeThx, token } from './support.ts'

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

const GRANT = { grant_type: 'client_credentials', scope: 'openid admin' }

describeThx('the dashboard, in a real browser', (server) => {
  beforeAll(() => server().core.settings.write('password-sign-in.signUp', true))

  async function signUp(username: string): Promise<Page> {
    const page = await (await chromium.newContext()).newPage()
    await page.goto(`${server().url}/signup`)
    await page.getByLabel('user name').fill(username)
    for (const field of await page.locator('input[type=password]').all()) await field.fill(PASSWORD)
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL('**/dashboard')
    return page
  }

  const press = async (page: Page, name: string) => {
    await page.getByRole('button', { name, exact: true }).click()
    await page.waitForLoadState()
  }
  const credentials = async (page: Page) => {
    const [clientId = '', clientSecret = ''] = await page.locator('code.code').allInnerTexts()
    return { clientId, clientSecret, basic: basic(clientId, clientSecret) }
  }
  const statusOf = async (app: { readonly basic: string }) => (await token(server(), GRANT, app)).status

  async function registerBackend(page: Page, name: string) {
    await page.getByRole('link', { name: 'Register an application' }).click()
    await page.getByLabel('Name').fill(name)
    await press(page, 'Register')
    return credentials(page)
  }

  it('signs up, registers an application, sees its secret once, and gets a token', async () => {
    const page = await signUp('ada')
    await page.getByText('You have no application yet.').waitFor()
    const app = await registerBackend(page, 'Loyalty')
    expect([app.clientId, app.clientSecret]).toEqual([
      expect.stringMatching(/^[\w-]{21}$/),
      expect.stringMatching(/^[\w-]{86}$/),
    ])
    expect(await statusOf(app)).toBe(200)

    await page.goto(`${server().url}/dashboard`)
    expect(await page.content()).not.toContain(app.clientSecret)
    await page.getByRole('link', { name: 'Open Loyalty' }).click()
    await page.getByText(app.clientId).waitFor()
    expect(await page.content()).not.toContain(app.clientSecret)
    await page.context().close()
  })

  it('a new secret, with the present one working or not, and the end of an application', async () => {
    const page = await signUp('grace')
    const first = await registerBackend(page, 'Loyalty')
    await page.getByRole('link', { name: 'Go to the application' }).click()
    await press(page, 'New secret')
    const second = await credentials(page)
    expect([await statusOf(first), await statusOf(second)]).toEqual([200, 200])

    await page.getByRole('link', { name: 'Go to the application' }).click()
    await page.getByRole('checkbox').check()
    await press(page, 'New secret')
    const third = await credentials(page)
    expect([await statusOf(first), await statusOf(second), await statusOf(third)]).toEqual([401, 401, 200])

    await page.getByRole('link', { name: 'Go to the application' }).click()
    await page.getByRole('link', { name: 'Delete this application' }).click()
    await press(page, 'Delete')
    await page.getByText('You have no application yet.').waitFor()
    expect(await statusOf(third)).toBe(401)
    await page.context().close()
  })

  it('a wallet needs a redirect URI, and says so beside what was typed', async () => {
    const page = await signUp('alan')
    await page.goto(`${server().url}/dashboard/applications/new`)
    await page.getByLabel('Name').fill('Pocket')
    await page.getByRole('radio', { name: 'Wallet' }).check()
    await press(page, 'Register')
    await page.getByRole('alert').getByText('redirect URI').waitFor()
    expect(await page.getByLabel('Name').inputValue()).toBe('Pocket')
    await page.getByLabel('Redirect URIs').fill(CALLBACK)
    await press(page, 'Register')
    const { clientId } = await credentials(page)
    expect(await server().core.apps.byClientId(clientId)).toMatchObject({
      app: { dialect: 'thx', redirectUris: [CALLBACK], scopes: ['openid', 'user', 'email', 'offline_access'] },
    })
    await page.context().close()
  })

  it('is for who is signed in, and nobody sees what another person registered', async () => {
    const stranger = browse(server())
    const signedOut = await stranger.get('/dashboard')
    expect([signedOut.status, signedOut.headers.get('location')]).toEqual([
      303,
      `${server().issuer}/sign-in?return_to=%2Fdashboard`,
    ])
    const owner = await server().createUser()
    const { app } = await server().createApp({ name: 'Theirs', dialect: 'thx', scopes: [] }, owner)
    await stranger.signIn(await server().createUser())
    const csrf_token = await stranger.csrf('/dashboard/applications/new')
    const path = `/dashboard/applications/${app.id}`
    const tries = [
      await stranger.get(path),
      await stranger.get(`${path}/delete`),
      await stranger.post(`${path}/delete`, { csrf_token }),
      await stranger.post(`${path}/secret`, { csrf_token }),
    ]
    expect(tries.map(({ status }) => status)).toEqual([404, 404, 404, 404])
    expect(await (await stranger.get('/dashboard')).text()).not.toContain('Theirs')
  })

  it('what is typed is shown as text', async () => {
    const browser = browse(server())
    const user = await server().createUser()
    await browser.signIn(user)
    await server().createApp({ name: '<b>bold</b>', dialect: 'thx', scopes: [] }, user)
    const page = await (await browser.get('/dashboard')).text()
    expect(page).toContain('&lt;b&gt;bold')
    expect(page).not.toContain('<b>bold')
  })
})
