import { createHmac } from 'node:crypto'
import { definePlugin } from 'grantql/plugin'
import type { TestApp, TestServer, TestUser } from 'grantql/testing'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { staff } from '../examples/own-claims.ts'
import { databases } from '../support/database.ts'
import { senderConstraintStub } from '../toys/stubs.ts'
import { ALL_SCOPES, flowOf, ISSUER, of, openidServer } from './openid-support.ts'

const PATH = '/oauth/userinfo'
const FORM = 'application/x-www-form-urlencoded'

/** Claims that belong to no scope, and one that is another plugin's. */
const shoes = () =>
  definePlugin()({
    id: 'shoes',
    userClaims: [{ names: ['shoe_size'], claimsOf: async () => ({ shoe_size: 43, email: 'not its own' }) }],
  })

describe.each(databases)('userinfo (OpenID Connect Core §5.3) ($name)', (database) => {
  let server: TestServer
  let app: TestApp
  let user: TestUser
  const flow = flowOf(() => server)

  beforeAll(async () => {
    server = await openidServer(
      await database.url(),
      [staff(async (username) => `of ${username}`), shoes(), senderConstraintStub()],
      { http: { allowedOrigins: ['https://app.example'] } },
    )
    app = await flow.createApp({ scopes: [...ALL_SCOPES, 'staff'] })
    user = await server.createUser({
      profile: {
        name: 'Ada Lovelace',
        givenName: 'Ada',
        familyName: 'Lovelace',
        locale: 'en-GB',
        email: 'ada@example.org',
        emailVerified: true,
        phoneNumber: '+441632960123',
        address: { streetAddress: '12 St James’s Square', locality: 'London', country: 'GB' },
      },
    })
  })
  afterAll(() => server?.close())

  const bearer = (token: string | undefined, scheme = 'Bearer') => ({ authorization: `${scheme} ${token}` })
  const ask = (headers: Record<string, string>, init: RequestInit = {}, path = PATH) =>
    server.fetch(path, { headers, ...init })
  const askWith = async (scope: string) =>
    (await ask(bearer((await flow.tokens(app, user, { scope })).access_token))).json()

  it('tells what the scopes ask for, and nothing else (§5.4)', async () => {
    const sub = user.user.id
    expect(await askWith('openid')).toEqual({ sub })
    expect(await askWith('openid profile')).toEqual({
      sub,
      name: 'Ada Lovelace',
      given_name: 'Ada',
      family_name: 'Lovelace',
      preferred_username: user.user.username,
      locale: 'en-GB',
      updated_at: expect.any(Number),
    })
    expect(await askWith('openid email')).toEqual({ sub, email: 'ada@example.org', email_verified: true })
    expect(await askWith('openid phone')).toEqual({
      sub,
      phone_number: '+441632960123',
      phone_number_verified: false,
    })
    expect(await askWith('openid address')).toEqual({
      sub,
      address: { street_address: '12 St James’s Square', locality: 'London', country: 'GB' },
    })
  })

  it('says nothing of what nobody knows: no null, no empty text (§5.3.2)', async () => {
    const nobody = await server.createUser()
    const { access_token } = await flow.tokens(app, nobody, { scope: 'openid profile email address phone' })
    expect(await (await ask(bearer(access_token))).json()).toEqual({
      sub: nobody.user.id,
      preferred_username: nobody.user.username,
      updated_at: expect.any(Number),
    })
  })

  it('tells what plugins of the deployment know, each its own claims alone', async () => {
    expect(await askWith('openid staff')).toEqual({ sub: user.user.id, department: `of ${user.user.username}` })
    const claims = JSON.stringify({ userinfo: { shoe_size: null } })
    const { access_token } = await flow.tokens(app, user, { claims })
    expect(await (await ask(bearer(access_token))).json()).toEqual({ sub: user.user.id, shoe_size: 43 })
  })

  it('answers by GET and by POST, the token in the header or in a form, the scheme in any case (RFC 6750 §2)', async () => {
    const { access_token = '' } = await flow.tokens(app, user)
    const form = { method: 'POST', body: new URLSearchParams({ access_token }).toString() }
    const answers = [
      await ask(bearer(access_token)),
      await ask(bearer(access_token, 'bearer')),
      await ask(bearer(access_token), { method: 'POST' }),
      await ask({ 'content-type': FORM }, form),
    ]
    for (const answer of answers) {
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(await answer.json()).toEqual({ sub: user.user.id })
    }
  })

  it('refuses a token in the URL, one that comes twice, and a header that cannot be read: invalid_request (RFC 6750 §3.1)', async () => {
    const { access_token = '' } = await flow.tokens(app, user)
    const body = new URLSearchParams({ access_token }).toString()
    const post = (headers: Record<string, string>, text = body) =>
      ask({ 'content-type': FORM, ...headers }, { method: 'POST', body: text })
    const refused = [
      await ask({}, {}, `${PATH}?access_token=${access_token}`),
      await ask(bearer(access_token), {}, `${PATH}?access_token=${access_token}`),
      await post(bearer(access_token)),
      await post({}, `${body}&${body}`),
      await ask({ authorization: 'Bearer' }),
      await ask({ authorization: `Bearer ${access_token} more` }),
    ]
    for (const answer of refused) {
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ error: 'invalid_request' })
    }
  })

  it('asks for a token where there is none, and says what is wrong with one that will not do (RFC 6750 §3)', async () => {
    const without = await ask({})
    expect(without.status).toBe(401)
    const metadata = `resource_metadata="${ISSUER}/.well-known/oauth-protected-resource/oauth/userinfo"`
    expect(without.headers.get('www-authenticate')).toBe(`Bearer realm="GrantQL", ${metadata}`)
    const { access_token = '', refresh_token = '' } = await flow.tokens(app, user)
    await server.form('/oauth/revoke', { ...of(app), token: access_token })
    const machine = await server.createApp({ grants: ['client_credentials'], scopes: ['openid'] })
    const own = await server.form('/oauth/token', { ...of(machine), grant_type: 'client_credentials' })
    for (const token of [access_token, refresh_token, 'nonsense', user.sessionToken, own.body.access_token]) {
      const refused = await ask(bearer(token))
      expect(refused.status).toBe(401)
      expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"')
    }
    const plain = await ask(bearer((await flow.tokens(app, user, { scope: 'read' })).access_token))
    expect([plain.status, plain.headers.get('www-authenticate')]).toEqual([
      403,
      `Bearer realm="GrantQL", error="insufficient_scope", ${metadata}`,
    ])
  })

  it('takes no bound token without its proof, and no bearer token as a bound one (RFC 9449 §7)', async () => {
    const { code = '' } = await flow.approved(app, user)
    const bound = await server.form(
      '/oauth/token',
      {
        ...of(app),
        grant_type: 'authorization_code',
        code,
        redirect_uri: 'https://rp.example/cb',
        code_verifier: 'v'.repeat(43),
      },
      { dpop: 'key-1' },
    )
    const { access_token } = bound.body
    const status = async (headers: Record<string, string>) => (await ask(headers)).status
    expect(await status({ ...bearer(access_token, 'DPoP'), dpop: 'key-1' })).toBe(200)
    expect(await status({ ...bearer(access_token, 'DPoP'), dpop: 'key-2' })).toBe(401)
    expect(await status(bearer(access_token, 'DPoP'))).toBe(401)
    expect(await status(bearer(access_token))).toBe(401)
    expect(await status({ ...bearer(access_token), dpop: 'key-1' })).toBe(401)
    const free = (await flow.tokens(app, user)).access_token
    expect(await status({ ...bearer(free, 'DPoP'), dpop: 'key-1' })).toBe(401)
  })

  it('takes no forged token: no signature, another algorithm, a key that is not ours (RFC 8725 §2.1, §3.1)', async () => {
    const { access_token = '' } = await flow.tokens(app, user)
    const [header = '', claims = '', signature = ''] = access_token.split('.')
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
    const headers = [
      { alg: 'none', typ: 'at+jwt', kid },
      { alg: 'HS256', typ: 'at+jwt', kid },
      { alg: 'RS256', typ: 'at+jwt', kid },
      { alg: 'ES256', typ: 'at+jwt', kid: 'unknown' },
      { alg: 'ES256', typ: 'at+jwt', kid: '../../etc/passwd' },
      { alg: 'ES256', typ: 'at+jwt', kid: "' or 1=1 --" },
      { alg: 'ES256', typ: 'JWT', kid },
    ]
    const { keys } = (await (await server.fetch('/oauth/jwks')).json()) as { keys: { kid: string }[] }
    const publicKey = JSON.stringify(keys.find((key) => key.kid === kid))
    for (const forged of headers) {
      const input = `${encode(forged)}.${claims}`
      const hmac = createHmac('sha256', publicKey).update(input).digest('base64url')
      for (const end of ['', signature, hmac]) expect((await ask(bearer(`${input}.${end}`))).status).not.toBe(200)
    }
    const other = encode({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), scope: 'openid email' })
    expect((await ask(bearer(`${header}.${other}.${signature}`))).status).toBe(401)
  })

  it('is read by pages of listed origins alone, by both methods (Fetch §3.2)', async () => {
    const { access_token } = await flow.tokens(app, user)
    for (const [origin, granted] of [
      ['https://app.example', 'https://app.example'],
      ['https://evil.example', null],
    ] as const) {
      for (const method of ['GET', 'POST']) {
        const answer = await ask({ ...bearer(access_token), origin }, { method })
        expect(answer.headers.get('access-control-allow-origin')).toBe(granted)
        const preflight = { origin, 'access-control-request-method': method }
        const asked = await ask(preflight, { method: 'OPTIONS' })
        expect(asked.headers.get('access-control-allow-origin')).toBe(granted)
      }
    }
  })

  it('is a signed JWT where the app says so, and that is no ID token (§5.3.2, RFC 8725 §3.11)', async () => {
    const signed = await flow.createApp()
    await flow.setting(signed, 'userinfoSignedResponseAlg', 'RS256')
    const { access_token } = await flow.tokens(signed, user, { scope: 'openid email' })
    const answer = await ask(bearer(access_token))
    expect(answer.headers.get('content-type')).toBe('application/jwt')
    const text = await answer.text()
    const keys = createLocalJWKSet(await (await server.fetch('/oauth/jwks')).json())
    const { payload, protectedHeader } = await jwtVerify(text, keys, { issuer: ISSUER, audience: signed.clientId })
    expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'userinfo+jwt' })
    expect(payload).toMatchObject({ sub: user.user.id, email: 'ada@example.org' })
    const hinted = await flow.approved(signed, user, { prompt: 'none', id_token_hint: text })
    expect(hinted).toMatchObject({ error: 'invalid_request' })
  })

  it('knows at once what the user changed, and nothing of a user who is shut out', async () => {
    const person = await server.createUser({ profile: { nickname: 'Lady' } })
    const { access_token } = await flow.tokens(app, person, { scope: 'openid profile' })
    expect(await (await ask(bearer(access_token))).json()).toMatchObject({ nickname: 'Lady' })
    const { core } = server.server
    await core.users.update({ ...person.user, disabledAt: server.clock.now() })
    expect((await ask(bearer(access_token))).status).toBe(401)
  })

  it('is the same over GraphQL', async () => {
    const document = `mutation($input: UserInfoInput!) {
      userInfo(input: $input) { ... on UserInfo { subject claims } ... on Error { code } }
    }`
    const told = async (accessToken: string | undefined) =>
      (await server.graphql(document, { input: { accessToken } })).data?.userInfo
    const { access_token } = await flow.tokens(app, user, { scope: 'openid email' })
    expect(await told(access_token)).toEqual({
      subject: user.user.id,
      claims: { email: 'ada@example.org', email_verified: true },
    })
    expect(await told('nonsense')).toEqual({ code: 'invalid_token' })
    const plain = await flow.tokens(app, user, { scope: 'read' })
    expect(await told(plain.access_token)).toEqual({ code: 'insufficient_scope' })
  })
})
