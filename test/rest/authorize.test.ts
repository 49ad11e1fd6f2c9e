import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { updateApp } from '../../src/operations/change-app.ts'
import { browse } from '../pages/browse.ts'
import { describeEachServer } from '../support/server.ts'
import { toyAuthorizationCode } from './toy-authorization-code.ts'

const CALLBACK = 'https://app.example/cb'
const AUTHORIZE = '/oauth/authorize'

describeEachServer(
  'the authorization endpoint',
  () => ({ plugins: [toyAuthorizationCode()] }),
  (server) => {
    const newApp = async (redirectUris: readonly string[] = [CALLBACK], type: 'public' | 'confidential' = 'public') =>
      (await server().createApp({ type, grants: ['authorization_code'], redirectUris })).app
    const ask = (params: Record<string, string> | [string, string][], init?: RequestInit) =>
      server().fetch(`${AUTHORIZE}?${new URLSearchParams(params)}`, init)
    const request = (clientId: string, more: Record<string, string> = {}) => ({
      response_type: 'code',
      client_id: clientId,
      ...more,
    })
    const location = (response: Response) => new URL(response.headers.get('location') ?? 'missing:')
    const membersOf = (url: URL) => Object.fromEntries(url.searchParams)

    const expectErrorPage = async (response: Response, code: string) => {
      expect(response.status).toBe(400)
      expect(response.headers.get('location')).toBeNull()
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(await response.text()).toContain(`<code>${code}</code>`)
    }

    describe('never redirects (RFC 6749 §4.1.2.1)', () => {
      it.each(['', 'nobody', '\u0000', 'x'.repeat(600)])('for the app %j', async (clientId) => {
        const response = await ask({ response_type: 'code', client_id: clientId, redirect_uri: CALLBACK })
        await expectErrorPage(response, clientId === '' || clientId === 'nobody' ? 'invalid_client' : 'invalid_request')
      })

      it('for an app that was switched off', async () => {
        const app = await newApp()
        await updateApp(server().core, { id: 'admin', role: 'admin' }, app.id, { isDisabled: true })
        await expectErrorPage(await ask(request(app.clientId)), 'invalid_client')
      })

      it.each([
        'https://evil.example/cb',
        `${CALLBACK}/`,
        'https://APP.example/cb',
        `${CALLBACK}?x=1`,
        `${CALLBACK}?`,
        `${CALLBACK}#f`,
        'https://app.example/cb/../evil',
        'https://app.example/cb%2f..%2fevil',
        'https://app.example/%63b',
        'https://app.example\\@evil.example/cb',
        'https://app.example@evil.example/cb',
        ` ${CALLBACK}`,
        'https://app.example:443/cb',
        'http://app.example/cb',
        'javascript:alert(1)',
      ])('to %s, which is not what the app registered (RFC 9700 §4.1.3)', async (redirectUri) => {
        const app = await newApp()
        await expectErrorPage(await ask(request(app.clientId, { redirect_uri: redirectUri })), 'invalid_redirect_uri')
      })

      it.each(['\t', '\r\n', '\n'])('to a redirect URI with %j in it, and splits no header', async (break_) => {
        const app = await newApp()
        const response = await ask(request(app.clientId, { redirect_uri: `${CALLBACK}${break_}X: y` }))
        expect([response.status, response.headers.get('x')]).toEqual([400, null])
      })

      it('where the redirect URI comes twice, in whichever order (RFC 6749 §3.1)', async () => {
        const app = await newApp()
        const twice: [string, string][] = [
          ['response_type', 'code'],
          ['client_id', app.clientId],
          ['redirect_uri', CALLBACK],
          ['redirect_uri', 'https://evil.example'],
        ]
        await expectErrorPage(await ask(twice), 'invalid_request')
        await expectErrorPage(await ask(twice.toReversed()), 'invalid_request')
      })

      it('where none is sent and the app has several, or none (RFC 6749 §3.1.2.3)', async () => {
        for (const uris of [[], [CALLBACK, 'https://app.example/other']]) {
          await expectErrorPage(await ask(request((await newApp(uris)).clientId)), 'invalid_redirect_uri')
        }
      })

      it('for a query that cannot be read', async () => {
        await expectErrorPage(await server().fetch(`${AUTHORIZE}?client_id=%zz`), 'invalid_request')
      })

      it('and the page repeats nothing that was sent', async () => {
        const response = await ask({
          client_id: 'call 0800 now <script>alert(1)</script>',
          state: 'call 0800',
          error_description: 'call 0800',
        })
        expect(await response.text()).not.toContain('0800')
      })
    })

    describe('sends what is wrong to the redirect URI of whoever is signed in (RFC 6749 §4.1.2.1)', () => {
      const askSignedIn = async (params: Parameters<typeof ask>[0]) => {
        const browser = browse(server())
        await browser.signIn(await server().createUser())
        return browser.get(`${AUTHORIZE}?${new URLSearchParams(params)}`)
      }
      const refused: [string, Record<string, string>, string][] = [
        ['no response type', { response_type: '' }, 'invalid_request'],
        ['a response type that there is not', { response_type: 'token' }, 'unsupported_response_type'],
        ['__proto__ as response type', { response_type: '__proto__' }, 'unsupported_response_type'],
        ['two response types', { response_type: 'code token' }, 'unsupported_response_type'],
        ['a response mode that there is not', { response_mode: 'web_message' }, 'invalid_request'],
        ['a scope that the app has not', { scope: 'read admin' }, 'invalid_scope'],
        ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
        ['a request_uri of somewhere', { request_uri: 'http://169.254.169.254/latest' }, 'request_uri_not_supported'],
        ['PKCE by plain', { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' }, 'invalid_request'],
        ['PKCE without its method', { code_challenge: 'x'.repeat(43) }, 'invalid_request'],
        ['what the plugin refuses', { fail: 'declared' }, 'invalid_request'],
        ['a bug of the plugin', { fail: 'unexpected' }, 'server_error'],
      ]
      it.each(refused)('%s', async (_, change, error) => {
        const app = await newApp()
        const response = await askSignedIn(request(app.clientId, { redirect_uri: CALLBACK, state: 's', ...change }))
        expect(response.status).toBe(303)
        const url = location(response)
        expect(url.origin + url.pathname).toBe(CALLBACK)
        const { error_description: description, ...members } = membersOf(url)
        expect(members).toEqual({ error, state: 's', iss: server().issuer })
        expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
      })

      it('an app that was not given the grant: unauthorized_client', async () => {
        const { app } = await server().createApp({ type: 'public', grants: [], redirectUris: [CALLBACK] })
        expect(membersOf(location(await askSignedIn(request(app.clientId))))).toMatchObject({
          error: 'unauthorized_client',
          iss: server().issuer,
        })
      })

      it.each(['state', 'scope', 'code_challenge', 'response_type', 'nonce'])(
        'a repeated %s: invalid_request (RFC 6749 §3.1)',
        async (name) => {
          const app = await newApp()
          const response = await askSignedIn([...Object.entries(request(app.clientId)), [name, 'code'], [name, 'code']])
          expect(membersOf(location(response))).toMatchObject({ error: 'invalid_request' })
        },
      )

      it.each(['a\u0000b', 'a\r\nset-cookie: x=y', '\ud800'])(
        'a state of %j is refused or kept, and never splits a header',
        async (state) => {
          const app = await newApp()
          const response = await askSignedIn(request(app.clientId, { state }))
          expect(response.status).toBe(303)
          expect(response.headers.get('set-cookie')).toBeNull()
        },
      )

      it('a token that is made for the fragment is not put into the query', async () => {
        const app = await newApp()
        const response = await askSignedIn(request(app.clientId, { response_type: 'ticket', response_mode: 'query' }))
        const url = location(response)
        expect(url.search).toBe('')
        expect(new URLSearchParams(url.hash.slice(1)).get('error')).toBe('invalid_request')
      })
    })

    describe('does not send on by itself who is not signed in (RFC 9700 §4.11.2)', () => {
      const expectWithheld = async (response: Response, status = 400) => {
        expect([response.status, response.headers.get('location'), response.headers.get('refresh')]).toEqual([
          status,
          null,
          null,
        ])
        return response.text()
      }
      /** One that nobody but its owner answers for. */
      const ownApp = async (more: { readonly name?: string } = {}) => {
        const app = { type: 'public' as const, grants: ['authorization_code'], redirectUris: [CALLBACK], ...more }
        return (await server().createApp(app, await server().createUser())).app
      }
      const linkOf = (page: string) =>
        new URL(
          /<a href="(https:[^"]+)"/.exec(page)?.[1]?.replaceAll('&#39;', "'").replaceAll('&amp;', '&') ?? 'missing:',
        )

      it('a mistake is a page with a link, which tells the app what a redirect would have', async () => {
        const app = await ownApp()
        const page = await expectWithheld(await ask(request(app.clientId, { scope: 'nope', state: `a b&"'<c>` })))
        expect(page).toContain('Go back to app.example')
        expect(page).toContain('<code>invalid_scope</code>')
        const url = linkOf(page)
        expect(url.origin + url.pathname).toBe(CALLBACK)
        expect(membersOf(url)).toMatchObject({ error: 'invalid_scope', state: `a b&"'<c>`, iss: server().issuer })
      })

      it('so is one that is posted, and one in another response mode', async () => {
        const app = await ownApp()
        const wrong = request(app.clientId, { scope: 'nope', response_mode: 'fragment' })
        const url = linkOf(await expectWithheld(await server().form(AUTHORIZE, wrong)))
        expect(new URLSearchParams(url.hash.slice(1)).get('error')).toBe('invalid_scope')
        const page = await expectWithheld(await ask({ ...wrong, response_mode: 'toy_page' }))
        expect(page).not.toContain('app.example')
      })

      it('a session that is over is none', async () => {
        const app = await ownApp()
        const browser = browse(server())
        await browser.signIn(await server().createUser())
        server().clock.pass({ seconds: 15 * 24 * 60 * 60 })
        await expectWithheld(
          await browser.get(`${AUTHORIZE}?${new URLSearchParams(request(app.clientId, { scope: 'nope' }))}`),
        )
      })

      it('what went wrong here is said to be so', async () => {
        const app = await ownApp()
        const page = await expectWithheld(await ask(request(app.clientId, { fail: 'unexpected' })), 500)
        expect(page).toContain('It is not your fault.')
      })

      it('the page shows nothing that the app or the caller chose, but where the app is', async () => {
        const app = await ownApp({ name: 'call 0800 now' })
        const page = await expectWithheld(await ask(request(app.clientId, { scope: '0800', login_hint: '0800' })))
        expect(page).not.toContain('0800')
      })

      it.each(['none', 'none login', 'login'])('prompt=%s: only none alone forbids the page', async (prompt) => {
        const app = await ownApp()
        const response = await ask(request(app.clientId, { scope: 'nope', prompt }))
        if (prompt === 'none') expect(membersOf(location(response)).error).toBe('invalid_scope')
        else await expectWithheld(response)
      })

      it('prompt=none is answered by login_required (OpenID Connect Core §3.1.2.6)', async () => {
        const app = await ownApp()
        const response = await ask(request(app.clientId, { prompt: 'none', state: 's' }))
        expect([response.status, membersOf(location(response))]).toMatchObject([
          303,
          { error: 'login_required', state: 's', iss: server().issuer },
        ])
      })

      it('an app that an admin answers for hears of it at once, until somebody else says where it may send people', async () => {
        const app = await newApp()
        const told = await ask(request(app.clientId, { scope: 'nope' }))
        expect(membersOf(location(told)).error).toBe('invalid_scope')

        const own = await ownApp()
        await updateApp(server().core, { id: 'admin', role: 'admin' }, own.id, { redirectUris: [CALLBACK] })
        expect((await ask(request(own.clientId, { scope: 'nope' }))).status).toBe(303)
        await updateApp(server().core, { id: own.ownerId, role: 'user' }, own.id, {
          redirectUris: [CALLBACK, 'https://elsewhere.example/cb'],
        })
        const wrong = request(own.clientId, { scope: 'nope', redirect_uri: CALLBACK })
        await expectWithheld(await ask(wrong))
      })
    })

    describe('opens an approval, and shows it', () => {
      const decide = async (response: Response, decision: 'approve' | 'deny') => {
        const browser = browse(server())
        await browser.signIn(await server().createUser())
        return browser.decide(location(response).pathname, decision)
      }

      it('303 to the approve page, which tells no code and no parameter', async () => {
        const app = await newApp()
        const response = await ask(request(app.clientId, { state: 'my-state' }))
        expect(response.status).toBe(303)
        expect(response.headers.get('location')).toMatch(new RegExp(`^${server().issuer}/approve/gqh_[\\w-]{48}$`))
        expect(response.headers.get('set-cookie')).toBeNull()
      })

      it('by a posted form as well (RFC 6749 §3.1)', async () => {
        const app = await newApp()
        const response = await server().form(AUTHORIZE, request(app.clientId))
        expect([response.status, location(response).pathname]).toMatchObject([
          303,
          expect.stringMatching(/^\/approve\//),
        ])
      })

      it.each(['PUT', 'DELETE', 'HEAD', 'PATCH'])('but not by %s: 405 with Allow', async (method) => {
        const response = await ask(request((await newApp()).clientId), { method })
        expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST'])
      })

      it('takes an empty parameter for one that was left out (RFC 6749 §3.1)', async () => {
        const app = await newApp()
        const response = await ask(request(app.clientId, { scope: '', state: '', response_mode: '', redirect_uri: '' }))
        expect(location(response).pathname).toMatch(/^\/approve\//)
      })

      it('after the yes: code, state and iss by 303, and the code gives a token (RFC 6749 §4.1.2, RFC 9207 §2)', async () => {
        const app = await newApp()
        const verifier = randomBytes(32).toString('base64url')
        const challenge = createHash('sha256').update(verifier).digest('base64url')
        const opened = await ask(
          request(app.clientId, {
            state: 'a b+c&d=é😀',
            scope: 'read',
            code_challenge: challenge,
            code_challenge_method: 'S256',
          }),
        )
        const response = await decide(opened, 'approve')
        expect(response.status).toBe(303)
        const members = membersOf(location(response))
        expect(members).toEqual({ code: expect.stringMatching(/^gqc_/), state: 'a b+c&d=é😀', iss: server().issuer })
        const params = {
          grant_type: 'authorization_code',
          client_id: app.clientId,
          code: members.code ?? '',
          redirect_uri: CALLBACK,
        }
        expect((await server().form('/oauth/token', params)).status).toBe(400)
        const claimed = await server().form('/oauth/token', { ...params, code_verifier: verifier })
        expect([claimed.status, await claimed.json()]).toMatchObject([200, { scope: 'read' }])
        expect((await server().form('/oauth/token', { ...params, code_verifier: verifier })).status).toBe(400)
      })

      it('after the no: access_denied', async () => {
        const app = await newApp()
        const response = await decide(await ask(request(app.clientId, { state: 's' })), 'deny')
        expect([response.status, membersOf(location(response))]).toMatchObject([
          303,
          { error: 'access_denied', state: 's', iss: server().issuer },
        ])
      })

      it('there is no code in the database until somebody said yes, and never in clear', async () => {
        const app = await newApp()
        const opened = await ask(request(app.clientId))
        const read = () => server().core.approvals.byHandle(location(opened).pathname.split('/').at(-1) ?? '')
        const before = await read()
        const { code = '' } = membersOf(location(await decide(opened, 'approve')))
        const after = await read()
        expect(before?.codeKey).not.toEqual(after?.codeKey)
        expect((await server().core.approvals.byCode(code))?.id).toBe(after?.id)
      })

      it('the code lives as long as its response type says, however long the person took', async () => {
        const app = await newApp()
        const opened = await ask(request(app.clientId))
        server().clock.pass({ seconds: 800 })
        const { code = '' } = membersOf(location(await decide(opened, 'approve')))
        server().clock.pass({ seconds: 59 })
        expect((await server().core.approvals.byCode(code))?.status).toBe('approved')
        server().clock.pass({ seconds: 2 })
        expect((await server().core.approvals.byCode(code))?.status).toBe('expired')
      })

      it('keeps the query of a registered redirect URI (RFC 6749 §3.1.2)', async () => {
        const app = await newApp([`${CALLBACK}?tenant=a%20b`])
        const url = location(await decide(await ask(request(app.clientId)), 'approve'))
        expect(url.href).toMatch(/\?tenant=a%20b&code=gqc_/)
      })

      it('lets the port of a loopback address be any (RFC 8252 §7.3)', async () => {
        const app = await newApp(['http://127.0.0.1/cb', 'http://[::1]/cb'])
        for (const uri of ['http://127.0.0.1:51004/cb', 'http://[::1]:51004/cb']) {
          const url = location(await decide(await ask(request(app.clientId, { redirect_uri: uri })), 'approve'))
          expect(url.href.startsWith(`${uri}?code=`)).toBe(true)
        }
        for (const uri of [
          'http://127.0.0.1:51004/other',
          'https://127.0.0.1:51004/cb',
          'http://user@127.0.0.1:51004/cb',
          'http://127.0.0.1:51004/cb?x',
          'http://127.0.0.1:99999/cb',
          'http://[::1]:65536/cb',
        ]) {
          await expectErrorPage(await ask(request(app.clientId, { redirect_uri: uri })), 'invalid_redirect_uri')
        }
      })

      it('goes back to an app by its own scheme (RFC 8252 §7.1)', async () => {
        const app = await newApp(['com.example.app:/cb'])
        const response = await decide(await ask(request(app.clientId)), 'approve')
        expect(response.headers.get('location')).toMatch(/^com\.example\.app:\/cb\?code=gqc_/)
      })

      it('shows the code to copy where the app registered to be out of band', async () => {
        const app = await newApp(['urn:ietf:wg:oauth:2.0:oob'])
        const response = await decide(await ask(request(app.clientId)), 'approve')
        expect(response.status).toBe(200)
        expect(await response.text()).toMatch(/<code class="code">gqc_[\w-]{48}<\/code>/)
      })

      it('answers in the fragment, or as a plugin’s response mode does', async () => {
        const app = await newApp()
        const fragment = location(
          await decide(await ask(request(app.clientId, { response_mode: 'fragment', state: 'a b' })), 'approve'),
        )
        expect([fragment.search, fragment.hash]).toEqual([
          '',
          expect.stringMatching(/^#code=gqc_[\w-]+&state=a%20b&iss=/),
        ])
        const toy = await decide(await ask(request(app.clientId, { response_mode: 'toy_page' })), 'approve')
        expect(await toy.json()).toEqual({
          redirectUri: CALLBACK,
          members: { code: expect.any(String), iss: server().issuer },
        })
        expect(toy.headers.get('x-frame-options')).toBe('DENY')
      })

      it('takes the parameters of a request source, and none beside them (RFC 9126 §4)', async () => {
        const app = await newApp()
        const pushed = (params: object) => `urn:toy:${Buffer.from(JSON.stringify(params)).toString('base64url')}`
        const good = {
          client_id: app.clientId,
          request_uri: pushed(request(app.clientId, { state: 'pushed', scope: 'read' })),
          state: 'sent',
          scope: 'write',
        }
        const { state } = membersOf(location(await decide(await ask(good), 'approve')))
        expect(state).toBe('pushed')
        const foreign = { client_id: app.clientId, request_uri: pushed(request((await newApp()).clientId)) }
        await expectErrorPage(await ask(foreign), 'invalid_request')
      })
    })
  },
)
