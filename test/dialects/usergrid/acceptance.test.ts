import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { describeEachServer } from '../../support/server.ts'
import { CALLBACK, NOBODYS, PASSWORD, plugins, usergridAt } from './usergrid.ts'

const run = promisify(execFile)
const INVALID_GRANT = { error: 'invalid_grant', error_description: 'invalid username or password' }
const WEEK = 604_800
const TOKEN = /^YWMt[\w-]{59}$/
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

/** The values of the hidden fields, in the order of the form. */
const hiddenFields = (page: string) =>
  [...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)].map(([, name, value]) => [name, value])

describeEachServer(
  'Usergrid: client authorization, case by case',
  () => ({ plugins: plugins() }),
  (server) => {
    const usergrid = usergridAt(server)

    it('1: the command of the page shows the form, whoever the app is', async () => {
      const url = `${server().url}/management/authorize?response_type=token&client_id=${NOBODYS}`
      const { stdout } = await run('curl', ['-sS', '-i', '-X', 'GET', url])
      expect(stdout).toMatch(/^HTTP\/1\.1 200 /)
      expect(stdout).toMatch(/^content-type: text\/html/im)
      expect(stdout).toContain('<title>Sign In</title>')
      expect(stdout).toMatch(/<form class="dialog-form" action="" method="post">/)
      expect(hiddenFields(stdout)).toEqual([
        ['response_type', 'token'],
        ['client_id', NOBODYS],
        ['redirect_uri', ''],
        ['scope', ''],
        ['state', ''],
      ])
      expect(stdout).toMatch(/<label for="username">Username<\/label>/)
      expect(stdout).toMatch(/<input class="text_field" id="username" name="username" type="text"/)
      expect(stdout).toMatch(/<label for="password">Password<\/label>/)
      expect(stdout).toMatch(/<input class="text_field" id="password" name="password" type="password"/)
      expect(stdout).toMatch(/<p class="buttons"><button[^>]*>Submit<\/button>/)
    })

    it('3: markup in a parameter comes back escaped', async () => {
      const state = '"><script>alert(1)</script>'
      const page = await server().fetch(`/management/authorize?${new URLSearchParams({ state })}`)
      const text = await page.text()
      expect(text).not.toContain('<script')
      expect(text).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"')
    })

    it('4: a wrong password shows the form again, with what it carried along', async () => {
      const { username } = await usergrid.user()
      for (const client_id of [NOBODYS, (await usergrid.app()).app.clientId]) {
        const page = await usergrid.submit(username, { client_id, state: 'a b', redirect_uri: CALLBACK }, 'wrong')
        expect(page.status).toBe(200)
        const text = await page.text()
        expect(text).toMatch(/dialog-form-message[^>]*>Username or password do not match<\/div>\s*<form/)
        expect(hiddenFields(text)).toEqual([
          ['response_type', 'code'],
          ['client_id', client_id],
          ['redirect_uri', CALLBACK],
          ['scope', ''],
          ['state', 'a b'],
        ])
      }
    })

    it('5: the right password leads back with a code that is no token, and is exchanged once', async () => {
      const { username } = await usergrid.user()
      const { app, clientSecret = '' } = await usergrid.app()
      const answer = await usergrid.submit(username, {
        client_id: app.clientId,
        redirect_uri: CALLBACK,
        state: 'a b',
      })
      expect(answer.status).toBe(303)
      expect(answer.headers.get('set-cookie')).toBeNull()
      const location = answer.headers.get('location') ?? ''
      expect(location).toMatch(/^https:\/\/rp\.example\/cb\?code=[^&]+&state=a%20b$/)
      const code = new URL(location).searchParams.get('code') ?? ''
      expect(await usergrid.me(code)).toMatchObject({ status: 401, body: { error: 'auth_bad_access_token' } })

      const claim = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: CALLBACK,
        client_id: app.clientId,
        client_secret: clientSecret,
      }
      const claimed = await usergrid.token(claim)
      expect(claimed).toMatchObject({ status: 200, body: { token_type: 'bearer', expires_in: WEEK } })
      expect(claimed.body.access_token).toMatch(TOKEN)
      server().clock.pass({ seconds: 5 })
      expect(await usergrid.token(claim)).toMatchObject({ status: 400, body: INVALID_GRANT })
    })

    it('5: an app with one redirect URI need not name it', async () => {
      const { username } = await usergrid.user()
      const { app } = await usergrid.app()
      const answer = await usergrid.submit(username, { client_id: app.clientId })
      expect(answer.headers.get('location')).toMatch(/^https:\/\/rp\.example\/cb\?code=[^&]+$/)
    })

    it('6: a token in the redirect is for an app alone that was given the grant', async () => {
      const { username } = await usergrid.user()
      const asked = { response_type: 'token', redirect_uri: CALLBACK, state: 'x' }
      const without = await usergrid.app()
      const refused = await usergrid.submit(username, { ...asked, client_id: without.app.clientId })
      expect(refused.status).toBe(303)
      const mistake = new URL(refused.headers.get('location') ?? '')
      expect(mistake.search).toBe('')
      expect(mistake.hash).toMatch(/^#error=unsupported_response_type&/)

      const { app } = await usergrid.app({ grants: ['implicit'] })
      const answer = await usergrid.submit(username, { ...asked, client_id: app.clientId })
      expect(answer.status).toBe(303)
      const location = new URL(answer.headers.get('location') ?? '')
      expect(location.search).toBe('')
      expect(Object.fromEntries(new URLSearchParams(location.hash.slice(1)))).toEqual({
        access_token: expect.stringMatching(TOKEN),
        token_type: 'bearer',
        expires_in: String(WEEK),
        state: 'x',
      })
    })

    it('7: where the redirect URI is not one that the app registered, nothing redirects', async () => {
      const { username } = await usergrid.user()
      const { app } = await usergrid.app()
      for (const redirect_uri of ['https://evil.example/cb', `${CALLBACK}/deeper`, `${CALLBACK}?more`]) {
        const answer = await usergrid.submit(username, { client_id: app.clientId, redirect_uri })
        expect(answer.status).toBe(400)
        expect(answer.headers.get('content-type')).toContain('text/html')
        expect(answer.headers.get('location')).toBeNull()
      }
    })

    it('8: the password of a user gets a token as curl sends it, once an admin has said by which app', async () => {
      const { username } = await usergrid.user()
      const body = JSON.stringify({ grant_type: 'password', username, password: PASSWORD })
      const command = ['-sS', '-X', 'POST', `${server().url}/management/token`, '-d', body]
      expect(JSON.parse((await run('curl', command)).stdout)).toEqual(INVALID_GRANT)

      await usergrid.managementApp()
      expect(JSON.parse((await run('curl', command)).stdout)).toEqual({
        access_token: expect.stringMatching(TOKEN),
        token_type: 'bearer',
        expires_in: WEEK,
        user: {
          uuid: expect.stringMatching(UUID),
          username,
          name: username,
          activated: true,
          confirmed: true,
          disabled: false,
          admin: false,
          properties: {},
          organizations: {},
        },
      })
      await usergrid.set('managementApp', '')
    })

    it('9: an organization’s client gets a token by JSON, by a form and by Basic', async () => {
      const owner = await usergrid.user()
      const { app, clientSecret = '', basic } = await usergrid.app({ name: 'acme' })
      const own = { client_id: app.clientId, client_secret: clientSecret }
      const grant = { grant_type: 'client_credentials' }
      expect(app.clientId).toMatch(/^b3U6[\w-]{22}$/)
      expect(clientSecret).toMatch(/^b3U6[\w-]{27}$/)
      for (const answer of [
        await usergrid.tokenByJson({ ...grant, ...own }),
        await usergrid.tokenByJson({ ...grant, ...own }, { 'content-type': 'application/json' }),
        await usergrid.token({ ...grant, ...own }),
        await usergrid.token(grant, { authorization: basic }),
      ]) {
        expect(answer).toMatchObject({ status: 200, body: { expires_in: WEEK, organization: { name: 'acme' } } })
        expect(answer.body.organization.uuid).toMatch(UUID)
        expect(answer.headers.get('cache-control')).toContain('no-store')
      }
      for (const wrong of [{ client_secret: 'wrong' }, { client_id: NOBODYS }, { client_id: owner.id }]) {
        expect(await usergrid.token({ ...grant, ...own, ...wrong })).toMatchObject({ status: 400, body: INVALID_GRANT })
      }
    })

    it('10: a token lives as long as ttl says in milliseconds', async () => {
      const { username } = await usergrid.user()
      await usergrid.managementApp()
      const grant = { grant_type: 'password', username, password: PASSWORD }
      const short = await usergrid.tokenByJson({ ...grant, ttl: 2000 })
      expect(short).toMatchObject({ status: 200, body: { expires_in: 2 } })
      expect((await usergrid.me(short.body.access_token)).status).toBe(200)
      server().clock.pass({ seconds: 2 })
      expect(await usergrid.me(short.body.access_token)).toMatchObject({
        status: 401,
        body: { error: 'expired_token', error_description: 'Unable to authenticate due to expired access token' },
      })
      expect(await usergrid.tokenByJson({ ...grant, ttl: 'derp' })).toMatchObject({
        status: 400,
        body: { error: 'illegal_argument', error_description: 'ttl must be a number >= 0' },
      })
      expect(await usergrid.tokenByJson({ ...grant, ttl: 604_800_001 })).toMatchObject({
        status: 400,
        body: {
          error: 'illegal_argument',
          error_description: 'Your token age cannot be more than the maximum age of 604800000 milliseconds',
        },
      })
      expect((await usergrid.tokenByJson({ ...grant, ttl: 0 })).body.expires_in).toBe(WEEK)
      await usergrid.set('managementApp', '')
    })

    it('11: me tells who a token speaks for, in the URL only where an admin lets it', async () => {
      const { username, id } = await usergrid.user()
      const { app, clientSecret = '' } = await usergrid.app({ grants: ['password'] })
      const { body } = await usergrid.token({
        grant_type: 'password',
        username,
        password: PASSWORD,
        client_id: app.clientId,
        client_secret: clientSecret,
      })
      const path = `/management/me?access_token=${body.access_token}`
      expect((await server().fetch(path)).status).toBe(401)
      await usergrid.set('credentialsInUrl', true)
      const answers = [await usergrid.me(body.access_token), await usergrid.json(await server().fetch(path))]
      await usergrid.set('credentialsInUrl', false)
      for (const me of answers) {
        expect(me).toMatchObject({
          status: 200,
          body: { access_token: body.access_token, expires_in: WEEK * 1000, user: { uuid: id, username } },
        })
      }
    })

    it('12: to revoke ends every token of the user', async () => {
      const { username } = await usergrid.user()
      const { app, clientSecret = '' } = await usergrid.app({ grants: ['password'] })
      const own = { client_id: app.clientId, client_secret: clientSecret }
      const grant = { grant_type: 'password', username, password: PASSWORD, ...own }
      const [one, other] = [await usergrid.token(grant), await usergrid.token(grant)]
      expect(await usergrid.revoke(username, one.body.access_token)).toMatchObject({
        status: 200,
        body: { action: 'revoked user tokens', timestamp: expect.any(Number), duration: expect.any(Number) },
      })
      for (const { body } of [one, other]) {
        expect(await usergrid.me(body.access_token)).toMatchObject({
          status: 401,
          body: {
            error: 'auth_bad_access_token',
            error_description: 'Unable to authenticate due to corrupt access token',
          },
        })
      }
    })
  },
)
