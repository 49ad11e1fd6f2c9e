import type { Browser as Chromium, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deviceCode } from '../../plugins/device-code/index.ts'
import { DEVICE_GRANT, type RequestedDevice } from '../plugins/device-flow.ts'
import { launchChromium } from '../support/chromium.ts'
import { describeEachServer } from '../support/server.ts'
import { type Browser, browse } from './browse.ts'

const PASSWORD = 'correct horse battery'
const TV = 'Mozilla/5.0 (Linux; Android 12; BRAVIA 4K) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36'
const NOTHING_WAITS = 'Nothing waits for this code.'
const GUESSES = 10_000

let chromium: Chromium
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

describeEachServer(
  'the page of devices (RFC 8628 §3.3)',
  () => ({ plugins: [deviceCode()], config: { http: { trustedProxies: 1 } } }),
  (server) => {
    let clientId: string
    beforeAll(async () => {
      await server().createUser({ username: 'ada', password: PASSWORD })
      const { app } = await server().createApp({ name: 'Weather', type: 'public', grants: [DEVICE_GRANT] })
      clientId = app.clientId
    })

    const request = async (address = '127.0.0.1') => {
      const headers = { 'user-agent': TV, 'x-forwarded-for': address }
      const answer = await server().form('/oauth/device_authorization', { client_id: clientId }, headers)
      return (await answer.json()) as RequestedDevice
    }
    const poll = async (device_code: string) =>
      (await server().form('/oauth/token', { grant_type: DEVICE_GRANT, client_id: clientId, device_code })).json()
    const person = async (): Promise<Browser> => {
      const browser = browse(server())
      await browser.signIn(await server().createUser())
      return browser
    }
    /** What somebody is shown who types a code; they come from a network of their own. */
    const type = async (browser: Browser, user_code: string, address = '203.0.113.7') => {
      const csrf_token = await browser.csrf('/device')
      return browser.post('/device', { csrf_token, user_code }, { 'x-forwarded-for': address })
    }

    describe.each([true, false])('in a real browser, with JavaScript: %s', (javaScriptEnabled) => {
      const open = async (url: string): Promise<{ page: Page; complaints: string[] }> => {
        const context = await chromium.newContext({ javaScriptEnabled, viewport: { width: 390, height: 760 } })
        const page = await context.newPage()
        const complaints: string[] = []
        page.on('console', (message) => complaints.push(message.text()))
        page.on('pageerror', (error) => complaints.push(String(error)))
        await page.goto(url)
        return { page, complaints }
      }
      const signIn = async (page: Page) => {
        await page.getByLabel('Your user name').fill('ada')
        await page.getByLabel('Your password').fill(PASSWORD)
        await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      }
      const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent()

      it('a person signs in, types the code, reads who asks from where, and approves; the device gets its token', async () => {
        const device = await request()
        const { page, complaints } = await open(device.verification_uri)
        await signIn(page)
        expect(await heading(page)).toBe('Connect a device')
        const field = page.getByLabel('Code')
        await page.locator('input:focus').waitFor()
        expect(await field.getAttribute('autocapitalize')).toBe('characters')
        await field.fill(device.user_code.toLowerCase().replace('-', ' '))
        await page.getByRole('button', { name: 'Continue' }).click()
        expect(await heading(page)).toBe('Weather asks for access')
        const shown = await page.locator('main').innerText()
        expect(shown).toContain('Chrome on Android')
        expect(shown).toContain('127.0.0.1')
        expect(shown).toContain('Read your things')
        await page.getByRole('button', { name: 'Approve' }).click()
        expect(await heading(page)).toBe('You approved Weather')
        expect(await page.locator('main').innerText()).toContain('go back to your device')
        expect(await poll(device.device_code)).toMatchObject({ scope: 'read write' })
        expect(complaints).toEqual([])
        await page.context().close()
      })

      it('who comes by the complete URI compares the code first, and denies', async () => {
        const device = await request()
        const { page, complaints } = await open(device.verification_uri_complete)
        await signIn(page)
        expect(await heading(page)).toBe('Does your device show this code?')
        expect(await page.locator('main code').textContent()).toBe(device.user_code)
        expect(await poll(device.device_code)).toMatchObject({ error: 'authorization_pending' })
        await page.getByRole('button', { name: 'Yes', exact: true }).click()
        await page.getByRole('button', { name: 'Deny' }).click()
        expect(await heading(page)).toBe('You denied Weather')
        expect(await poll(device.device_code)).toMatchObject({ error: 'access_denied' })
        expect(complaints).toEqual([])
        await page.context().close()
      })

      it('who sees another code on the device types that one', async () => {
        const { page } = await open(`${server().url}/device?user_code=BCDF-GHJK`)
        await signIn(page)
        await page.getByRole('link', { name: 'No', exact: true }).click()
        expect(await heading(page)).toBe('Connect a device')
        await page.context().close()
      })

      it('who is somebody else signs out, signs in as who they are, and decides', async () => {
        const { username } = await server().createUser({ username: `grace-${javaScriptEnabled}`, password: PASSWORD })
        const device = await request()
        const { page } = await open(device.verification_uri_complete)
        await signIn(page)
        await page.getByRole('button', { name: 'Yes', exact: true }).click()
        await page.getByRole('button', { name: 'Not you?' }).click()
        await page.getByLabel('Your user name').fill(username)
        await page.getByLabel('Your password').fill(PASSWORD)
        await page.getByRole('button', { name: 'Sign in', exact: true }).click()
        expect(await page.locator('.who').innerText()).toContain(username)
        await page.getByRole('button', { name: 'Approve' }).click()
        expect(await poll(device.device_code)).toHaveProperty('access_token')
        await page.context().close()
      })
    })

    it('asks who one is before any code: the link leads through the sign-in with the code in it', async () => {
      const device = await request()
      const nobody = browse(server())
      const response = await nobody.get(`/device?user_code=${device.user_code}`)
      const location = new URL(response.headers.get('location') ?? '')
      expect([response.status, location.pathname]).toEqual([303, '/sign-in'])
      expect(location.searchParams.get('return_to')).toBe(`/device?user_code=${device.user_code}`)
      const csrf_token = await nobody.csrf('/sign-in')
      const posted = await nobody.post('/device', { csrf_token, user_code: device.user_code })
      expect(new URL(posted.headers.get('location') ?? '').pathname).toBe('/sign-in')
    })

    it('a link by itself looks nothing up and changes nothing: only the form does', async () => {
      const device = await request()
      for (const code of [device.user_code, 'BBBB-BBBB']) {
        const page = await (await (await person()).get(`/device?user_code=${code}`)).text()
        expect(page).toContain('Does your device show this code?')
      }
      expect((await type(await person(), device.user_code)).status).toBe(303)
    })

    it('what is no code is not repeated from a link, and is escaped where it was typed', async () => {
      const browser = await person()
      const junk = '"><script>alert(1)</script>'
      const linked = await browser.get(`/device?${new URLSearchParams({ user_code: junk })}`)
      expect([linked.status, await linked.text()]).toEqual([200, expect.not.stringContaining('alert')])
      const typed = await type(browser, junk)
      expect([typed.status, await typed.text()]).toEqual([422, expect.not.stringContaining('<script>')])
    })

    it('says the same of a code that is unknown, another’s, decided or over', async () => {
      const [anothers, decided, over] = [await request(), await request(), await request()]
      await type(await person(), anothers.user_code)
      const decider = await person()
      const approve = await type(decider, decided.user_code)
      await decider.decide(new URL(approve.headers.get('location') ?? '').pathname, 'approve')
      const says = async (browser: Browser, code: string) => {
        const response = await type(browser, code, '198.51.100.7')
        return [response.status, (await response.text()).includes(NOTHING_WAITS)]
      }
      const browser = await person()
      for (const code of ['BBBB-BBBB', anothers.user_code, decided.user_code]) {
        expect(await says(browser, code)).toEqual([422, true])
      }
      expect(await says(decider, decided.user_code)).toEqual([422, true])
      server().clock.pass({ seconds: 601 })
      expect(await says(await person(), over.user_code)).toEqual([422, true])
    })

    it('who decides is told whether the device is in their network (§5.4)', async () => {
      const shown = async (from: string, here: string) => {
        const device = await request(from)
        const browser = await person()
        const found = await type(browser, device.user_code, here)
        const { pathname } = new URL(found.headers.get('location') ?? '')
        return (await browser.get(pathname, { 'x-forwarded-for': here })).text()
      }
      expect(await shown('203.0.113.9', '203.0.113.200')).toContain('203.0.113.9 (your network)')
      expect(await shown('198.51.100.9', '203.0.113.200')).toContain('198.51.100.9 (not your network)')
    })

    it('a second person who has the link to the request sees that it was decided, and not how', async () => {
      const device = await request()
      const [first, second] = [await person(), await person()]
      const { pathname } = new URL((await type(first, device.user_code)).headers.get('location') ?? '')
      await first.decide(pathname, 'deny')
      expect(await (await second.get(pathname)).text()).toContain('This was decided already')
      const late = await second.decide(pathname, 'approve')
      expect(late.status).toBe(409)
      expect(await poll(device.device_code)).toMatchObject({ error: 'access_denied' })
    })

    it('two people who decide at once: one decision counts, the other reads that it was made', async () => {
      for (let round = 0; round < 10; round++) {
        const device = await request()
        const [one, other] = [await person(), await person()]
        const { pathname } = new URL((await type(one, device.user_code)).headers.get('location') ?? '')
        const [yes, no] = await Promise.all([one.decide(pathname, 'approve'), other.decide(pathname, 'deny')])
        expect([yes.status, no.status].sort()).toEqual([303, 409])
        const answer = await poll(device.device_code)
        expect(answer).toMatchObject(yes.status === 303 ? { token_type: 'Bearer' } : { error: 'access_denied' })
      }
    })

    it(`${GUESSES} guesses get nowhere: 5 are looked up, then even the right one is refused, for nobody else (DV-06)`, async () => {
      const device = await request()
      const mallory = await person()
      const csrf_token = await mallory.csrf('/device')
      const letters = 'BCDFGHJKLMNPQRSTVWXZ'
      const guess = (number: number) => {
        const digits = Array.from({ length: 8 }, (_, place) => letters[Math.floor(number / 20 ** place) % 20])
        return mallory.post(
          '/device',
          { csrf_token, user_code: digits.join('') },
          { 'x-forwarded-for': `192.0.2.${number % 256}` },
        )
      }
      const statuses: number[] = []
      for (let start = 0; start < GUESSES; start += 50) {
        const batch = Array.from({ length: 50 }, async (_, index) => {
          const response = await guess(start + index)
          await response.text()
          return response.status
        })
        statuses.push(...(await Promise.all(batch)))
      }
      const count = (status: number) => statuses.filter((each) => each === status).length
      expect([count(422), count(429)]).toEqual([5, GUESSES - 5])
      const right = await mallory.post('/device', { csrf_token, user_code: device.user_code })
      expect([right.status, Number(right.headers.get('retry-after')) > 0]).toEqual([429, true])
      expect((await type(await person(), device.user_code, '192.0.2.9')).status).toBe(303)
    }, 180_000)
  },
)
