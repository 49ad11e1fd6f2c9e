import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { beforeAll, expect, it } from 'vitest'
import { browse } from '../../pages/browse.ts'
import { basic } from '../../support/server.ts'
import { type Application, CALLBACK, describeThx, said, token, wallet } from './support.ts'

const GRANT = { grant_type: 'client_credentials', scope: 'openid admin' }

/** What the page of the system promises, in its order; the program that it prints is run in clients.test.ts. */
describeThx('somebody who follows the page', (server) => {
  let app: Application

  beforeAll(async () => {
    const browser = browse(server())
    await browser.signIn(await server().createUser())
    const path = '/dashboard/applications/new'
    const form = { csrf_token: await browser.csrf(path), name: 'Loyalty', grant_type: 'client_credentials' }
    const page = await (await browser.post(path, form)).text()
    const [clientId = '', clientSecret = ''] = [...page.matchAll(/<code class="code"[^>]*>([\w-]+)</g)].map(
      ([, text]) => text ?? '',
    )
    app = { clientId, clientSecret, basic: basic(clientId, clientSecret) }
  })

  const request = (params: Record<string, string> = GRANT) => token(server(), params, app)
  const introspect = async (accessToken: string) =>
    (await said(await server().form('/token/introspection', { token: accessToken }, { authorization: app.basic }))).body
  const verify = (accessToken: string) =>
    jwtVerify(accessToken, createRemoteJWKSet(new URL('/jwks', server().url)), {
      issuer: server().issuer,
      audience: app.clientId,
      currentDate: server().clock.now(),
    })

  it('registers an application: an ID of 21 characters, a secret of 86', () => {
    expect([app.clientId, app.clientSecret]).toEqual([
      expect.stringMatching(/^[\w-]{21}$/),
      expect.stringMatching(/^[\w-]{86}$/),
    ])
  })

  it('gets the response that is printed there', async () => {
    const { status, body } = await request()
    expect([status, Object.keys(body)]).toEqual([200, ['access_token', 'expires_in', 'token_type', 'scope']])
    expect(body).toMatchObject({ expires_in: 600, token_type: 'Bearer', scope: 'openid admin' })
  })

  it('gets a JWT with exactly the claims of the one there, by a key of /jwks and the issuer of the discovery', async () => {
    const { access_token } = (await request()).body
    expect(decodeProtectedHeader(access_token)).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.any(String) })
    const claims = decodeJwt(access_token)
    expect(Object.keys(claims).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'scope'])
    expect(claims.jti).toMatch(/^[\w-]{21}$/)
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(600)
    expect((await verify(access_token)).payload.scope).toBe('openid admin')
    const { issuer } = (await said(await server().fetch('/.well-known/openid-configuration'))).body
    expect(issuer).toBe(claims.iss)
  })

  it('with a wrong secret is not authenticated: 401 and a challenge (RFC 6749 §5.2)', async () => {
    const { status, headers, body } = await token(server(), GRANT, { basic: basic(app.clientId, 'wrong') })
    expect([status, body.error]).toEqual([401, 'invalid_client'])
    expect(headers.get('www-authenticate')).toMatch(/^Basic realm=/)
  })

  it('with a header that is none is told so: 400', async () => {
    expect(await token(server(), GRANT, { basic: 'incorrect authorization code' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', error_description: 'invalid authorization header value format' },
    })
  })

  it('has no code to exchange: unauthorized_client', async () => {
    const params = { grant_type: 'authorization_code', code: 'x', redirect_uri: CALLBACK }
    expect(await request(params)).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } })
  })

  it('asks for more than it may: invalid_scope, with the scope', async () => {
    expect(await request({ ...GRANT, scope: 'openid admin user' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope', scope: 'user' },
    })
  })

  it('asks for no scope and gets a token without one', async () => {
    const { status, body } = await request({ grant_type: 'client_credentials' })
    expect([status, Object.keys(body)]).toEqual([200, ['access_token', 'expires_in', 'token_type']])
    expect(decodeJwt(body.access_token)).not.toHaveProperty('scope')
  })

  it('sends JSON by its own name and is told what to send', async () => {
    const headers = { authorization: app.basic, 'content-type': 'application/json' }
    const response = await server().fetch('/token', { method: 'POST', headers, body: JSON.stringify(GRANT) })
    expect(await said(response)).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_request',
        error_description: 'only application/x-www-form-urlencoded content-type bodies are supported on POST /token',
      },
    })
  })

  it('has a wallet as well: openid-client brings its person to /auth', async () => {
    const { clientId, clientSecret } = await wallet(server())
    const configuration = await client.discovery(new URL(server().url), clientId, clientSecret, undefined, {
      execute: [client.allowInsecureRequests],
    })
    const url = client.buildAuthorizationUrl(configuration, { redirect_uri: CALLBACK, scope: 'openid user' })
    expect(url.href).toMatch(`${server().issuer}/auth?`)
    expect((await server().fetch(url.pathname + url.search)).status).toBe(303)
  })

  it('looks into a token until it is revoked', async () => {
    const { access_token } = (await request()).body
    expect(await introspect(access_token)).toMatchObject({ active: true })
    await server().form('/oauth/revoke', { token: access_token }, { authorization: app.basic })
    expect(await introspect(access_token)).toEqual({ active: false })
  })

  it('finds a token over after 600 seconds, by its claims and by introspection', async () => {
    const { access_token } = (await request()).body
    server().clock.pass({ seconds: 601 })
    await expect(verify(access_token)).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' })
    expect(await introspect(access_token)).toEqual({ active: false })
  })
})
