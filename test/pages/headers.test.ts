import { createHash } from 'node:crypto'
import { definePlugin } from 'grantql/plugin'
import { expect, it } from 'vitest'
import { CODE_GRANT, requestCode } from '../rest/code-flow.ts'
import { toyAuthorizationCode } from '../rest/toy-authorization-code.ts'
import { describeEachServer } from '../support/server.ts'
import { browse, csrfIn } from './browse.ts'

const received: unknown[] = []
const toyPages = () =>
  definePlugin()({
    id: 'toy-pages',
    pages: [
      {
        method: 'GET',
        path: '/toy/form',
        handle: async (ctx) =>
          ctx.page(
            'A <form>',
            await ctx.html`<form method="post">${ctx.csrfField}<input name="text" value="${'"><script>'}"></form><p>${ctx.user?.username ?? 'nobody'}</p>`,
          ),
      },
      {
        method: 'POST',
        path: '/toy/form',
        async handle(ctx, _, form) {
          received.push(form.all('text'))
          return ctx.page('Thanks', await ctx.html`<p>Thanks</p>`, { status: 202 })
        },
      },
    ],
  })

describeEachServer(
  'every page',
  () => ({ plugins: [toyAuthorizationCode(), toyPages()] }),
  (server) => {
    it('cannot be framed, cached or sniffed, loads nothing and posts to us alone (RFC 9700 §4.16, RFC 6749 §10.13)', async () => {
      const { app } = await server().createApp({
        type: 'public',
        grants: [CODE_GRANT, 'authorization_code'],
        redirectUris: ['https://app.example/cb'],
      })
      const { handle } = await requestCode(server(), { client_id: app.clientId })
      const browser = browse(server())
      await browser.signIn(await server().createUser())
      const signedIn = browse(server())
      await signedIn.signIn(await server().createUser())
      const responses = [
        await server().fetch('/'),
        await server().fetch('/sign-in'),
        await browser.get(`/approve/${handle}`),
        await server().fetch(`/approve/${handle}`),
        await browser.get('/approve/nothing'),
        await browser.decide(`/approve/${handle}`, 'approve'),
        await browser.get(`/approve/${handle}`),
        await browser.post('/sign-in', {}),
        await browser.post('/sign-out', {}),
        await server().fetch('/oauth/authorize'),
        await server().fetch(`/oauth/authorize?client_id=${app.clientId}`),
        await server().fetch(`/oauth/authorize?client_id=${app.clientId}&response_type=code`),
        await server().fetch('/toy/form'),
        await server().fetch('/account'),
        await signedIn.get('/account'),
        await signedIn.post('/account/disconnect', {}),
        await signedIn.get('/account/password'),
        await server().fetch('/invitation/nothing'),
        await server().fetch('/sign-up'),
      ]
      for (const { headers, url, status } of responses) {
        const what = `${status} ${url}`
        expect(headers.get('x-frame-options'), what).toBe('DENY')
        expect(headers.get('cache-control'), what).toBe('no-store')
        expect(headers.get('referrer-policy'), what).toBe('no-referrer')
        expect(headers.get('x-content-type-options'), what).toBe('nosniff')
        expect(headers.get('cross-origin-opener-policy'), what).toBe('same-origin')
        expect(headers.get('permissions-policy'), what).toContain('camera=()')
        expect(headers.get('content-security-policy'), what).toMatch(
          /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
        )
      }
    })

    it('has the one stylesheet whose hash the policy names, and no script', async () => {
      const response = await server().fetch('/')
      const page = await response.text()
      const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? ''
      expect(response.headers.get('content-security-policy')).toContain(
        `'sha256-${createHash('sha256').update(style).digest('base64')}'`,
      )
      expect(page).not.toContain('<script')
      expect(page).not.toMatch(/ (style|on\w+)="/)
      expect(page.match(/(?:src|href)="(?!\/|data:)/g)).toBeNull()
    })

    it('a cookie holds nothing of what an app asks for', async () => {
      const { app } = await server().createApp({
        type: 'public',
        grants: ['authorization_code'],
        redirectUris: ['https://app.example/cb'],
      })
      const browser = browse(server())
      const asked = { response_type: 'code', client_id: app.clientId, state: 'a-state', scope: 'read' }
      const opened = await browser.get(`/oauth/authorize?${new URLSearchParams(asked)}`)
      expect([opened.status, opened.headers.getSetCookie()]).toEqual([303, []])
      const { pathname } = new URL(opened.headers.get('location') ?? '')
      const { headers } = await browser.get(pathname)
      const signIn = new URL(headers.get('location') ?? '')
      expect([...signIn.searchParams]).toEqual([
        ['return_to', pathname],
        ['prompt', 'login'],
      ])
      await browser.get(signIn.pathname + signIn.search)
      expect([...browser.cookies]).toEqual([['grantql-browser', expect.stringMatching(/^[\w-]{32}$/)]])
    })

    it.each([
      '/approve/call-0800-now',
      '/invitation/call-0800-now',
      '/nowhere/call-0800-now',
      '/oauth/authorize?error_description=call-0800-now',
      '/sign-in?error=call-0800-now&message=call-0800-now',
      '/account/password?error=call-0800-now&changed=call-0800-now',
    ])('%s shows nothing of itself to whom it is sent', async (path) => {
      const browser = browse(server())
      await browser.signIn(await server().createUser())
      for (const response of [await server().fetch(path), await browser.get(path)])
        expect(await response.text()).not.toContain('0800')
    })

    it.each([
      ['https://app.example/cb', 'https:'],
      ['http://127.0.0.1:9876/cb', 'http:'],
      ['http://[::1]:9876/cb', 'http:'],
      ['https://app.example;sandbox/cb', 'https:'],
      ['com.example.app:/cb', 'com.example.app:'],
    ])(
      'may post a form that ends at %s, and from there goes on, only where that is where it leads',
      async (redirectUri, source) => {
        const { app } = await server().createApp({
          type: 'public',
          grants: ['authorization_code'],
          redirectUris: [redirectUri],
        })
        const opened = await server().fetch(`/oauth/authorize?client_id=${app.clientId}&response_type=code`)
        const browser = browse(server())
        await browser.signIn(await server().createUser())
        const { headers } = await browser.get(new URL(opened.headers.get('location') ?? '').pathname)
        expect(headers.get('content-security-policy')).toContain(`form-action 'self' ${source};`)
      },
    )

    it('of a plugin is in our layout, escapes what it shows, and knows who is signed in', async () => {
      const browser = browse(server())
      await browser.signIn(await server().createUser({ username: 'grace' }))
      const page = await (await browser.get('/toy/form')).text()
      expect(page).toContain('<title>A &lt;form&gt; · ')
      expect(page).toContain('value="&quot;&gt;&lt;script&gt;"')
      expect(page).toContain('<p>grace</p>')
    })

    it('of a plugin gets a POST only with a valid CSRF field, and then all that was posted', async () => {
      const browser = browse(server())
      const page = await (await browser.get('/toy/form')).text()
      expect((await browser.post('/toy/form', { text: 'x' })).status).toBe(403)
      expect((await server().form('/toy/form', { text: 'x', csrf_token: csrfIn(page) })).status).toBe(403)
      expect(received).toEqual([])
      const response = await browser.post('/toy/form', [
        ['csrf_token', csrfIn(page)],
        ['text', 'a'],
        ['text', 'b'],
      ])
      expect([response.status, received]).toEqual([202, [['a', 'b']]])
      received.length = 0
    })
  },
)
