import { describe, expect, it } from 'vitest'
import { CODE_GRANT, requestCode } from '../rest/code-flow.ts'
import { describeEachServer } from '../support/server.ts'
import { browse, csrfIn } from './browse.ts'

const scopes = [
  { name: 'read', description: 'Read your <bookmarks>' },
  { name: 'write', description: 'Change your bookmarks' },
  { name: 'vault', description: 'Open the vault', adminOnly: true },
]

describeEachServer(
  'the approve page',
  () => ({ scopes }),
  (server) => {
    const open = async (app: Parameters<ReturnType<typeof server>['createApp']>[0] = {}) => {
      const created = await server().createApp({
        name: 'Weather & "Co" <b>',
        type: 'public',
        grants: [CODE_GRANT],
        ...app,
      })
      const requested = await requestCode(server(), { client_id: created.app.clientId })
      return { clientId: created.app.clientId, path: `/approve/${requested.handle}`, ...requested }
    }
    const signedIn = async (user?: Parameters<ReturnType<typeof server>['createUser']>[0]) => {
      const browser = browse(server())
      await browser.signIn(await server().createUser(user))
      return browser
    }
    const statusOf = async (handle: string) => (await server().core.approvals.byHandle(handle))?.status

    it('sends somebody who is not signed in to the sign-in page, and back', async () => {
      const { path } = await open()
      for (const response of [await server().fetch(path), await browse(server()).get(path)]) {
        expect(response.status).toBe(303)
        const location = new URL(response.headers.get('location') ?? '')
        expect([location.pathname, location.searchParams.get('return_to')]).toEqual(['/sign-in', path])
      }
    })

    it('says who asks, for what in words, as whom, and since when, and escapes all of it', async () => {
      const { path } = await open()
      const page = await (await (await signedIn({ username: 'ada' })).get(path)).text()
      expect(page).toContain('Weather &amp; &quot;Co&quot; &lt;b&gt; asks for access')
      expect(page).toContain('Read your &lt;bookmarks&gt;')
      expect(page).toContain('You are <strong>ada</strong>')
      expect(page).toMatch(/Asked on <time datetime="20\d\d-[^"]+Z">/)
      expect(page).not.toContain('<b>')
    })

    it('tells the browser neither the code nor anything that could claim it', async () => {
      const { path, code } = await open()
      const response = await (await signedIn()).get(path)
      const seen = (await response.text()) + JSON.stringify([...response.headers])
      expect(seen).not.toContain(code)
      expect(seen).not.toContain('gqc_')
    })

    it('a yes is for the boxes that are ticked', async () => {
      const { path, handle, code, clientId } = await open()
      const browser = await signedIn()
      const response = await browser.decide(path, 'approve', ['write'])
      expect([response.status, response.headers.get('location')]).toEqual([303, server().issuer + path])
      expect(await statusOf(handle)).toBe('approved')
      const claimed = await server().form('/oauth/token', { grant_type: CODE_GRANT, code, client_id: clientId })
      expect(await claimed.json()).toMatchObject({ scope: 'write' })
      expect(await (await browser.get(path)).text()).toContain('Return to your app: it has what it needs.')
    })

    it('no box ticked gives a token without any scope', async () => {
      const { path, code, clientId } = await open()
      await (await signedIn()).decide(path, 'approve', [])
      const claimed = await server().form('/oauth/token', { grant_type: CODE_GRANT, code, client_id: clientId })
      expect([claimed.status, await claimed.json()]).toEqual([
        200,
        expect.not.objectContaining({ scope: expect.anything() }),
      ])
    })

    it('a no gives nothing', async () => {
      const { path, handle } = await open()
      const browser = await signedIn()
      expect((await browser.decide(path, 'deny')).status).toBe(303)
      expect(await statusOf(handle)).toBe('denied')
      expect(await (await browser.get(path)).text()).toContain('You denied')
    })

    it('a scope that was not asked for cannot be slipped in', async () => {
      const { path, handle } = await open({ scopes: ['read'] })
      const response = await (await signedIn()).decide(path, 'approve', ['read', 'write'])
      expect([response.status, await statusOf(handle)]).toEqual([400, 'pending'])
    })

    it('a scope for administrators has no box for anybody else, and cannot be slipped in', async () => {
      const { path, handle } = await open({ scopes: ['read', 'vault'] })
      const browser = await signedIn()
      expect(await (await browser.get(path)).text()).toContain('(takes an administrator)')
      expect((await browser.decide(path, 'approve', ['read', 'vault'])).status).toBe(400)
      expect(await statusOf(handle)).toBe('pending')
      expect((await browser.decide(path, 'approve')).status).toBe(303)
      const byAdmin = await open({ scopes: ['read', 'vault'] })
      await (await signedIn({ role: 'admin' })).decide(byAdmin.path, 'approve')
      expect((await server().core.approvals.byHandle(byAdmin.handle))?.grantedScopes).toEqual(['read', 'vault'])
    })

    it('a second click, a second tab and a replayed form decide nothing: 409', async () => {
      const { path, handle } = await open()
      const browser = await signedIn()
      const csrf = await browser.csrf(path)
      const press = (decision: string) => browser.post(path, { csrf_token: csrf, decision })
      const answers = await Promise.all([press('approve'), press('approve'), press('deny')])
      expect(answers.map(({ status }) => status).sort()).toEqual([303, 409, 409])
      expect((await press('deny')).status).toBe(409)
      expect(['approved', 'denied']).toContain(await statusOf(handle))
    })

    it.each([[{}], [{ decision: '' }], [{ decision: 'yes' }], [{ decision: 'APPROVE' }], [{ scope: 'read' }]])(
      'a form with %j is no decision: 400 (a step is never skipped)',
      async (fields) => {
        const { path, handle } = await open()
        const browser = await signedIn()
        const csrf = await browser.csrf(path)
        const response = await browser.post(path, { csrf_token: csrf, ...(fields as Record<string, string>) })
        expect([response.status, await statusOf(handle)]).toEqual([400, 'pending'])
      },
    )

    it('a form that was posted after the session ended asks to sign in, and decides nothing', async () => {
      const { path, handle } = await open()
      const browser = await signedIn()
      const csrf = await browser.csrf(path)
      browser.cookies.delete('grantql-session')
      const response = await browser.post(path, { csrf_token: csrf, decision: 'approve' })
      expect([response.status, await statusOf(handle)]).toEqual([403, 'pending'])
    })

    it('says that it is too late once the time is over, and decides nothing', async () => {
      const { path, handle } = await open()
      const browser = await signedIn()
      const csrf = await browser.csrf(path)
      server().clock.pass({ seconds: 601 })
      expect(await (await browser.get(path)).text()).toContain('This request is too old')
      const response = await browser.post(path, { csrf_token: csrf, decision: 'approve' })
      expect([response.status, await statusOf(handle)]).toEqual([400, 'expired'])
    })

    it('tells somebody else that it was decided, and not how', async () => {
      const { path } = await open()
      await (await signedIn()).decide(path, 'deny')
      const page = await (await (await signedIn()).get(path)).text()
      expect(page).toContain('This was decided already')
      expect(page).not.toContain('denied')
    })

    it.each(['gqh_x', `gqh_${'A'.repeat(48)}`, 'x', '%00', '__proto__', 'x'.repeat(3000)])(
      'for the handle %s there is nothing: 404',
      async (handle) => {
        const response = await (await signedIn()).get(`/approve/${handle}`)
        expect([response.status, response.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
      },
    )

    describe('a form from elsewhere is refused with 403 and changes nothing (RFC 6749 §10.12, ASVS 3.5)', () => {
      const forged: [string, Record<string, string>, Record<string, string>][] = [
        ['no token', { csrf_token: '' }, {}],
        ['another browser’s token', { csrf_token: 'other' }, {}],
        ['a token of nonsense', { csrf_token: 'x'.repeat(43) }, {}],
        ['a foreign Origin', {}, { origin: 'https://evil.example' }],
        ['an Origin that differs in its scheme', {}, { origin: 'https://127.0.0.1' }],
        ['a foreign site', {}, { 'sec-fetch-site': 'cross-site' }],
        ['a sibling site', {}, { 'sec-fetch-site': 'same-site' }],
      ]
      it.each(forged)('%s', async (_, fields, headers) => {
        const { path, handle } = await open()
        const user = await server().createUser()
        const browser = browse(server())
        await browser.signIn(user)
        const other = await signedIn()
        const csrf_token =
          fields.csrf_token === 'other' ? await other.csrf(path) : (fields.csrf_token ?? (await browser.csrf(path)))
        const response = await browser.post(path, { decision: 'approve', csrf_token }, headers)
        expect([response.status, await statusOf(handle)]).toEqual([403, 'pending'])
        expect((await browser.post('/sign-out', { csrf_token }, headers)).status).toBe(403)
        expect(await (await browser.get('/')).text()).toContain(user.username)
      })

      it('the sign-in form as well, so that nobody is signed in as somebody else', async () => {
        await server().createUser({ username: 'attacker', password: 'correct horse battery' })
        const victim = browse(server())
        await victim.get('/sign-in')
        const fields = { sign_in: 'password', username: 'attacker', password: 'correct horse battery' }
        const theirs = await browse(server()).csrf('/sign-in')
        for (const csrf_token of ['', theirs])
          expect((await victim.post('/sign-in', { ...fields, csrf_token })).status).toBe(403)
        const own = await victim.csrf('/sign-in')
        expect(
          (await victim.post('/sign-in', { ...fields, csrf_token: own }, { origin: 'https://evil.example' })).status,
        ).toBe(403)
        expect(victim.cookies.has('grantql-session')).toBe(false)
      })

      it('a token that comes twice, in JSON or as multipart is none', async () => {
        const { path, handle } = await open()
        const browser = await signedIn()
        const csrf = await browser.csrf(path)
        expect(
          (
            await browser.post(path, [
              ['csrf_token', csrf],
              ['csrf_token', csrf],
              ['decision', 'approve'],
            ])
          ).status,
        ).toBe(403)
        const cookie = `grantql-session=${browser.cookies.get('grantql-session')}`
        const body = JSON.stringify({ csrf_token: csrf, decision: 'approve' })
        const asJson = await server().fetch(path, {
          method: 'POST',
          headers: { cookie, 'content-type': 'application/json' },
          body,
        })
        expect([asJson.status, await statusOf(handle)]).toEqual([415, 'pending'])
      })

      it('what our own page sends is taken, whose Origin a browser hides because of the referrer policy', async () => {
        const { path } = await open()
        const browser = await signedIn()
        const page = await (await browser.get(path)).text()
        const response = await browser.post(
          path,
          { csrf_token: csrfIn(page), decision: 'deny' },
          { origin: 'null', 'sec-fetch-site': 'same-origin' },
        )
        expect(response.status).toBe(303)
      })
    })
  },
)
