import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { decodeJwt } from 'jose'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../../support/chromium.ts'
import { needProgram } from '../../support/programs.ts'
import { describeEachServer } from '../../support/server.ts'
import { deployment, NOBODY } from './gridless.ts'

const PASSWORD = 'correct horse battery'

/** What the page "Authorize Clients" of Gridless prints, letter for letter. */
const PRINTED = {
  panel: '/_gridless/developers',
  ask: '/_gridless/authorize?client_id=AQUA-CLIENTID&scopes=SCOPES&response_type=code',
  open: '/_gridless/authorize?client_id=AQUA-CLIENTID&code=AUTHCODE&grant_type=code',
  claim: '/_gridless/claimtoken?client_id=AQUA-CLIENTID&code=AUTHCODE',
}

/** Fills in what the page leaves to its reader. */
function filled(
  printed: string,
  { clientId, code = '' }: { readonly clientId: string; readonly code?: string },
): string {
  return printed.replace('AQUA-CLIENTID', clientId).replace('SCOPES', 'user.read,flow.list').replace('AUTHCODE', code)
}

let chromium: Browser
let curl: string
beforeAll(async () => {
  chromium = await launchChromium()
  curl = await needProgram({ title: 'curl', names: ['curl'], debianPackages: ['curl'] })
})
afterAll(() => chromium.close())

describeEachServer('who follows the page of Gridless', deployment, (server) => {
  let count = 0
  beforeAll(async () => {
    await server().createUser({ username: 'ada', password: PASSWORD })
  })

  /** `curl -X POST`, and what came back. */
  const post = async (path: string): Promise<{ readonly status: number; readonly body: Record<string, string> }> => {
    const given = ['-sS', '-X', 'POST', '-w', '\n%{http_code}', server().url + path]
    const { stdout } = await promisify(execFile)(curl, given)
    const lines = stdout.split('\n')
    return { status: Number(lines.pop()), body: JSON.parse(lines.join('\n')) as Record<string, string> }
  }

  const openPage = async (path: string, javaScriptEnabled = false): Promise<Page> => {
    const page = await (await chromium.newContext({ javaScriptEnabled })).newPage()
    await page.goto(server().url + path)
    return page
  }
  const logIn = async (page: Page) => {
    await page.getByLabel('Username').fill('ada')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Log in' }).click()
  }
  const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent()

  /** The five steps of the panel. */
  const createApplication = async (page: Page, type: RegExp = /Client/) => {
    const name = `Demo ${++count}`
    await page.getByRole('button', { name: 'New' }).click()
    await page.getByLabel('Name').fill(name)
    await page.getByLabel(type).check()
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('navigation').getByRole('link', { name, exact: true }).click()
    return { name, clientId: await page.getByLabel('Client ID').inputValue() }
  }

  it.each([false, true])(
    'is asked to log in, comes back to the panel, and makes an app (JavaScript: %s)',
    async (on) => {
      const page = await openPage(PRINTED.panel, on)
      expect(new URL(page.url()).pathname).toBe('/_gridless/login')
      await logIn(page)
      expect(new URL(page.url()).pathname).toBe(PRINTED.panel)
      expect((await createApplication(page)).clientId).toMatch(/^AQUA-[0-9a-f]{72}$/)
      await page.context().close()
    },
  )

  it('has a person allow an app and claims its token by the commands as they are printed', async () => {
    const page = await openPage(PRINTED.panel)
    await logIn(page)
    const { name, clientId } = await createApplication(page)
    const asked = await post(filled(PRINTED.ask, { clientId }))
    expect(asked).toEqual({ status: 200, body: { code: expect.any(String) } })
    const { code } = asked.body
    const known = { clientId, code: code ?? '' }
    expect(await post(filled(PRINTED.claim, known))).toEqual({ status: 401, body: { error: NOBODY } })

    await page.goto(server().url + filled(PRINTED.open, known))
    expect(await heading(page)).toBe(`Authorize ${name}`)
    const listed = await page.getByRole('listitem').allTextContents()
    expect(listed).toContain('Use your email address and phone number')
    expect(listed).toContain('Discover your public and private Flows')
    expect(await page.getByRole('button', { name: 'Deny' }).isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Allow' }).click()
    expect(await page.getByText('Return to your app to complete login.').isVisible()).toBe(true)

    const claimed = await post(filled(PRINTED.claim, known))
    expect(claimed).toEqual({ status: 200, body: { token: expect.any(String) } })
    expect(decodeJwt(claimed.body.token ?? '')).toMatchObject({
      client_id: clientId,
      scopes: ['user.read', 'flow.list'],
    })
    expect(await post(filled(PRINTED.claim, known))).toEqual({ status: 401, body: { error: NOBODY } })
    await page.context().close()
  })

  it('logs in where the link of the app leads, and is back at the question; Deny gives nothing', async () => {
    const developer = await openPage(PRINTED.panel)
    await logIn(developer)
    const { name, clientId } = await createApplication(developer)
    await developer.context().close()
    const { code = '' } = (await post(filled(PRINTED.ask, { clientId }))).body
    const page = await openPage(filled(PRINTED.open, { clientId, code }))
    await logIn(page)
    expect(await heading(page)).toBe(`Authorize ${name}`)
    await page.getByRole('button', { name: 'Deny' }).click()
    expect(await page.getByText(`${name} was denied access to your account.`).isVisible()).toBe(true)
    expect(await post(filled(PRINTED.claim, { clientId, code }))).toEqual({ status: 401, body: { error: NOBODY } })
    await page.context().close()
  })

  it('meets each error of the page', async () => {
    const page = await openPage(PRINTED.panel)
    await logIn(page)
    const { clientId } = await createApplication(page)
    const bot = await createApplication(page, /Bot/)
    const claim = (id: string, code?: string) => post(filled(PRINTED.claim, { clientId: id, ...(code && { code }) }))
    expect(await claim('AQUA-nobody', 'x')).toEqual({ status: 404, body: { error: 'Client ID does not exist.' } })
    expect(await claim(bot.clientId, 'x')).toEqual({
      status: 501,
      body: { error: `${bot.name} is a bot. Bot authorization is not supported yet.` },
    })
    expect(await claim(clientId)).toEqual({ status: 400, body: { error: 'No authorization code given.' } })
    expect(await claim(clientId, 'abc')).toEqual({ status: 400, body: { error: 'jwt malformed' } })
    await page.context().close()
  })

  it('changes an app in the panel, resets its client ID, and deletes it when asked again', async () => {
    const page = await openPage(PRINTED.panel)
    await logIn(page)
    const { clientId } = await createApplication(page)
    await page.getByLabel('Name').fill('Renamed')
    await page.getByLabel('Redirect URIs (one per line)').fill('https://app.example/one\nhttps://app.example/two')
    await page.getByLabel('Avatar URL').fill('https://app.example/face.png')
    await page.getByRole('button', { name: 'Save' }).click()
    expect(await page.getByLabel('Name').inputValue()).toBe('Renamed')
    expect(await page.getByLabel('Redirect URIs').inputValue()).toBe('https://app.example/one\nhttps://app.example/two')
    expect(await page.getByLabel('Avatar URL').inputValue()).toBe('https://app.example/face.png')
    await page.getByLabel('Redirect URIs (one per line)').fill('javascript:alert(1)')
    await page.getByRole('button', { name: 'Save' }).click()
    expect(await page.getByRole('alert').textContent()).toBe('A redirect URI of this scheme is not safe.')
    await page.getByRole('button', { name: 'Reset' }).click()
    expect(await page.getByLabel('Client ID').inputValue()).not.toBe(clientId)
    expect((await post(filled(PRINTED.claim, { clientId, code: 'x' }))).status).toBe(404)
    const present = await page.getByLabel('Client ID').inputValue()
    await page.getByRole('link', { name: 'Delete' }).click()
    expect(await page.getByText('Delete Renamed?').isVisible()).toBe(true)
    await page.getByRole('link', { name: 'No' }).click()
    await page.getByRole('link', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Delete' }).click()
    expect(new URL(page.url()).pathname).toBe(PRINTED.panel)
    expect(await page.getByRole('link', { name: 'Renamed' }).count()).toBe(0)
    expect((await post(filled(PRINTED.claim, { clientId: present, code: 'x' }))).status).toBe(404)
    await page.context().close()
  })
})
