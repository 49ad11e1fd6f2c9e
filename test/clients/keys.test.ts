import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { clientAssertion } from '../../plugins/client-assertion/index.ts'
import { dpop } from '../../plugins/dpop/index.ts'
import { openid } from '../../plugins/openid/index.ts'
import { refreshToken } from '../../plugins/refresh-token/index.ts'
import { callApi, connect } from '../examples/app-keys.ts'
import { listenOn } from '../outgoing/listener.ts'
import { createKey, setOf, type TestKey } from '../plugins/proofs.ts'
import { launchChromium } from '../support/chromium.ts'
import { describeEachServer } from '../support/server.ts'
import { PASSWORD, type Site, startSite, visit } from './site.ts'

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

describeEachServer(
  'certified clients that prove to hold a key, unmodified and in their strict defaults',
  // Clients go by the clock on the wall.
  () => ({
    plugins: [authorizationCode(), refreshToken(), openid(), clientAssertion(), dpop()],
    clock: { now: () => new Date(), pass() {} },
  }),
  (server) => {
    let site: Site
    let key: TestKey

    beforeAll(async () => {
      await server().createUser({ username: 'ada', password: PASSWORD })
      site = await startSite()
      key = await createKey()
      await server().core.settings.write('dpop.nonces', 'required')
    })
    afterAll(() => site.close())

    const makeApp = async (type: 'confidential' | 'public') => {
      const made = await server().createApp({
        name: 'Weather',
        type,
        grants: ['authorization_code', 'refresh_token', ...(type === 'confidential' ? ['client_credentials'] : [])],
        scopes: ['openid', 'read'],
        redirectUris: [site.callback],
      })
      if (type === 'public') return made
      await setOf({ server: server().server }, made, 'client-assertion.jwks', JSON.stringify({ keys: [key.publicJwk] }))
      await setOf({ server: server().server }, made, 'core.clientAuthMethods', ['private_key_jwt'])
      return made
    }

    describe.each(['confidential', 'public'] as const)('openid-client, a %s app', (type) => {
      it('private_key_jwt where it has to, DPoP with nonces, dpop_jkt, userinfo, refresh', async () => {
        const { app } = await makeApp(type)
        const configuration = await client.discovery(
          new URL(server().url),
          app.clientId,
          undefined,
          type === 'public' ? client.None() : client.PrivateKeyJwt(key.privateKey),
          { execute: [client.allowInsecureRequests] },
        )
        const keyPair = await client.randomDPoPKeyPair()
        const DPoP = client.getDPoPHandle(configuration, keyPair)
        const pkceCodeVerifier = client.randomPKCECodeVerifier()
        const expectedState = client.randomState()
        const url = client.buildAuthorizationUrl(configuration, {
          redirect_uri: site.callback,
          scope: 'openid read',
          state: expectedState,
          code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
          code_challenge_method: 'S256',
          dpop_jkt: await DPoP.calculateThumbprint(),
        })
        const back = await visit(chromium, site, url)
        const checks = { pkceCodeVerifier, expectedState }
        const tokens = await client.authorizationCodeGrant(configuration, back.url, checks, undefined, { DPoP })
        expect(tokens.token_type).toBe('dpop')
        const sub = tokens.claims()?.sub ?? ''
        const info = await client.fetchUserInfo(configuration, tokens.access_token, sub, { DPoP })
        expect(info.sub).toBe(sub)
        const next = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '', undefined, { DPoP })
        expect(next.token_type).toBe('dpop')
        if (type === 'public') return
        const looked = await client.tokenIntrospection(configuration, next.access_token)
        expect(looked).toMatchObject({ active: true, cnf: { jkt: await DPoP.calculateThumbprint() } })
        await client.tokenRevocation(configuration, next.access_token)
        expect((await client.tokenIntrospection(configuration, next.access_token)).active).toBe(false)
      })
    })

    it('the example of docs/app-keys.md: an API gets the token under the scheme DPoP, with a proof for its URL', async () => {
      const { app } = await makeApp('confidential')
      const seen: { authorization?: string | undefined; proof?: string | undefined } = {}
      const api = await listenOn('127.0.0.1', ({ headers }, response) => {
        Object.assign(seen, { authorization: headers.authorization, proof: headers.dpop })
        response.end('things')
      })
      const url = new URL(`http://127.0.0.1:${api.port}/things`)
      const answer = await callApi(await connect(new URL(server().url), app.clientId, key.privateKey), url)
      expect(await answer.text()).toBe('things')
      const token = seen.authorization?.replace('DPoP ', '') ?? ''
      expect(decodeJwt(token).cnf).toEqual({ jkt: expect.any(String) })
      const ath = createHash('sha256').update(token).digest('base64url')
      expect(decodeJwt(seen.proof ?? '')).toMatchObject({ htm: 'GET', htu: url.href, ath })
    })

    it('oauth4webapi: private_key_jwt and DPoP, which learns the nonce from the first refusal', async () => {
      const { app } = await makeApp('confidential')
      const insecure = { [oauth.allowInsecureRequests]: true } as const
      const issuer = new URL(server().url)
      const as = await oauth
        .discoveryRequest(issuer, insecure)
        .then((response) => oauth.processDiscoveryResponse(issuer, response))
      expect(as.dpop_signing_alg_values_supported).toContain('ES256')
      const own: oauth.Client = { client_id: app.clientId }
      const DPoP = oauth.DPoP(own, await oauth.generateKeyPair('ES256'))
      const ask = async () => {
        const proof = oauth.PrivateKeyJwt(key.privateKey)
        const options = { DPoP, ...insecure }
        const answer = await oauth.clientCredentialsGrantRequest(as, own, proof, { scope: 'read' }, options)
        return oauth.processClientCredentialsResponse(as, own, answer)
      }
      const refusal = await ask().catch((error: unknown) => error)
      expect(oauth.isDPoPNonceError(refusal)).toBe(true)
      expect((await ask()).token_type).toBe('dpop')
    })
  },
)
