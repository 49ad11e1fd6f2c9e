import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { refreshToken } from '../../plugins/refresh-token/index.ts'
import { launchChromium } from '../support/chromium.ts'
import { describeEachServer } from '../support/server.ts'
import { PASSWORD, type Site, signIn, startSite, visit, visitWithin } from './site.ts'

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

describeEachServer(
  'certified clients, unmodified and in their strict defaults, with a real browser as the person',
  () => ({ plugins: [authorizationCode(), refreshToken()] }),
  (server) => {
    let site: Site

    beforeAll(async () => {
      await server().createUser({ username: 'ada', password: PASSWORD })
      site = await startSite()
    })
    afterAll(() => site.close())

    const makeApp = (type: 'confidential' | 'public' = 'confidential') =>
      server().createApp({
        name: 'Weather',
        type,
        grants: ['authorization_code', 'refresh_token', ...(type === 'confidential' ? ['client_credentials'] : [])],
        redirectUris: [site.callback],
      })

    const person = (url: URL) => visit(chromium, site, url)

    describe.each([
      ['basic', (secret: string) => client.ClientSecretBasic(secret)],
      ['post', (secret: string) => client.ClientSecretPost(secret)],
      ['public', () => client.None()],
    ])('openid-client, %s', (method, authenticate) => {
      const configure = async () => {
        const { app, clientSecret } = await makeApp(method === 'public' ? 'public' : 'confidential')
        const configuration = await client.discovery(
          new URL(server().url),
          app.clientId,
          undefined,
          authenticate(clientSecret ?? ''),
          {
            algorithm: 'oauth2',
            execute: [client.allowInsecureRequests],
          },
        )
        return { app, configuration }
      }

      it('discovery, code with PKCE, state and iss, refresh, introspection, revocation', async () => {
        const { configuration } = await configure()
        const pkceCodeVerifier = client.randomPKCECodeVerifier()
        const expectedState = client.randomState()
        const url = client.buildAuthorizationUrl(configuration, {
          redirect_uri: site.callback,
          scope: 'read write',
          state: expectedState,
          code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
          code_challenge_method: 'S256',
        })
        const back = await person(url)
        const tokens = await client.authorizationCodeGrant(configuration, back.url, { pkceCodeVerifier, expectedState })
        expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'read write', expires_in: 3600 })
        const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '', { scope: 'read' })
        expect(refreshed.scope).toBe('read')
        if (method === 'public') return
        expect(await client.tokenIntrospection(configuration, refreshed.access_token)).toMatchObject({
          active: true,
          scope: 'read',
        })
        await client.tokenRevocation(configuration, refreshed.refresh_token ?? '')
        expect(await client.tokenIntrospection(configuration, refreshed.access_token)).toMatchObject({ active: false })
        expect((await client.clientCredentialsGrant(configuration, { scope: 'write' })).scope).toBe('write')
      })

      it('response_mode=form_post: the browser posts the answer by itself', async () => {
        const { configuration } = await configure()
        const pkceCodeVerifier = client.randomPKCECodeVerifier()
        const expectedState = client.randomState()
        const url = client.buildAuthorizationUrl(configuration, {
          redirect_uri: site.callback,
          response_mode: 'form_post',
          state: expectedState,
          code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
          code_challenge_method: 'S256',
        })
        const back = await person(url)
        expect(back.method).toBe('POST')
        const request = new Request(back.url, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: back.body,
        })
        const tokens = await client.authorizationCodeGrant(configuration, request, { pkceCodeVerifier, expectedState })
        expect(tokens.access_token).toBeTruthy()
      })
    })

    it('who said yes before and signs in anew is back at the app without a question', async () => {
      const { app, clientSecret } = await makeApp()
      const configuration = await client.discovery(
        new URL(server().url),
        app.clientId,
        undefined,
        client.ClientSecretBasic(clientSecret ?? ''),
        { algorithm: 'oauth2', execute: [client.allowInsecureRequests] },
      )
      const pkceCodeVerifier = client.randomPKCECodeVerifier()
      const expectedState = client.randomState()
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: site.callback,
        state: expectedState,
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      })
      await person(url)
      const context = await chromium.newContext()
      const back = await visitWithin(context, site, url, signIn)
      await context.close()
      const tokens = await client.authorizationCodeGrant(configuration, back.url, { pkceCodeVerifier, expectedState })
      expect(tokens.access_token).toBeTruthy()
    })

    it('oauth4webapi: discovery, code with PKCE, state and iss, refresh', async () => {
      const { app, clientSecret } = await makeApp()
      const insecure = { [oauth.allowInsecureRequests]: true } as const
      const issuer = new URL(server().url)
      const as = await oauth
        .discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure })
        .then((response) => oauth.processDiscoveryResponse(issuer, response))
      expect(as.authorization_response_iss_parameter_supported).toBe(true)
      const verifier = oauth.generateRandomCodeVerifier()
      const state = oauth.generateRandomState()
      const url = new URL(as.authorization_endpoint ?? '')
      url.search = new URLSearchParams({
        client_id: app.clientId,
        redirect_uri: site.callback,
        response_type: 'code',
        scope: 'read',
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString()
      const back = await person(url)
      const own: oauth.Client = { client_id: app.clientId }
      const proof = oauth.ClientSecretBasic(clientSecret ?? '')
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
      const tokens = await oauth.processAuthorizationCodeResponse(as, own, answer)
      expect(tokens.scope).toBe('read')
      const refresh = await oauth.refreshTokenGrantRequest(as, own, proof, tokens.refresh_token ?? '', insecure)
      expect((await oauth.processRefreshTokenResponse(as, own, refresh)).access_token).toBeTruthy()
    })
  },
)
