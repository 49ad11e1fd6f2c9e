import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findProfile } from '../../src/operations/find-profile.ts'
import { updateProfile } from '../../src/operations/update-profile.ts'
import type { User } from '../../src/users/user.ts'
import { launchChromium } from '../support/chromium.ts'
import { describeEachServer } from '../support/server.ts'
import { browse, csrfIn } from './browse.ts'

const PATH = '/account/profile'
const PASSWORD = 'correct horse battery'
const OPERATOR = { id: undefined, role: 'admin' } as const

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

describeEachServer(
  'the profile page',
  () => ({}),
  (server) => {
    const somebody = async () => {
      const user = await server().createUser()
      const browser = browse(server())
      await browser.signIn(user)
      const save = async (fields: Record<string, string>) =>
        browser.post(PATH, { csrf_token: await browser.csrf(PATH), ...fields })
      return { user, browser, save, profile: () => findProfile(server().core, user.id) }
    }

    it('asks for a sign-in first, and comes back', async () => {
      const response = await server().fetch(PATH)
      expect([response.status, response.headers.get('location')]).toEqual([
        303,
        `${server().issuer}/sign-in?return_to=%2Faccount%2Fprofile`,
      ])
      const browser = browse(server())
      const csrf_token = await browser.csrf('/sign-in')
      expect((await browser.post(PATH, { csrf_token, name: 'x' })).headers.get('location')).toContain('/sign-in')
    })

    it('takes no form without its CSRF field, or of another site', async () => {
      const { browser, profile } = await somebody()
      const csrf_token = await browser.csrf(PATH)
      expect((await browser.post(PATH, { name: 'x' })).status).toBe(403)
      expect((await browser.post(PATH, { name: 'x', csrf_token: 'x' })).status).toBe(403)
      const evil = { origin: 'https://evil.example' }
      expect((await browser.post(PATH, { name: 'x', csrf_token }, evil)).status).toBe(403)
      expect(await profile()).not.toHaveProperty('name')
    })

    it('is linked from the account page', async () => {
      const { browser } = await somebody()
      expect(await (await browser.get('/account')).text()).toContain('<a href="/account/profile">Your profile</a>')
    })

    it('keeps what a form has no field for, and takes away what is empty', async () => {
      const { browser, save, profile } = await somebody()
      expect((await save({ name: 'Ada', email: 'ada@example.com', locality: 'London' })).status).toBe(303)
      const saved = await save({ name: '', nickname: 'A' })
      expect(saved.headers.get('location')).toBe(`${server().issuer}${PATH}?saved`)
      expect(await (await browser.get(`${PATH}?saved`)).text()).toContain('Your profile was saved.')
      expect(await profile()).toMatchObject({
        nickname: 'A',
        email: 'ada@example.com',
        address: { locality: 'London' },
      })
      expect(await profile()).not.toHaveProperty('name')
    })

    it('shows a mistake at its field, with everything as it was typed, and stores nothing', async () => {
      const { save, profile } = await somebody()
      const response = await save({ name: 'Ada', website: 'javascript:alert(1)', postal_code: 'SW1Y' })
      const page = await response.text()
      expect(response.status).toBe(422)
      expect(page).toContain('Website: A web address begins with https://')
      expect(page).toMatch(/<input id="website"[^>]* aria-invalid="true"[^>]* value="javascript:alert\(1\)">/)
      expect(page).toMatch(/<input id="name"[^>]* value="Ada">/)
      expect(page).toMatch(/<input id="postal_code"[^>]* value="SW1Y">/)
      expect(await profile()).not.toHaveProperty('name')
    })

    it('escapes what it shows, in attributes and between tags', async () => {
      const { browser, save } = await somebody()
      await save({ name: '"><script>alert(1)</script>', street_address: '</textarea><script>alert(1)</script>' })
      const page = await (await browser.get(PATH)).text()
      expect(page).not.toContain('<script')
      expect(page).not.toContain('</textarea><')
    })

    it('shows no picture: the policy of the page lets none be loaded, and nothing of it is in the page but its address', async () => {
      const { browser, save } = await somebody()
      await save({ picture: 'https://tracker.example/ada.jpg' })
      const response = await browser.get(PATH)
      expect(response.headers.get('content-security-policy')).toContain('img-src data:;')
      expect(await response.text()).not.toMatch(/<img|url\(/)
    })

    it('a person cannot say that their address is verified', async () => {
      const { browser, user, save, profile } = await somebody()
      const email = `${user.username}@example.com`
      await save({ email, email_verified: 'true', emailVerified: 'true' })
      expect(await profile()).toMatchObject({ email, emailVerified: false })
      expect(await (await browser.get(PATH)).text()).toContain('Not verified.')
      await updateProfile(server().core, OPERATOR, user.id, { emailVerified: true })
      expect(await (await browser.get(PATH)).text()).toContain('Verified by an administrator.')
      await save({ email: `other-${email}` })
      expect(await profile()).toMatchObject({ emailVerified: false })
    })

    it('shows and changes nothing of somebody else', async () => {
      const victim = await somebody()
      await victim.save({ name: 'The victim' })
      const { browser, save } = await somebody()
      expect(await (await browser.get(PATH)).text()).not.toContain('The victim')
      await save({ name: 'Taken', id: victim.user.id, user_id: victim.user.id })
      expect(await victim.profile()).toMatchObject({ name: 'The victim' })
    })

    it('bears a form that says nothing, and one that says something twice', async () => {
      const { browser, save, profile } = await somebody()
      const before = await profile()
      expect((await save({})).status).toBe(303)
      expect(await profile()).toEqual(before)
      const page = await (await browser.get(PATH)).text()
      const twice: [string, string][] = [
        ['csrf_token', csrfIn(page)],
        ['name', 'a'],
        ['name', 'b'],
      ]
      expect((await browser.post(PATH, twice)).status).toBe(400)
      expect(await profile()).toEqual(before)
    })

    describe('in a real browser without JavaScript', () => {
      const openPage = async (username: string): Promise<{ page: Page; user: User }> => {
        const user = await server().createUser({ username, password: PASSWORD })
        const context = await chromium.newContext({ javaScriptEnabled: false })
        const page = await context.newPage()
        await page.goto(`${server().url}${PATH}`)
        await page.getByLabel('Your user name').fill(username)
        await page.getByLabel('Your password').fill(PASSWORD)
        await page.getByRole('button', { name: 'Sign in', exact: true }).click()
        expect(page.url()).toBe(`${server().url}${PATH}`)
        return { page, user }
      }
      const save = (page: Page) => page.getByRole('button', { name: 'Save' }).click()

      it('a person tells of themselves, mends a mistake, and finds it all again', async () => {
        const { page, user } = await openPage('dora')
        await page.getByLabel('Full name').fill('Дора Ивановна 多拉')
        await page.getByLabel('Street and house').fill('\n12 St James’s Square\nFirst floor')
        await page.getByLabel('Date of birth').fill('10.12.1815')
        await save(page)
        expect(await page.getByRole('alert').textContent()).toContain('Date of birth: A birth date is YYYY-MM-DD')
        expect(await page.getByLabel('Date of birth').getAttribute('aria-invalid')).toBe('true')
        await page.getByLabel('Date of birth').fill('1815-12-10')
        await save(page)
        expect(await page.getByRole('status').textContent()).toBe('Your profile was saved.')
        await page.goto(`${server().url}${PATH}`)
        expect(await page.getByLabel('Full name').inputValue()).toBe('Дора Ивановна 多拉')
        expect(await page.getByLabel('Street and house').inputValue()).toBe('12 St James’s Square\nFirst floor')
        expect(await findProfile(server().core, user.id)).toMatchObject({ birthdate: '1815-12-10' })
        await page.context().close()
      })

      it('what is saved without a change changes nothing', async () => {
        const { page, user } = await openPage('elsa')
        await updateProfile(server().core, OPERATOR, user.id, {
          email: 'elsa@example.com',
          emailVerified: true,
          phoneNumber: '+442071838750',
          phoneNumberVerified: true,
          address: { formatted: 'a\nb', country: 'Norway' },
          zoneinfo: 'Asia/Kolkata',
        })
        await page.reload()
        const before = await findProfile(server().core, user.id)
        server().clock.pass({ seconds: 60 })
        await save(page)
        expect(await findProfile(server().core, user.id)).toEqual(before)
        await page.context().close()
      })

      it.each([320, 1440])('nothing runs over at a width of %i, with the longest names', async (width) => {
        const { page, user } = await openPage(`wide-${width}`)
        await updateProfile(server().core, OPERATOR, user.id, {
          name: 'W'.repeat(200),
          email: `${'w'.repeat(64)}@${'w'.repeat(60)}.example`,
          address: { formatted: 'W'.repeat(1000) },
        })
        await page.setViewportSize({ width, height: 800 })
        await page.reload()
        const card = await page.locator('main').boundingBox()
        expect((card?.x ?? 0) + (card?.width ?? 0)).toBeLessThanOrEqual(width)
        await page.context().close()
      })
    })
  },
)
