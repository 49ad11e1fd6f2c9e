import { definePlugin, TemporarilyUnavailable } from 'grantql/plugin'
import { describe, expect, it } from 'vitest'
import { describeEachServer, testServer } from '../support/server.ts'
import { sendRaw } from './raw.ts'

const toy = definePlugin()({
  id: 'toy-routes',
  endpoints: [
    {
      method: 'GET',
      path: '/toy/facts',
      handle: async ({ request }) => Response.json({ url: request.url.href, address: request.address, id: request.id }),
    },
    { method: 'GET', path: '/toy/bug', handle: async () => Promise.reject(new Error('secret detail of a bug')) },
    {
      method: 'PUT',
      path: '/toy/bug',
      handle: async () => {
        throw new TemporarilyUnavailable({ retryAfterSeconds: 7, cause: new Error('the reason') })
      },
    },
    { method: 'GET', path: '/:anything/other/:more', handle: async () => new Response('begins with a parameter') },
    { method: 'GET', path: '/toy/:id/things', handle: async ({ request }) => new Response(request.url.pathname) },
    {
      method: 'GET',
      path: '/toy/fixed/things',
      handle: async () => new Response('fixed', { headers: { 'referrer-policy': 'origin', vary: 'Accept' } }),
    },
    { method: 'GET', path: '/toy/away', handle: async () => Response.redirect('https://elsewhere.example/', 303) },
  ],
  pages: [
    {
      method: 'GET',
      path: '/toy/page',
      handle: async ({ page, html, user }) =>
        page('A <page>', await html`<p>${user?.username ?? 'nobody'} ${'<script>'}</p>`),
    },
    {
      method: 'GET',
      path: '/toy/broken-page',
      handle: async () => Promise.reject(new Error('secret detail of a bug')),
    },
  ],
})

describeEachServer(
  'every answer',
  () => ({ plugins: [toy], config: { http: { trustedProxies: 1 } } }),
  (server) => {
    it('carries a request id that is in the log as well', async () => {
      const response = await server().fetch('/health/live', { headers: { 'x-request-id': 'mine' } })
      const id = response.headers.get('x-request-id') ?? ''
      expect(id).toMatch(/^[0-9a-f-]{36}$/)
      expect(server().logLines.at(-1)).toEqual({
        level: 'info',
        message: 'request',
        fields: { method: 'GET', path: '/health/live', status: 200, ms: expect.any(Number), requestId: id },
      })
    })

    it('says nothing of what serves it, and cannot be sniffed (ASVS 4.1.1)', async () => {
      for (const path of [
        '/',
        '/health/live',
        '/nowhere',
        '/oauth/jwks',
        '/toy/facts',
        '/toy/page',
        '/toy/away',
        '/graphql',
        '/oauth/authorize',
      ]) {
        const { headers } = await server().fetch(path)
        expect([headers.get('server'), headers.get('x-powered-by')], path).toEqual([null, null])
        expect([headers.get('x-content-type-options'), headers.get('referrer-policy')], path).toEqual([
          'nosniff',
          'no-referrer',
        ])
        expect(headers.get('strict-transport-security'), path).toBeNull()
      }
    })

    it('keeps secrets, queries, bodies and made-up paths out of the log', async () => {
      const { app, clientSecret = '' } = await server().createApp()
      await server().fetch(`/approve/gqh_${'a'.repeat(48)}?x=in-the-query`)
      await server().fetch(`/nowhere/gqc_${'b'.repeat(48)}/${'c'.repeat(5000)}`)
      await server().form(
        '/oauth/token?secret=in-the-query',
        { grant_type: 'client_credentials', client_id: app.clientId, client_secret: clientSecret },
        { cookie: 'in-a-cookie=1' },
      )
      const log = JSON.stringify(server().logLines)
      for (const secret of [
        'in-the-query',
        'in-a-cookie',
        clientSecret,
        'a'.repeat(48),
        'b'.repeat(48),
        'c'.repeat(300),
      ]) {
        expect(log.includes(secret), secret.slice(0, 12)).toBe(false)
      }
      expect(log).toContain('/approve/:handle')
    })

    it('is 404 in JSON where there is nothing, for whatever method', async () => {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const response = await server().fetch('/nowhere', { method })
        expect([response.status, await response.json()]).toMatchObject([404, { error: 'not_found' }])
      }
      expect((await server().fetch('/oauth/token/', { method: 'POST' })).status).toBe(404)
    })

    it('is 500 server_error with the request id for a bug, with the cause in the log alone', async () => {
      const response = await server().fetch('/toy/bug')
      const id = response.headers.get('x-request-id')
      const text = await response.text()
      expect([response.status, JSON.parse(text)]).toMatchObject([500, { error: 'server_error', request_id: id }])
      expect(text).not.toContain('secret detail')
      const line = server().logLines.find(
        ({ fields }) => 'err' in fields && (fields as { requestId?: string }).requestId === id,
      )
      expect(line).toMatchObject({ level: 'error', fields: { err: { message: 'secret detail of a bug' } } })
    })

    it('is 503 with Retry-After where it cannot answer now', async () => {
      const response = await server().fetch('/toy/bug', { method: 'PUT' })
      expect(response.headers.get('retry-after')).toBe('7')
      expect([response.status, await response.json()]).toEqual([
        503,
        { error: 'temporarily_unavailable', error_description: expect.any(String), retry_after_seconds: 7 },
      ])
    })

    it('for a person a bug is a page, with the request id and no detail', async () => {
      const response = await server().fetch('/toy/broken-page')
      const text = await response.text()
      expect([response.status, response.headers.get('content-type')]).toEqual([500, 'text/html; charset=utf-8'])
      expect(text).toContain(response.headers.get('x-request-id'))
      expect(text).not.toContain('secret detail')
    })

    it('405 names the methods of every known path (RFC 9110 §10.2.1)', async () => {
      const allow = async (path: string) => (await server().fetch(path, { method: 'PATCH' })).headers.get('allow')
      expect(await allow('/toy/bug')).toBe('GET, PUT')
      expect(await allow('/sign-in')).toBe('GET, POST, HEAD')
      expect(await allow('/approve/x')).toBe('GET, POST, HEAD')
      expect(await allow('/graphql')).toBe('POST')
    })

    it('a fixed path wins over a pattern', async () => {
      expect(await (await server().fetch('/toy/fixed/things')).text()).toBe('fixed')
      expect(await (await server().fetch('/toy/other/things')).text()).toBe('/toy/other/things')
    })

    it('a pattern wins over one that begins with a parameter, whichever came first', async () => {
      expect(await (await server().fetch('/toy/other/things')).text()).toBe('/toy/other/things')
      expect(await (await server().fetch('/toys/other/things')).text()).toBe('begins with a parameter')
    })

    it('what a plugin says in a header stays', async () => {
      const { headers } = await server().fetch('/toy/fixed/things')
      expect(headers.get('referrer-policy')).toBe('origin')
      expect(headers.get('vary')).toBe('Accept, Origin')
    })

    it('URLs are built on the issuer, never on a Host header (host poisoning)', async () => {
      const { host } = new URL(server().url)
      for (const evil of ['evil.example', `${host}@evil.example`, 'evil.example:80']) {
        const { text } = await sendRaw(
          server(),
          `GET /toy/facts?x=1 HTTP/1.1\r\nhost: ${evil}\r\nx-forwarded-host: evil.example\r\nx-forwarded-proto: https\r\nconnection: close\r\n\r\n`,
        )
        expect(text.includes('evil.example'), evil).toBe(false)
      }
      const { text } = await sendRaw(
        server(),
        'GET http://evil.example//other/path HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n',
      )
      expect(text).not.toContain('evil')
    })

    it('the caller’s address is what the trusted proxy saw, not what the caller wrote', async () => {
      const addressOf = async (header?: string) =>
        (
          (await (
            await server().fetch('/toy/facts', header === undefined ? {} : { headers: { 'x-forwarded-for': header } })
          ).json()) as { address: string }
        ).address
      expect(await addressOf()).toMatch(/127\.0\.0\.1$/)
      expect(await addressOf('203.0.113.9')).toBe('203.0.113.9')
      expect(await addressOf('1.1.1.1, 203.0.113.9')).toBe('203.0.113.9')
    })
  },
)

describe('a server at https', () => {
  it('tells browsers never to come back without it (RFC 6797 §7.1)', async () => {
    await using server = await testServer({ issuer: 'https://login.example' })
    for (const path of ['/', '/oauth/jwks', '/nowhere']) {
      expect((await server.fetch(path)).headers.get('strict-transport-security')).toBe('max-age=31536000')
    }
  })

  it('does not believe an address that the caller names, where no proxy is trusted', async () => {
    await using server = await testServer({ issuer: 'https://login.example', plugins: [toy] })
    const response = await server.fetch('/toy/facts', { headers: { 'x-forwarded-for': '203.0.113.9' } })
    expect(await response.json()).toMatchObject({
      address: expect.stringMatching(/127\.0\.0\.1$/),
      url: 'https://login.example/toy/facts',
    })
  })
})
