import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { openid } from '../../plugins/openid/index.ts'
import { refreshToken } from '../../plugins/refresh-token/index.ts'
import { updateProfile } from '../../src/operations/update-profile.ts'
import { finishOpenIdSignIn, startOpenIdSignIn } from '../examples/openid-client.ts'
import { launchChromium } from '../support/chromium.ts'
import { describeEachServer } from '../support/server.ts'
import { PASSWORD, type Site, signIn, startSite, visit, visitWithin } from './site.ts'

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

describeEachServer(
  'OpenID Connect with certified clients, unmodified and in their strict defaults, and a real browser',
  () => ({ plugins: [authorizationCode(), refreshToken(), openid()] }),
  (server) => {
    let site: Site
    let userId: string

    beforeAll(async () => {
      const { core } = server()
      const ada = await server().createUser({ username: 'ada', password: PASSWORD })
      userId = ada.id
      await updateProfile(core, { id: undefined, role: 'admin' }, ada.id, { name: 'Ada', email: 'ada@example.org' })
      site = await startSite()
    })
    afterAll(() => site.close())

    async function makeApp(settings: Readonly<Record<string, unknown>> = {}) {
      const { app, clientSecret = '' } = await server().createApp({
        name: 'Weather',
        grants: ['authorization_code', 'refresh_token'],
        scopes: ['openid', 'profile', 'email', 'offline_access'],
        redirectUris: [site.callback],
      })
      const own = Object.entries(settings).map(([name, value]) => [`openid.${name}`, value])
      await server().core.apps.update({ ...app, settings: Object.fromEntries(own) })
      return { app, clientSecret }
    }

    describe.each(['RS256', 'ES256'])('openid-client, ID tokens by %s', (algorithm) => {
      async function configure() {
        const { app, clientSecret } = await makeApp({
          idTokenSignedResponseAlg: algorithm,
          userinfoSignedResponseAlg: algorithm,
        })
        return client.discovery(
          new URL(server().url),
          app.clientId,
          { id_token_signed_response_alg: algorithm, userinfo_signed_response_alg: algorithm },
          client.ClientSecretBasic(clientSecret),
          { execute: [client.allowInsecureRequests] },
        )
      }

      it('discovery, code, ID token, userinfo as a JWT, refresh with a new ID token', async () => {
        const configuration = await configure()
        client.enableNonRepudiationChecks(configuration)
        const pkceCodeVerifier = client.randomPKCECodeVerifier()
        const checks = {
          pkceCodeVerifier,
          expectedState: client.randomState(),
          expectedNonce: client.randomNonce(),
          idTokenExpected: true,
          maxAge: 300,
        }
        const url = client.buildAuthorizationUrl(configuration, {
          redirect_uri: site.callback,
          scope: 'openid profile email offline_access',
          prompt: 'consent',
          state: checks.expectedState,
          nonce: checks.expectedNonce,
          max_age: String(checks.maxAge),
          code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
          code_challenge_method: 'S256',
        })
        const back = await visit(chromium, site, url)
        const tokens = await client.authorizationCodeGrant(configuration, back.url, checks)
        expect(tokens.claims()).toMatchObject({ sub: userId, nonce: checks.expectedNonce, amr: ['pwd'] })
        const userinfo = await client.fetchUserInfo(configuration, tokens.access_token, userId)
        expect(userinfo).toMatchObject({ sub: userId, name: 'Ada', email: 'ada@example.org' })
        const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '')
        expect(refreshed.claims()).toMatchObject({ sub: userId, auth_time: tokens.claims()?.auth_time })
        expect(refreshed.id_token).not.toBe(tokens.id_token)
      })
    })

    it('oauth4webapi: discovery, code, ID token with its signature, userinfo, refresh', async () => {
      const { app, clientSecret } = await makeApp()
      const insecure = { [oauth.allowInsecureRequests]: true } as const
      const issuer = new URL(server().url)
      const as = await oauth
        .discoveryRequest(issuer, insecure)
        .then((response) => oauth.processDiscoveryResponse(issuer, response))
      const verifier = oauth.generateRandomCodeVerifier()
      const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
      const url = new URL(as.authorization_endpoint ?? '')
      url.search = new URLSearchParams({
        client_id: app.clientId,
        redirect_uri: site.callback,
        response_type: 'code',
        scope: 'openid email',
        max_age: '300',
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString()
      const back = await visit(chromium, site, url)
      const own: oauth.Client = { client_id: app.clientId, require_auth_time: true }
      const proof = oauth.ClientSecretBasic(clientSecret)
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
      const tokens = await oauth.processAuthorizationCodeResponse(as, own, answer, {
        expectedNonce: nonce,
        maxAge: 300,
        requireIdToken: true,
      })
      await oauth.validateApplicationLevelSignature(as, answer, insecure)
      expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe(userId)
      const asked = await oauth.userInfoRequest(as, own, tokens.access_token, insecure)
      expect(await oauth.processUserInfoResponse(as, own, userId, asked)).toEqual({
        sub: userId,
        email: 'ada@example.org',
        email_verified: false,
      })
      const refresh = await oauth.refreshTokenGrantRequest(as, own, proof, tokens.refresh_token ?? '', insecure)
      const refreshed = await oauth.processRefreshTokenResponse(as, own, refresh)
      expect(oauth.getValidatedIdTokenClaims(refreshed)?.sub).toBe(userId)
    })

    it('as the documents show it', async () => {
      const { app, clientSecret } = await makeApp()
      const options = { execute: [client.allowInsecureRequests] }
      const configuration = await client.discovery(
        new URL(server().url),
        app.clientId,
        clientSecret,
        undefined,
        options,
      )
      const { url, checks } = await startOpenIdSignIn(configuration, site.callback)
      const back = await visit(chromium, site, url)
      const { subject, userinfo } = await finishOpenIdSignIn(configuration, back.url, checks)
      expect([subject, userinfo.name]).toEqual([userId, 'Ada'])
    })

    it('one browser: a silent request, max_age, prompt=login, and the hint of somebody else (Core §3.1.2)', async () => {
      const { app, clientSecret } = await makeApp()
      const configuration = await client.discovery(
        new URL(server().url),
        app.clientId,
        undefined,
        client.ClientSecretPost(clientSecret),
        { execute: [client.allowInsecureRequests] },
      )
      const context = await chromium.newContext()
      async function ask(more: Record<string, string>, act: Parameters<typeof visitWithin>[3] = async () => {}) {
        const pkceCodeVerifier = client.randomPKCECodeVerifier()
        const url = client.buildAuthorizationUrl(configuration, {
          redirect_uri: site.callback,
          scope: 'openid',
          code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
          code_challenge_method: 'S256',
          ...more,
        })
        const back = await visitWithin(context, site, url, act)
        const idTokenExpected = { pkceCodeVerifier, idTokenExpected: true }
        return client.authorizationCodeGrant(configuration, back.url, idTokenExpected)
      }

      await expect(ask({ prompt: 'none' })).rejects.toMatchObject({ error: 'login_required' })
      const first = await ask({}, async (page) => {
        await signIn(page)
        await page.getByRole('button', { name: 'Approve' }).click()
      })
      const silent = await ask({ prompt: 'none', id_token_hint: first.id_token ?? '' })
      expect(silent.claims()).toMatchObject({ sid: first.claims()?.sid, auth_time: first.claims()?.auth_time })
      server().clock.pass({ seconds: 20 })
      await expect(ask({ prompt: 'none', max_age: '10' })).rejects.toMatchObject({ error: 'login_required' })
      const again = await ask({ prompt: 'login' }, signIn)
      // Whoever signs in again is in the same session of theirs.
      expect(again.claims()?.sid).toBe(first.claims()?.sid)
      expect(Number(again.claims()?.auth_time)).toBeGreaterThanOrEqual(Number(first.claims()?.auth_time) + 20)
      await context.close()
    })
  },
)
