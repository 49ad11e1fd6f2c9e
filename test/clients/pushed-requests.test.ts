import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { openid } from '../../plugins/openid/index.ts'
import { pushedAuthorization } from '../../plugins/pushed-authorization/index.ts'
import { refreshToken } from '../../plugins/refresh-token/index.ts'
import { resourceIndicators } from '../../plugins/resource-indicators/index.ts'
import { launchChromium } from '../support/chromium.ts'
import { describeEachServer } from '../support/server.ts'
import { PASSWORD, type Site, signIn, startSite, visit, visitWithin } from './site.ts'

const CALENDAR = 'https://calendar.example.com/'
const NOTES = 'https://notes.example.com/'

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

describeEachServer(
  'pushed requests and resource indicators with certified clients, unmodified and strict, and a real browser',
  () => ({
    plugins: [authorizationCode(), refreshToken(), openid(), resourceIndicators(), pushedAuthorization()],
    config: {
      resources: [
        { uri: CALENDAR, name: 'Your calendar', scopes: ['read'] },
        { uri: NOTES, name: 'Your notes', scopes: ['write'] },
      ],
    },
  }),
  (server) => {
    let site: Site

    beforeAll(async () => {
      await server().createUser({ username: 'ada', password: PASSWORD })
      site = await startSite()
    })
    afterAll(() => site.close())

    async function makeApp() {
      const { app, clientSecret = '' } = await server().createApp({
        name: 'Planner',
        grants: ['authorization_code', 'refresh_token'],
        scopes: ['openid', 'read', 'write'],
        redirectUris: [site.callback],
      })
      await server().core.apps.update({
        ...app,
        settings: { 'pushed-authorization.requirePushedAuthorizationRequests': true },
      })
      return { app, clientSecret }
    }

    const audienceOf = (accessToken: string) => decodeJwt(accessToken).aud

    it('openid-client: a pushed request for two APIs, and a token of each (RFC 9126, RFC 8707)', async () => {
      const { app, clientSecret } = await makeApp()
      const configuration = await client.discovery(
        new URL(server().url),
        app.clientId,
        undefined,
        client.ClientSecretBasic(clientSecret),
        { execute: [client.allowInsecureRequests] },
      )
      const pkceCodeVerifier = client.randomPKCECodeVerifier()
      const expectedState = client.randomState()
      const parameters = new URLSearchParams({
        redirect_uri: site.callback,
        scope: 'openid read write',
        state: expectedState,
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      })
      for (const resource of [CALENDAR, NOTES]) parameters.append('resource', resource)
      const url = await client.buildAuthorizationUrlWithPAR(configuration, parameters)
      expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])

      const context = await chromium.newContext()
      const back = await visitWithin(context, site, url, async (page) => {
        await signIn(page)
        const text = await page.locator('main').innerText()
        expect(text).toContain('Your calendar')
        expect(text).toContain('Your notes')
        await page.getByRole('button', { name: 'Approve' }).click()
      })
      await context.close()
      const checks = { pkceCodeVerifier, expectedState, idTokenExpected: true }
      const tokens = await client.authorizationCodeGrant(configuration, back.url, checks, { resource: CALENDAR })
      expect([audienceOf(tokens.access_token), tokens.scope]).toEqual([CALENDAR, 'openid read'])
      const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '', { resource: NOTES })
      expect([audienceOf(refreshed.access_token), refreshed.scope]).toEqual([NOTES, 'openid write'])
    })

    it('oauth4webapi: a pushed request for an API, and the metadata of this server’s own (RFC 9728)', async () => {
      const { app, clientSecret } = await makeApp()
      const insecure = { [oauth.allowInsecureRequests]: true } as const
      const userinfo = new URL('/oauth/userinfo', server().url)
      const resource = await oauth
        .resourceDiscoveryRequest(userinfo, insecure)
        .then((response) => oauth.processResourceDiscoveryResponse(userinfo, response))
      const issuer = new URL(resource.authorization_servers?.[0] ?? '')
      const as = await oauth
        .discoveryRequest(issuer, insecure)
        .then((response) => oauth.processDiscoveryResponse(issuer, response))
      const own: oauth.Client = { client_id: app.clientId }
      const proof = oauth.ClientSecretPost(clientSecret)
      const verifier = oauth.generateRandomCodeVerifier()
      const state = oauth.generateRandomState()
      const pushing = await oauth.pushedAuthorizationRequest(
        as,
        own,
        proof,
        {
          redirect_uri: site.callback,
          response_type: 'code',
          scope: 'openid read',
          resource: CALENDAR,
          state,
          code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        },
        insecure,
      )
      const pushed = await oauth.processPushedAuthorizationResponse(as, own, pushing)
      const url = new URL(as.authorization_endpoint ?? '')
      url.search = new URLSearchParams({ client_id: app.clientId, request_uri: pushed.request_uri }).toString()
      const back = await visit(chromium, site, url)
      const params = oauth.validateAuthResponse(as, own, back.url, state)
      const answer = await oauth.authorizationCodeGrantRequest(
        as,
        own,
        proof,
        params,
        site.callback,
        verifier,
        insecure,
      )
      const tokens = await oauth.processAuthorizationCodeResponse(as, own, answer, { requireIdToken: true })
      expect(audienceOf(tokens.access_token)).toBe(CALENDAR)
      const asked = await oauth.userInfoRequest(as, own, tokens.access_token, insecure)
      expect(await oauth.processUserInfoResponse(as, own, oauth.skipSubjectCheck, asked)).toHaveProperty('sub')
    })
  },
)
