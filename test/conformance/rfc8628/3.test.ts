import { beforeAll, describe, expect, it } from 'vitest'
import { deviceCode } from '../../../plugins/device-code/index.ts'
import { DEVICE_GRANT, type RequestedDevice } from '../../plugins/device-flow.ts'
import { credentialsOf, describeConformance, type MadeApp } from '../support.ts'

describeConformance(
  'RFC 8628 §3, the device authorization grant',
  (flow, server) => {
    let made: MadeApp
    beforeAll(async () => {
      made = await flow.makeApp({ grants: [DEVICE_GRANT] })
    })

    const ask = (
      params: Record<string, string> | (readonly [string, string])[],
      headers: Record<string, string> = {},
    ) => server().form('/oauth/device_authorization', params, headers)
    const asked = async (): Promise<RequestedDevice> => (await (await ask(credentialsOf(made))).json()) as never
    const poll = (device_code: string, more: Record<string, string> = {}) =>
      flow.token({ grant_type: DEVICE_GRANT, device_code, ...credentialsOf(made), ...more })

    describe('the request (§3.1)', () => {
      it('treats a parameter without a value as left out, and ignores one that nobody knows', async () => {
        const response = await ask({ ...credentialsOf(made), scope: '', unknown: 'x' })
        expect(response.status).toBe(200)
        const { device_code } = (await response.json()) as RequestedDevice
        expect((await poll(device_code)).body.error).toBe('authorization_pending')
      })

      it.each(['client_id', 'client_secret', 'scope'])('refuses %s twice: invalid_request', async (name) => {
        const params = Object.entries({ scope: 'read', ...credentialsOf(made) })
        const response = await ask([...params, [name, 'x']])
        expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }])
      })

      it('authenticates an app as the token endpoint does: by header, by body, or by its name alone if it is public', async () => {
        const open = await flow.makeApp({ type: 'public', grants: [DEVICE_GRANT] })
        expect((await ask({}, { authorization: made.basic })).status).toBe(200)
        expect((await ask(credentialsOf(made))).status).toBe(200)
        expect((await ask(credentialsOf(open))).status).toBe(200)
        for (const wrong of [
          { client_id: made.app.clientId },
          { ...credentialsOf(made), client_secret: 'gqk_x' },
          {},
        ]) {
          const response = await ask(wrong)
          expect([response.status, await response.json()]).toMatchObject([401, { error: 'invalid_client' }])
        }
      })

      it('answers errors as the token endpoint does (§3.2)', async () => {
        const response = await ask({ ...credentialsOf(made), scope: 'no such scope' })
        expect([response.status, response.headers.get('cache-control')]).toEqual([400, 'no-store'])
        expect(await response.json()).toMatchObject({ error: 'invalid_scope', error_description: expect.any(String) })
      })
    })

    describe('the answer (§3.2)', () => {
      it('has codes that nobody else was given, for a limited time', async () => {
        const answers = await Promise.all(Array.from({ length: 100 }, asked))
        for (const name of ['device_code', 'user_code'] as const) {
          expect(new Set(answers.map((answer) => answer[name])).size).toBe(100)
        }
        for (const { expires_in, interval } of answers) expect([expires_in, interval]).toEqual([600, 5])
      })

      it('has a device code of more than 128 random bits (§5.2)', async () => {
        const { device_code } = await asked()
        const random = Buffer.from(device_code.slice(4), 'base64url').subarray(6, 32)
        expect(random.length * 8).toBe(208)
      })

      it('names a short page of this server, without the code in it', async () => {
        const { verification_uri, verification_uri_complete, user_code } = await asked()
        expect(verification_uri).toBe(`${server().issuer}/device`)
        expect(verification_uri_complete).toBe(`${verification_uri}?user_code=${user_code}`)
      })
    })

    describe('the person (§3.3)', () => {
      const decided = async (decision: 'approve' | 'deny') => {
        const device = await asked()
        const browser = await flow.person()
        const csrf_token = await browser.csrf('/device')
        const found = await browser.post('/device', { csrf_token, user_code: device.user_code })
        const { pathname } = new URL(found.headers.get('location') ?? '')
        await browser.decide(pathname, decision)
        return device.device_code
      }

      it('starts at the verification URI, supplies the code, and decides; the device is told a yes by tokens', async () => {
        const { status, body, headers } = await poll(await decided('approve'))
        expect([status, headers.get('cache-control'), body.token_type]).toEqual([200, 'no-store', 'Bearer'])
      })

      it('the device is told a no by access_denied (§3.5)', async () => {
        expect((await poll(await decided('deny'))).body.error).toBe('access_denied')
      })

      it('who comes with the code in the URI is shown it, to compare it with the one on the device (§3.3.1)', async () => {
        const { user_code } = await asked()
        const page = await (await (await flow.person()).get(`/device?user_code=${user_code}`)).text()
        expect(page).toContain(user_code)
        expect(page).toContain('Does your device show this code?')
      })
    })

    describe('the poll (§3.4, §3.5)', () => {
      it.each([
        ['without a device code: invalid_request', { device_code: '' }, 'invalid_request'],
        ['with one that nobody was given: invalid_grant', { device_code: 'gqc_x' }, 'invalid_grant'],
        ['without the proof of the app: invalid_client', { client_secret: '' }, 'invalid_client'],
      ])('%s', async (_, more, error) => {
        const { device_code } = await asked()
        const { status, body } = await poll(device_code, more as Record<string, string>)
        expect([status, body.error]).toEqual([error === 'invalid_client' ? 401 : 400, error])
      })

      it('is authorization_pending until the decision, and slow_down with 5 seconds more for whoever is too fast', async () => {
        const { device_code } = await asked()
        expect((await poll(device_code)).body.error).toBe('authorization_pending')
        expect((await poll(device_code)).body).toMatchObject({ error: 'slow_down', interval: 10 })
        server().clock.pass({ seconds: 9 })
        expect((await poll(device_code)).body).toMatchObject({ error: 'slow_down', interval: 15 })
        server().clock.pass({ seconds: 15 })
        expect((await poll(device_code)).body).toMatchObject({ error: 'authorization_pending', interval: 15 })
      })

      it('is expired_token when the time is over', async () => {
        const { device_code } = await asked()
        server().clock.pass({ seconds: 600 })
        expect((await poll(device_code)).body.error).toBe('expired_token')
      })
    })
  },
  () => ({ plugins: [deviceCode()] }),
)
