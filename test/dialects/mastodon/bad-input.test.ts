import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { describeEachServer } from '../../support/server.ts'
import { type Json, OUT_OF_BAND, options, postJson, register } from './support.ts'

const NASTY: readonly (readonly [string, unknown])[] = [
  ['an empty text', ''],
  ['a long text', 'x'.repeat(20_000)],
  ['control characters', 'a\u0000b\u0007'],
  ['a lone surrogate', '\ud800'],
  ['another direction of writing', 'a\u202eb'],
  ['a number', 0],
  ['a boolean', true],
  ['null', null],
  ['a list', ['a', ['b'], 1, null]],
  ['an object', { a: 1, __proto__: 'x' }],
  ['a name of Object', 'constructor'],
  ['a quote', '\' OR 1=1 -- "'],
]

describeEachServer('whatever is sent to the paths of Mastodon', options, (server) => {
  const status = async (response: Promise<Response>) => (await response).status

  describe.each(NASTY)('%s', (_title, value) => {
    it.each(['client_name', 'redirect_uris', 'scopes', 'website'])('as %s of a registration', async (name) => {
      const described = { client_name: 'Elk', redirect_uris: OUT_OF_BAND, [name]: value }
      const { status: answered, body } = await postJson(server(), '/api/v1/apps', described)
      expect([200, 422]).toContain(answered)
      if (answered === 422) expect(body.error).toMatch(/^Validation failed: /)
    })

    it.each(['grant_type', 'client_id', 'client_secret', 'scope', 'redirect_uri', 'code', 'code_verifier'])(
      'as %s of a token request',
      async (name) => {
        const app = await register(server())
        for (const grantType of ['client_credentials', 'authorization_code']) {
          const asked = { ...app, grant_type: grantType, code: 'x', redirect_uri: OUT_OF_BAND, [name]: value }
          const { status: answered, body } = await postJson(server(), '/oauth/token', asked)
          expect([200, 400, 401]).toContain(answered)
          if (answered !== 200) expect(Object.keys(body)).toEqual(['error', 'error_description'])
        }
      },
    )

    it.each(['client_id', 'client_secret', 'token'])('as %s of a revocation', async (name) => {
      const app = await register(server())
      const { status: answered } = await postJson(server(), '/oauth/revoke', { ...app, token: 'x', [name]: value })
      // What does not even look like an app of Mastodon is answered by the standard.
      expect([200, 400, 401, 403]).toContain(answered)
    })

    it.each(['client_id', 'redirect_uri', 'scope', 'state', 'code_challenge', 'handle', 'force_login', 'lang'])(
      'as %s of an authorize request',
      async (name) => {
        const { client_id } = await register(server())
        const query = new URLSearchParams({
          response_type: 'code',
          client_id,
          redirect_uri: OUT_OF_BAND,
          [name]: String(value).slice(0, 8000),
        })
        expect(await status(server().fetch(`/oauth/authorize?${query}`))).toBeLessThan(500)
      },
    )
  })

  it.each(['/api/v1/apps', '/oauth/token', '/oauth/revoke'])(
    'POST %s with a body that is no form and no JSON',
    async (path) => {
      const { client_id } = await register(server())
      const bodies: [string, string | Uint8Array<ArrayBuffer>][] = [
        ['application/json', '{"client_id":'],
        ['application/json', `[["client_id","${client_id}"]]`],
        ['application/json', 'null'],
        ['multipart/form-data', 'no boundary'],
        ['multipart/form-data; boundary=x', '--x\r\nbroken'],
        ['text/plain', `client_id=${client_id}`],
        ['application/x-www-form-urlencoded', `client_id=${client_id}&client_id=${client_id}&grant_type=%ff%00`],
        ['application/x-www-form-urlencoded', new Uint8Array(randomBytes(200))],
      ]
      for (const [type, body] of bodies) {
        const answered = await status(server().fetch(path, { method: 'POST', headers: { 'content-type': type }, body }))
        expect(answered).toBeGreaterThanOrEqual(400)
        expect(answered).toBeLessThan(500)
      }
    },
  )

  it('a file is no parameter', async () => {
    const form = new FormData()
    form.append('client_name', new Blob(['Elk']), 'name.txt')
    form.append('redirect_uris', OUT_OF_BAND)
    const response = await server().fetch('/api/v1/apps', { method: 'POST', body: form })
    expect([response.status, await response.json()]).toEqual([
      422,
      { error: "Validation failed: Application name can't be blank" },
    ])
  })

  it('parameters in the URL are not read: they end up in logs', async () => {
    const app = await register(server())
    const query = new URLSearchParams({ ...app, grant_type: 'client_credentials' })
    const response = await server().fetch(`/oauth/token?${query}`, { method: 'POST' })
    expect([response.status, ((await response.json()) as Json).error]).toEqual([400, 'invalid_request'])
  })

  it.each([
    ['empty', ''],
    ['a scheme alone', 'Bearer'],
    ['two tokens', 'Bearer a b'],
    ['a broken Basic', `Basic ${'x'.repeat(100)}`],
    ['a letter that is not ASCII', 'Bearer é'],
    ['dots', 'Bearer ..'],
    ['a long token', `Bearer ${'A'.repeat(9000)}`],
  ])('an Authorization header that is %s', async (_title, authorization) => {
    const headers = { authorization }
    expect(await status(server().fetch('/api/v1/apps/verify_credentials', { headers }))).toBe(401)
    // Nobody else has this path here, and what does not look like a token of Mastodon is not its own.
    expect([401, 404]).toContain(await status(server().fetch('/oauth/userinfo', { headers })))
  })

  it('the header counts, and what is in the body beside it does not', async () => {
    const { client_id, client_secret } = await register(server())
    const authorization = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`
    const asked = { client_id, client_secret: 'wrong', grant_type: 'client_credentials' }
    expect((await postJson(server(), '/oauth/token', asked, { authorization })).status).toBe(200)
  })
})
