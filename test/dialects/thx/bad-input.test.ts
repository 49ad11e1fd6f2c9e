import { expect, it } from 'vitest'
import { backend, describeThx, token, wallet } from './support.ts'

const LONG = 'x'.repeat(20_000)
const HOSTILE = ['\u0000', '\uD800', 'a\r\nb', '%', '%ff', LONG, '[object Object]', '__proto__', "' OR 1=1 --", '💥']

describeThx('whatever is sent', (server) => {
  /** A mistake of who asks is theirs: 4xx, as JSON where JSON is spoken. */
  const expectRefusal = async (response: Response, what: string) => {
    expect(response.status, what).toBeGreaterThanOrEqual(400)
    expect(response.status, what).toBeLessThan(500)
    expect(await response.json(), what).toMatchObject({ error: expect.any(String) })
  }

  it('POST /token refuses texts that nobody means', async () => {
    const { basic } = await wallet(server())
    for (const value of HOSTILE) {
      for (const name of ['grant_type', 'code', 'client_id', 'client_secret', 'refresh_token']) {
        const grant_type = name === 'refresh_token' ? name : 'authorization_code'
        const params = { grant_type, code: 'x', [name]: value }
        await expectRefusal(
          await server().form('/token', params, { authorization: basic }),
          `${name}=${value.slice(0, 20)}`,
        )
      }
    }
  })

  it('POST /token takes no value of another type, in JSON that calls itself a form', async () => {
    const { basic } = await backend(server())
    for (const value of [1, true, ['client_credentials'], [], {}, { toString: 'x' }]) {
      const response = await server().fetch('/token', {
        method: 'POST',
        headers: { authorization: basic, 'content-type': 'application/x-www-form-urlencoded' },
        body: JSON.stringify({ grant_type: value }),
      })
      await expectRefusal(response, JSON.stringify(value))
    }
  })

  it('a body that is no form, or none at all, is refused', async () => {
    const { basic: authorization } = await backend(server())
    const send = (type: string, body: BodyInit) =>
      server().fetch('/token', { method: 'POST', headers: { authorization, 'content-type': type }, body })
    for (const type of [
      'text/plain',
      'multipart/form-data',
      'application/json',
      'application/x-www-form-urlencodedx',
    ]) {
      await expectRefusal(await send(type, 'grant_type=client_credentials'), type)
    }
    for (const body of ['', '{', '{}', 'null', '[]', '=', '&&&', Buffer.from([0xff, 0xfe, 0x00])]) {
      await expectRefusal(await send('application/x-www-form-urlencoded', body), String(body))
    }
    expect((await server().fetch('/token', { method: 'POST', headers: { authorization } })).status).toBe(400)
  })

  it('what stands in the query of POST /token is not looked at', async () => {
    const { basic } = await backend(server())
    const response = await server().form('/token?grant_type=client_credentials', {}, { authorization: basic })
    await expectRefusal(response, 'the query')
  })

  it('headers of any kind are refused at each JSON route', async () => {
    const headers = [
      'Basic',
      'Basic =',
      'Basic a b',
      `Basic ${LONG}`,
      'Bearer',
      'Bearer a b',
      'DPoP x',
      'Digest x=y',
      ',',
    ]
    for (const authorization of headers) {
      for (const path of ['/token', '/token/introspection']) {
        await expectRefusal(await server().form(path, { token: 'x' }, { authorization }), authorization.slice(0, 20))
      }
      await expectRefusal(await server().fetch('/me', { headers: { authorization } }), authorization.slice(0, 20))
    }
  })

  it('a token of any kind is inactive at the introspection, and none at /me', async () => {
    const { basic } = await backend(server())
    for (const value of ['x', 'a.b.c', 'gqa_x', LONG.slice(0, 4000), '💥']) {
      const response = await server().form('/token/introspection', { token: value }, { authorization: basic })
      expect([response.status, await response.json()]).toEqual([200, { active: false }])
      await expectRefusal(await server().form('/me', { access_token: value }), value.slice(0, 20))
    }
  })

  it('the pages answer it with a page', async () => {
    const { clientId } = await wallet(server())
    for (const value of HOSTILE) {
      for (const name of ['client_id', 'redirect_uri', 'scope', 'state', 'response_type', 'prompt']) {
        const query = new URLSearchParams({ client_id: clientId, response_type: 'code', [name]: value })
        const response = await server().fetch(`/auth?${query}`)
        expect(response.status, `${name}=${value.slice(0, 20)}`).toBeLessThan(500)
      }
    }
    const twice = await server().fetch(`/auth?client_id=${clientId}&client_id=${clientId}&scope=a&scope=b`)
    expect(twice.status).toBe(400)
    expect((await server().fetch('/dashboard/applications/%00')).status).toBeLessThan(500)
  })

  it('a hundred at once get a token each, and no two are alike', async () => {
    const app = await backend(server())
    const params = { grant_type: 'client_credentials', scope: 'openid admin' }
    const answers = await Promise.all(Array.from({ length: 100 }, () => token(server(), params, app)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(100)
  })
})
