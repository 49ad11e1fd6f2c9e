import { expect, it } from 'vitest'
import { describeEachServer } from '../support/server.ts'

const GRANT = { grant_type: 'client_credentials' }
const FORM = 'application/x-www-form-urlencoded'

describeEachServer(
  'POST /oauth/token',
  () => ({}),
  (server) => {
    const post = (body: string | Buffer, headers: Record<string, string>) =>
      server().fetch('/oauth/token', { method: 'POST', headers, body: body as string })
    const errorOf = async (response: Response) => {
      const body = (await response.json()) as Record<string, unknown>
      return { status: response.status, error: body.error, description: body.error_description }
    }

    it('answers 200 with a token that no cache keeps (RFC 6749 §5.1)', async () => {
      const { basic } = await server().createApp()
      const response = await server().form('/oauth/token', { ...GRANT, scope: 'read' }, { authorization: basic })
      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.get('pragma')).toBe('no-cache')
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
      const body = (await response.json()) as object
      expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'read' })
      expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type'])
    })

    it('leaves the scope out of a token that has none (RFC 6749 §3.3: a scope is never empty)', async () => {
      const { basic } = await server().createApp({ scopes: [] })
      const response = await server().form('/oauth/token', GRANT, { authorization: basic })
      expect(await response.json()).not.toHaveProperty('scope')
    })

    it.each([FORM, `${FORM}; charset=utf-8`, `${FORM};charset="UTF-8"`, 'APPLICATION/X-WWW-FORM-URLENCODED'])(
      'reads a form of type %s',
      async (type) => {
        const { app, clientSecret } = await server().createApp()
        const body = new URLSearchParams({ ...GRANT, client_id: app.clientId, client_secret: clientSecret ?? '' })
        expect((await post(body.toString(), { 'content-type': type })).status).toBe(200)
      },
    )

    it.each(['application/json', 'application/json; charset=utf-8'])(
      'reads a JSON object of strings of type %s, as a tolerance',
      async (type) => {
        const { app, clientSecret } = await server().createApp()
        const body = JSON.stringify({
          ...GRANT,
          client_id: app.clientId,
          client_secret: clientSecret,
          scope: 'read write',
          other: 7,
        })
        const response = await post(body, { 'content-type': type })
        expect(await response.json()).toMatchObject({ scope: 'read write' })
      },
    )

    it.each([
      'text/plain',
      'multipart/form-data; boundary=x',
      `${FORM}; charset=utf-16`,
      `${FORM}; charset=x`,
      'application/xml',
      'application/jsonp',
      ';',
    ])('refuses a body of type %s: 415 invalid_request (RFC 6749 §3.2)', async (type) => {
      const { basic } = await server().createApp()
      const response = await post('grant_type=client_credentials', { 'content-type': type, authorization: basic })
      expect(await errorOf(response)).toMatchObject({ status: 415, error: 'invalid_request' })
    })

    it('refuses a body without a type: 400 invalid_request', async () => {
      const { basic } = await server().createApp()
      const response = await post(Buffer.from('grant_type=client_credentials'), { authorization: basic })
      expect(await errorOf(response)).toMatchObject({ status: 400, error: 'invalid_request' })
    })

    it('refuses a compressed body: 415', async () => {
      const response = await post('grant_type=client_credentials', { 'content-type': FORM, 'content-encoding': 'gzip' })
      expect(await errorOf(response)).toMatchObject({ status: 415, error: 'invalid_request' })
    })

    const tampered: [string, Buffer | string][] = [
      ['%', 'grant_type=client_credentials&scope=%'],
      ['%zz', 'grant_type=client_credentials&scope=%zz'],
      ['%u0041', 'grant_type=client_credentials&scope=%u0041'],
      ['an overlong encoding', 'grant_type=client_credentials&scope=%c0%af'],
      ['an encoded surrogate', 'grant_type=client_credentials&scope=%ed%a0%80'],
      ['bytes that are not UTF-8', Buffer.from([...Buffer.from('grant_type=client_credentials&scope='), 0xff, 0xfe])],
      ['UTF-16', Buffer.from('grant_type=client_credentials', 'utf16le')],
      ['a byte order mark', Buffer.from('\uFEFFgrant_type=client_credentials')],
      ['NUL in a value', 'grant_type=client_credentials&scope=read%00'],
      ['NUL in the grant type', 'grant_type=client_credentials%00'],
    ]
    it.each(tampered)('refuses %s: 400, never 500', async (_, body) => {
      const { basic } = await server().createApp()
      const response = await post(body, { 'content-type': FORM, authorization: basic })
      expect(response.status).toBe(400)
      expect((await errorOf(response)).error).toMatch(/^(invalid_request|unsupported_grant_type)$/)
    })

    it('takes + and %20 for a space alike (WHATWG URL §5.1)', async () => {
      const { basic } = await server().createApp()
      for (const space of ['+', '%20']) {
        const response = await post(`grant_type=client_credentials&scope=read${space}write`, {
          'content-type': FORM,
          authorization: basic,
        })
        expect(await response.json()).toMatchObject({ scope: 'read write' })
      }
    })

    it.each(['grant_type', 'scope', 'client_id', 'client_secret', 'anything'])(
      'refuses a repeated %s, and names it (RFC 6749 §3.2)',
      async (name) => {
        const { basic } = await server().createApp()
        const response = await post(`grant_type=client_credentials&${name}=a&${name}=a`, {
          'content-type': FORM,
          authorization: basic,
        })
        expect(await errorOf(response)).toEqual({
          status: 400,
          error: 'invalid_request',
          description: `The parameter ${name} was sent more than once.`,
        })
      },
    )

    it('never repeats what a caller sent in its sentence', async () => {
      const response = await post('grant_type=x&<script>=1&<script>=2', { 'content-type': FORM })
      expect(await response.text()).not.toContain('<')
    })

    it.each([
      ['a number', 0],
      ['a boolean', false],
      ['an array', ['client_credentials']],
      ['an object', { a: 1 }],
    ])('refuses %s where a text belongs in JSON: invalid_request', async (_, value) => {
      const { app, clientSecret } = await server().createApp()
      const good = { ...GRANT, client_id: app.clientId, client_secret: clientSecret, scope: 'read' }
      for (const name of Object.keys(good)) {
        const response = await post(JSON.stringify({ ...good, [name]: value }), { 'content-type': 'application/json' })
        expect(await errorOf(response)).toMatchObject({ status: 400, error: 'invalid_request' })
      }
    })

    it.each(['[]', 'null', '"grant_type=client_credentials"', '7', '{', '', '{"grant_type":"client_credentials"'])(
      'refuses JSON that is not an object: %s',
      async (body) => {
        const response = await post(body, { 'content-type': 'application/json' })
        expect(await errorOf(response)).toMatchObject({ status: 400, error: 'invalid_request' })
      },
    )

    it('is not touched by __proto__ and constructor as names', async () => {
      const { basic } = await server().createApp()
      const json = '{"grant_type":"client_credentials","__proto__":{"x":1},"constructor":{"prototype":{"x":1}}}'
      expect((await post(json, { 'content-type': 'application/json', authorization: basic })).status).toBe(200)
      const form = 'grant_type=client_credentials&__proto__=x&constructor%5Bprototype%5D=x'
      expect((await post(form, { 'content-type': FORM, authorization: basic })).status).toBe(200)
      expect(({} as Record<string, unknown>).x).toBeUndefined()
    })

    it('ignores ten thousand names that it does not know (RFC 6749 §3.2)', async () => {
      const { basic } = await server().createApp()
      const many = Array.from({ length: 10_000 }, (_, index) => `n${index}=`).join('&')
      const startedAt = performance.now()
      const response = await post(`grant_type=client_credentials&${many}`, {
        'content-type': FORM,
        authorization: basic,
      })
      expect(response.status).toBe(200)
      expect(performance.now() - startedAt).toBeLessThan(1000)
    })

    it.each(['', '   '])('says that the grant type is missing: %j', async (grantType) => {
      const response = await server().form('/oauth/token', { grant_type: grantType })
      expect(['invalid_request', 'unsupported_grant_type']).toContain((await errorOf(response)).error)
    })

    it.each([
      'password',
      'implicit',
      '__proto__',
      'constructor',
      'toString',
      'urn:nobody:knows',
      'CLIENT_CREDENTIALS',
      'client_credentials ',
    ])('has no grant type %s: unsupported_grant_type (RFC 6749 §5.2)', async (grantType) => {
      const { basic } = await server().createApp()
      const response = await server().form('/oauth/token', { grant_type: grantType }, { authorization: basic })
      expect(await errorOf(response)).toMatchObject({ status: 400, error: 'unsupported_grant_type' })
    })

    it('refuses a grant that the app was not given: unauthorized_client (RFC 6749 §5.2)', async () => {
      const { basic } = await server().createApp({ grants: [] })
      const response = await server().form('/oauth/token', GRANT, { authorization: basic })
      expect(await errorOf(response)).toMatchObject({ status: 400, error: 'unauthorized_client' })
    })

    it.each(['admin', 'read admin', 'READ', 'read"', 'read\\'])(
      'refuses the scope %s, which the app may not have: invalid_scope (RFC 6749 §3.3)',
      async (scope) => {
        const { basic } = await server().createApp()
        const response = await server().form('/oauth/token', { ...GRANT, scope }, { authorization: basic })
        expect(await errorOf(response)).toMatchObject({ status: 400, error: 'invalid_scope' })
      },
    )

    it('takes nothing from the query (RFC 6749 §2.3.1)', async () => {
      const { app, clientSecret } = await server().createApp()
      const query = new URLSearchParams({ ...GRANT, client_id: app.clientId, client_secret: clientSecret ?? '' })
      const empty = await server().fetch(`/oauth/token?${query}`, {
        method: 'POST',
        headers: { 'content-type': FORM },
        body: '',
      })
      expect(await errorOf(empty)).toMatchObject({ status: 400, error: 'invalid_request' })
      const noSecret = await server().fetch(`/oauth/token?${query}`, {
        method: 'POST',
        headers: { 'content-type': FORM },
        body: 'grant_type=client_credentials',
      })
      expect(await errorOf(noSecret)).toMatchObject({ status: 401, error: 'invalid_client' })
    })

    it.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'])(
      'refuses %s: 405 with Allow (RFC 6749 §3.2, RFC 9110 §15.5.6)',
      async (method) => {
        const response = await server().fetch('/oauth/token?grant_type=client_credentials', {
          method,
          headers: { 'x-http-method-override': 'POST' },
        })
        expect(response.status).toBe(405)
        expect(response.headers.get('allow')).toBe('POST')
        expect(response.headers.get('cache-control')).toBe('no-store')
      },
    )

    it('says in plain ASCII what is wrong (RFC 6749 §5.2)', async () => {
      for (const grantType of ['', 'nothing']) {
        const { description } = await errorOf(await server().form('/oauth/token', { grant_type: grantType }))
        expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
      }
    })
  },
)
