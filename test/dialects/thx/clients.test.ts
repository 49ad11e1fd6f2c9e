import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as jose from 'jose'
import * as client from 'openid-client'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PASSWORD, type Site, signIn, startSite, visit, visitWithin } from '../../clients/site.ts'
import { launchChromium } from '../../support/chromium.ts'
import { HEADER_SNIPPET, requestSnippet } from './page.ts'
import { type Application, backend, describeThx, wallet } from './support.ts'

const ROOT = join(import.meta.dirname, '../../..')

/** Runs the program of the page in a Node of its own. */
async function runPage(origin: string, { clientId, clientSecret }: Application, axios: string) {
  const program = `
const axios = require('${axios}').default
const CLIENT_ID = '${clientId}'
const CLIENT_SECRET = '${clientSecret}'
${HEADER_SNIPPET}
const asked = ${requestSnippet(origin)}
asked.then(({ status, data }) => console.log(JSON.stringify({ h, status, data })))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=commonjs', '-e', program], {
    cwd: ROOT,
  })
  return JSON.parse(stdout)
}

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

describeThx('the clients of the system, unmodified', (server) => {
  let site: Site
  let userId: string

  beforeAll(async () => {
    userId = (await server().createUser({ username: 'ada', password: PASSWORD, email: 'ada@example.org' })).id
    site = await startSite()
  })
  afterAll(() => site.close())

  const configure = ({ clientId, clientSecret }: Application, proof = client.ClientSecretBasic(clientSecret)) =>
    client.discovery(new URL(server().url), clientId, { id_token_signed_response_alg: 'RS256' }, proof, {
      execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
    })

  describe.each(['axios', 'axios-2021'])('the program of the page, with %s', (axios) => {
    it('gets an access token', async () => {
      const app = await backend(server())
      const { h, status, data } = await runPage(server().url, app, axios)
      expect(h).toBe(app.basic)
      expect([status, data]).toEqual([
        200,
        { access_token: expect.any(String), expires_in: 600, token_type: 'Bearer', scope: 'openid admin' },
      ])
      const keys = jose.createRemoteJWKSet(new URL('/jwks', server().url))
      const { payload } = await jose.jwtVerify(data.access_token, keys, {
        issuer: server().issuer,
        audience: app.clientId,
        currentDate: server().clock.now(),
        algorithms: ['RS256'],
      })
      expect(payload.scope).toBe('openid admin')
    })
  })

  it('openid-client: discovery at the system’s own host, and client credentials', async () => {
    const app = await backend(server())
    const configuration = await configure(app)
    expect(configuration.serverMetadata()).toMatchObject({
      issuer: server().issuer,
      token_endpoint: `${server().issuer}/token`,
      jwks_uri: `${server().issuer}/jwks`,
    })
    const tokens = await client.clientCredentialsGrant(configuration, { scope: 'openid admin' })
    expect(tokens).toMatchObject({ expires_in: 600, token_type: 'bearer', scope: 'openid admin' })
    expect(await client.tokenIntrospection(configuration, tokens.access_token)).toMatchObject({
      active: true,
      client_id: app.clientId,
    })
    const wrong = await configure(app, client.ClientSecretBasic('wrong'))
    await expect(client.clientCredentialsGrant(wrong)).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: 'basic', parameters: { error: 'invalid_client' } }],
    })
  })

  it.each([true, false])('openid-client: the code flow of a wallet in a real browser, by PKCE: %s', async (hasPkce) => {
    const configuration = await configure(await wallet(server(), site.callback))
    const verifier = client.randomPKCECodeVerifier()
    const checks = { expectedState: client.randomState(), expectedNonce: client.randomNonce(), idTokenExpected: true }
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: site.callback,
      scope: 'openid user email unheard-of',
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      ...(hasPkce && {
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }),
    })
    expect(url.pathname).toBe('/auth')
    const back = await visit(chromium, site, url)
    const proofs = { ...checks, ...(hasPkce && { pkceCodeVerifier: verifier }) }
    const tokens = await client.authorizationCodeGrant(configuration, back.url, proofs)
    expect(tokens).toMatchObject({ expires_in: 3600, scope: 'openid user email' })
    expect(tokens.refresh_token).toBeUndefined()
    expect(tokens.claims()).toMatchObject({ sub: userId, iss: server().issuer })
    const access = jose.decodeJwt(tokens.access_token)
    expect(Object.keys(access).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'scope', 'sub'])
    const me = await client.fetchUserInfo(configuration, tokens.access_token, userId)
    expect(me).toEqual({ sub: userId, email: 'ada@example.org', email_verified: false })

    // Presented again, at once and rightly proved: the first token ends all the same.
    await expect(client.authorizationCodeGrant(configuration, back.url, proofs)).rejects.toMatchObject({
      error: 'invalid_grant',
      error_description: 'grant request is invalid',
    })
    await expect(client.fetchUserInfo(configuration, tokens.access_token, userId)).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token' } }],
    })
  })

  it('openid-client: a refresh token comes with offline_access, and rotates', async () => {
    const configuration = await configure(await wallet(server(), site.callback))
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: site.callback,
      scope: 'openid user offline_access',
      prompt: 'consent',
    })
    const back = await visit(chromium, site, url)
    const tokens = await client.authorizationCodeGrant(configuration, back.url, { idTokenExpected: true })
    const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '')
    expect(refreshed).toMatchObject({ expires_in: 3600, scope: 'openid user offline_access' })
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token)
    expect(refreshed.claims()).toMatchObject({ sub: userId })
  })

  it('a person says no: access_denied, in the words of the system', async () => {
    const configuration = await configure(await wallet(server(), site.callback))
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: site.callback,
      scope: 'openid user',
      state: 'kept as it is',
    })
    const context = await chromium.newContext()
    const back = await visitWithin(context, site, url, async (page) => {
      await signIn(page)
      await page.getByRole('button', { name: 'Deny' }).click()
    })
    await context.close()
    expect(Object.fromEntries(back.url.searchParams)).toEqual({
      error: 'access_denied',
      error_description: 'End-User aborted interaction',
      state: 'kept as it is',
      iss: server().issuer,
    })
  })
})
