import { describe, expect, it } from 'vitest'
import { describeEachServer, type TestServer } from '../support/server.ts'

const GRANT = { grant_type: 'client_credentials' }
const CODE_GRANT = 'urn:grantql:params:oauth:grant-type:code'

const refusal = async (response: Response) => ({
  status: response.status,
  error: ((await response.json()) as { error: string }).error,
})
const INVALID_CLIENT = { status: 401, error: 'invalid_client' }
const raw = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`

describeEachServer(
  'client authentication at the token endpoint',
  () => ({}),
  (server) => {
    const ask = (params: Record<string, string>, headers: Record<string, string> = {}) =>
      server().form('/oauth/token', { ...GRANT, ...params }, headers)

    it('takes the secret in the Authorization header or in the body (RFC 6749 §2.3.1)', async () => {
      const { app, clientSecret = '', basic } = await server().createApp()
      expect((await ask({}, { authorization: basic })).status).toBe(200)
      expect((await ask({}, { authorization: basic.replace('Basic', 'bAsIc') })).status).toBe(200)
      expect((await ask({ client_id: app.clientId, client_secret: clientSecret })).status).toBe(200)
      expect((await ask({ client_id: app.clientId }, { authorization: basic })).status).toBe(200)
    })

    it('decodes id and secret of the header as forms encode them (RFC 6749 §2.3.1, appendix B)', async () => {
      const { app, clientSecret = '' } = await server().createApp()
      const everyByte = (text: string) =>
        text.replace(/./gs, (letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`)
      expect((await ask({}, { authorization: raw(everyByte(app.clientId), everyByte(clientSecret)) })).status).toBe(200)
    })

    it.each(['%zz', '%', '%c0%af', '\u0000', 'é😀', 'a b+c:d'])(
      'refuses a wrong secret with %j in it: 401, not 500',
      async (secret) => {
        const { app } = await server().createApp()
        expect(await refusal(await ask({}, { authorization: raw(app.clientId, secret) }))).toEqual(INVALID_CLIENT)
      },
    )

    it('challenges with Basic on 401 (RFC 6749 §5.2, RFC 7617 §2)', async () => {
      const { app } = await server().createApp()
      const response = await ask({}, { authorization: raw(app.clientId, 'wrong') })
      expect(response.headers.get('www-authenticate')).toBe('Basic realm="GrantQL", charset="UTF-8"')
      expect(response.headers.get('cache-control')).toBe('no-store')
    })

    it('refuses two methods at once: invalid_request (RFC 6749 §2.3)', async () => {
      const { app, clientSecret = '', basic } = await server().createApp()
      expect(
        await refusal(await ask({ client_id: app.clientId, client_secret: clientSecret }, { authorization: basic })),
      ).toEqual({
        status: 400,
        error: 'invalid_request',
      })
    })

    it('refuses a client_id in the body that is not the one of the header: invalid_request', async () => {
      const [one, other] = [await server().createApp(), await server().createApp()]
      expect(await refusal(await ask({ client_id: other.app.clientId }, { authorization: one.basic }))).toEqual({
        status: 400,
        error: 'invalid_request',
      })
    })

    it('refuses an app that shows nothing or another app’s secret: 401', async () => {
      const [one, other] = [await server().createApp(), await server().createApp()]
      expect(await refusal(await ask({}))).toEqual(INVALID_CLIENT)
      expect(await refusal(await ask({ client_id: one.app.clientId }))).toEqual(INVALID_CLIENT)
      expect(
        await refusal(await ask({ client_id: one.app.clientId, client_secret: other.clientSecret ?? '' })),
      ).toEqual(INVALID_CLIENT)
    })

    it.each([
      'Basic',
      'Basic ',
      'Basic %%%',
      'Basic Og==',
      'Basic OnNlY3JldA==',
      'Bearer abc',
      'Digest x',
      'Basic bm90LWEtY29sb24=',
    ])('refuses the header %j: 401', async (authorization) => {
      expect(await refusal(await ask({}, { authorization }))).toEqual(INVALID_CLIENT)
    })

    describe('a public app', () => {
      const publicApp = () => server().createApp({ type: 'public', grants: [CODE_GRANT] })

      it('is refused when it shows a secret, for it has none: 401', async () => {
        const { app } = await publicApp()
        const shown = await server().form('/oauth/code', { client_id: app.clientId, client_secret: 'something' })
        expect(await refusal(shown)).toEqual(INVALID_CLIENT)
      })

      it('names itself by client_id, or by a header with an empty secret', async () => {
        const { app } = await publicApp()
        expect((await server().form('/oauth/code', { client_id: app.clientId })).status).toBe(200)
        expect((await server().form('/oauth/code', {}, { authorization: raw(app.clientId, '') })).status).toBe(200)
      })
    })

    it('finds an app by its exact name alone: case, spaces, look-alikes and NUL are others: 401', async () => {
      const { app, clientSecret = '' } = await server().createApp()
      const others = [
        app.clientId.toUpperCase(),
        `${app.clientId} `,
        ` ${app.clientId}`,
        `${app.clientId}\u0000`,
        app.clientId.replace('a', 'а'),
        app.clientId.slice(0, -1),
      ]
      for (const clientId of others.filter((other) => other !== app.clientId)) {
        const { status } = await ask({ client_id: clientId, client_secret: clientSecret })
        expect([400, 401]).toContain(status)
        expect(await refusal(await ask({}, { authorization: raw(clientId, clientSecret) }))).toEqual(INVALID_CLIENT)
      }
    })

    it('a confidential app that shows its name alone is refused everywhere: 401', async () => {
      const { app } = await server().createApp({ grants: ['client_credentials', CODE_GRANT] })
      const named = { client_id: app.clientId }
      for (const [path, params] of [
        ['/oauth/token', { grant_type: 'client_credentials' }],
        ['/oauth/token', { grant_type: CODE_GRANT, code: 'x' }],
        ['/oauth/code', {}],
        ['/oauth/revoke', { token: 'x' }],
        ['/oauth/introspect', { token: 'x' }],
      ] as const) {
        expect(await refusal(await server().form(path, { ...params, ...named }))).toEqual(INVALID_CLIENT)
      }
    })

    it('both secrets work while a rotation overlaps, the old one no longer after it (RFC 6749 §2.3.1)', async () => {
      const { app, clientSecret = '' } = await server().createApp()
      const renewed = await rotate(server(), app.id)
      const works = async (secret: string) => (await ask({ client_id: app.clientId, client_secret: secret })).status
      expect([await works(clientSecret), await works(renewed)]).toEqual([200, 200])
      server().clock.pass({ seconds: 24 * 60 * 60 + 1 })
      expect([await works(clientSecret), await works(renewed)]).toEqual([401, 200])
    })
  },
)

async function rotate(server: TestServer, appId: string): Promise<string> {
  const { rotateAppSecret } = await import('../../src/operations/change-app.ts')
  const { clientSecret } = await rotateAppSecret(server.core, { id: 'admin', role: 'admin' }, appId)
  return clientSecret
}
