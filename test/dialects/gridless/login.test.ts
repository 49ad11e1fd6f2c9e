import { expect, it } from 'vitest'
import { gridless } from '../../../plugins/gridless/index.ts'
import { browse } from '../../pages/browse.ts'
import { describeEachServer, type TestServer } from '../../support/server.ts'
import { Gridless } from './gridless.ts'

const PASSWORD = 'correct horse battery'
const LOGIN = '/_gridless/login'
const REGISTER = '/_gridless/register'

/** Posts a form as the page at its path has it. */
async function submit(server: TestServer, path: string, fields: Record<string, string>) {
  const browser = browse(server)
  const csrf_token = await browser.csrf(path)
  const response = await browser.post(path, { csrf_token, ...fields })
  const said = /role="alert">([^<]+)</.exec(await response.text())?.[1]
  return { browser, status: response.status, said, location: response.headers.get('location') }
}

describeEachServer(
  'who logs in at Gridless',
  () => ({ plugins: [gridless()] }),
  (server) => {
    it('goes back to the question of the app', async () => {
      const user = await server().createUser({ password: PASSWORD })
      const app = await new Gridless(server()).createClient()
      const question = new Gridless(server()).question(app, await new Gridless(server()).code(app))
      const asked = await server().fetch(question)
      expect(asked.status).toBe(303)
      const login = new URL(asked.headers.get('location') ?? '')
      expect(login.pathname).toBe(LOGIN)
      const redirect_url = login.searchParams.get('redirect_url') ?? ''
      const { browser, status, location } = await submit(server(), LOGIN, {
        username: user.username,
        password: PASSWORD,
        redirect_url,
      })
      expect([status, location]).toEqual([303, server().url + question])
      expect(await (await browser.get(question)).text()).toContain(`Authorize ${app.name}`)
    })

    it('is never sent to another site (RFC 9700 §4.11)', async () => {
      const { username } = await server().createUser({ password: PASSWORD })
      for (const redirect_url of [
        'https://evil.example/',
        '//evil.example',
        '/\\evil.example',
        'javascript:alert(1)',
      ]) {
        const { location } = await submit(server(), LOGIN, { username, password: PASSWORD, redirect_url })
        expect(location).toBe(`${server().url}/`)
      }
      expect((await submit(server(), LOGIN, { username, password: PASSWORD })).location).toBe(
        `${server().url}/_gridless/success`,
      )
    })

    it('hears the same of a wrong password and an unknown name: 403 (RFC 9700 §4.7)', async () => {
      const { username } = await server().createUser({ password: PASSWORD })
      const wrong = await submit(server(), LOGIN, { username, password: 'something else' })
      const unknown = await submit(server(), LOGIN, { username: 'nobody', password: PASSWORD })
      expect([wrong.status, wrong.said]).toEqual([403, 'Username or password is incorrect.'])
      expect([unknown.status, unknown.said]).toEqual([wrong.status, wrong.said])
    })

    it('is known in that browser from then on, as after the sign-in page', async () => {
      const { username } = await server().createUser({ password: PASSWORD })
      const { browser } = await submit(server(), LOGIN, { username, password: PASSWORD })
      expect([...browser.cookies.keys()].sort()).toEqual(['grantql-browser', 'grantql-device', 'grantql-session'])
    })

    it('waits after too many guesses, and so does a right one from elsewhere: 429', async () => {
      const { username } = await server().createUser({ password: PASSWORD })
      let last = { status: 0 }
      for (let guess = 0; guess < 30 && last.status !== 429; guess++)
        last = await submit(server(), LOGIN, { username, password: `guess ${guess}` })
      expect(last.status).toBe(429)
      expect((await submit(server(), LOGIN, { username, password: PASSWORD })).status).toBe(429)
    })

    it('logs out again', async () => {
      const { username } = await server().createUser({ password: PASSWORD })
      const { browser } = await submit(server(), LOGIN, { username, password: PASSWORD })
      const csrf_token = await browser.csrf('/_gridless/logout')
      expect((await browser.post('/_gridless/logout', { csrf_token })).status).toBe(303)
      expect(browser.cookies.has('grantql-session')).toBe(false)
      expect((await browser.get('/_gridless/developers')).status).toBe(303)
    })
  },
)

describeEachServer(
  'who registers at Gridless',
  () => ({ plugins: [gridless()] }),
  (server) => {
    const open = (isOpen: boolean) => server().core.settings.write('password-sign-in.signUp', isOpen)

    it('may not where accounts are an administrator’s to make, and sees no link to it', async () => {
      await open(false)
      expect((await server().fetch(REGISTER)).status).toBe(404)
      expect(await (await server().fetch(LOGIN)).text()).not.toContain(REGISTER)
      const browser = browse(server())
      const csrf_token = await browser.csrf(LOGIN)
      const response = await browser.post(REGISTER, { csrf_token, username: 'eve', password: PASSWORD })
      expect(response.status).toBe(404)
      expect(await server().core.users.byName('eve')).toBeUndefined()
    })

    it('has an account by the rules of this server, and goes on to where they came from', async () => {
      await open(true)
      expect(await (await server().fetch(`${LOGIN}?redirect_url=/account`)).text()).toContain(
        `href="${REGISTER}?redirect_url=%2Faccount"`,
      )
      const short = await submit(server(), REGISTER, { username: 'grace', password: 'short' })
      expect([short.status, short.said]).toEqual([422, expect.stringContaining('8 characters')])
      const fields = { username: 'grace', password: PASSWORD, email: 'grace@app.example', redirect_url: '/account' }
      const made = await submit(server(), REGISTER, fields)
      expect([made.status, made.location]).toEqual([303, `${server().url}/account`])
      expect((await made.browser.get('/account')).status).toBe(200)
      expect((await submit(server(), REGISTER, fields)).status).toBe(422)
      expect((await submit(server(), LOGIN, { username: 'grace', password: PASSWORD })).status).toBe(303)
    })
  },
)

describeEachServer(
  'the health check of Gridless',
  () => ({ plugins: [gridless()] }),
  (server) => {
    it('says that it is there, to whoever asks', async () => {
      const response = await server().fetch('/_gridless/healthcheck')
      expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
        200,
        'text/plain; charset=utf-8',
        'OK',
      ])
    })
  },
)
