import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deviceCode } from '../../plugins/device-code/index.ts'
import { refreshToken } from '../../plugins/refresh-token/index.ts'
import { DEVICE_GRANT } from '../plugins/device-flow.ts'
import { launchChromium } from '../support/chromium.ts'
import { describeEachServer } from '../support/server.ts'

const PASSWORD = 'correct horse battery'

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

describeEachServer(
  'certified clients as a device, in their strict defaults, with a real browser as the person',
  // Clients wait by the clock on the wall.
  () => ({ plugins: [deviceCode(), refreshToken()], clock: { now: () => new Date(), pass() {} } }),
  (server) => {
    beforeAll(async () => {
      await server().createUser({ username: 'ada', password: PASSWORD })
      await server().core.settings.write('device-code.intervalSeconds', 1)
    })

    const makeApp = (type: 'confidential' | 'public') =>
      server().createApp({ name: 'Weather', type, grants: [DEVICE_GRANT, 'refresh_token'] })

    /** The person: scans the code, signs in, compares, and presses a button. */
    async function person(url: string, button: 'Approve' | 'Deny') {
      const context = await chromium.newContext()
      const page = await context.newPage()
      await page.goto(url)
      await page.getByLabel('Your user name').fill('ada')
      await page.getByLabel('Your password').fill(PASSWORD)
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.getByRole('button', { name: 'Yes', exact: true }).click()
      await page.getByRole('button', { name: button }).click()
      await page.getByRole('heading', { name: /^You (approved|denied) Weather$/ }).waitFor()
      await context.close()
    }

    describe.each([
      ['basic', 'confidential', (secret: string) => client.ClientSecretBasic(secret)],
      ['post', 'confidential', (secret: string) => client.ClientSecretPost(secret)],
      ['public', 'public', () => client.None()],
    ] as const)('openid-client, %s', (_, type, authenticate) => {
      const start = async () => {
        const { app, clientSecret } = await makeApp(type)
        const configuration = await client.discovery(
          new URL(server().url),
          app.clientId,
          undefined,
          authenticate(clientSecret ?? ''),
          { algorithm: 'oauth2', execute: [client.allowInsecureRequests] },
        )
        const device = await client.initiateDeviceAuthorization(configuration, { scope: 'read' })
        return { configuration, device }
      }

      it('asks, polls while the person decides, gets its tokens and refreshes them', async () => {
        const { configuration, device } = await start()
        const polled = client.pollDeviceAuthorizationGrant(configuration, device)
        await person(device.verification_uri_complete ?? '', 'Approve')
        const tokens = await polled
        expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'read', expires_in: 3600 })
        const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '')
        expect(refreshed.scope).toBe('read')
      })

      it('is told a no', async () => {
        const { configuration, device } = await start()
        const polled = client.pollDeviceAuthorizationGrant(configuration, device)
        const refused = expect(polled).rejects.toMatchObject({ error: 'access_denied' })
        await person(device.verification_uri_complete ?? '', 'Deny')
        await refused
      })
    })

    it('oauth4webapi: request, a poll before the decision, and one after it', async () => {
      const { app, clientSecret } = await makeApp('confidential')
      const insecure = { [oauth.allowInsecureRequests]: true } as const
      const issuer = new URL(server().url)
      const as = await oauth
        .discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure })
        .then((response) => oauth.processDiscoveryResponse(issuer, response))
      const own: oauth.Client = { client_id: app.clientId }
      const proof = oauth.ClientSecretBasic(clientSecret ?? '')
      const asked = await oauth.deviceAuthorizationRequest(as, own, proof, { scope: 'write' }, insecure)
      const device = await oauth.processDeviceAuthorizationResponse(as, own, asked)
      expect(device).toMatchObject({ expires_in: 600, interval: 1 })
      const poll = async () => {
        const answer = await oauth.deviceCodeGrantRequest(as, own, proof, device.device_code, insecure)
        return oauth.processDeviceCodeResponse(as, own, answer)
      }
      await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending' })
      await person(device.verification_uri_complete ?? '', 'Approve')
      expect((await poll()).scope).toBe('write')
    })
  },
)
