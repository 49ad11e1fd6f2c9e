import { createHash } from 'node:crypto'
import type { TestApp, TestServer, TestUser } from 'grantql/testing'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { code } from '../../plugins/code/index.ts'
import { startSession } from '../../src/operations/start-session.ts'
import { databases } from '../support/database.ts'
import { ALL_SCOPES, flowOf, ISSUER, of, openidServer } from './openid-support.ts'

const CODE = 'urn:grantql:params:oauth:grant-type:code'
const PASSWORD_CLASS = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'

describe.each(databases)('ID tokens (OpenID Connect Core §2) ($name)', (database) => {
  let server: TestServer
  let app: TestApp
  let user: TestUser
  const flow = flowOf(() => server)

  beforeAll(async () => {
    server = await openidServer(await database.url(), [code()])
    app = await flow.createApp()
    user = await server.createUser({ profile: { name: 'Ada Lovelace', email: 'ada@example.org' } })
  })
  afterAll(() => server?.close())

  const seconds = () => Math.floor(server.clock.now().getTime() / 1000)
  const keys = async () => createLocalJWKSet(await (await server.fetch('/oauth/jwks')).json())
  const verify = async (idToken: string | undefined, audience = app.clientId) =>
    jwtVerify(idToken ?? '', await keys(), { issuer: ISSUER, audience, currentDate: server.clock.now(), typ: 'JWT' })

  it('come with scope openid: issuer, app, user, times, nonce, how and when they signed in, the hash of the access token', async () => {
    const nonce = 'n'.repeat(384)
    const tokens = await flow.tokens(app, user, { nonce, scope: 'openid profile' })
    const { payload, protectedHeader } = await verify(tokens.id_token)
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'JWT', kid: expect.any(String) })
    const digest = createHash('sha256')
      .update(tokens.access_token ?? '')
      .digest()
      .subarray(0, 16)
    expect(payload).toEqual({
      iss: ISSUER,
      sub: user.user.id,
      aud: app.clientId,
      exp: seconds() + 3600,
      iat: seconds(),
      auth_time: expect.any(Number),
      nonce,
      acr: PASSWORD_CLASS,
      amr: ['pwd'],
      at_hash: digest.toString('base64url'),
      sid: expect.stringMatching(/^[\w-]{43}$/),
    })
    expect(payload.auth_time).toBeLessThanOrEqual(seconds())
  })

  it('do not come without it, nor for an app alone, which gets no scope that is about a person', async () => {
    expect(await flow.tokens(app, user, { scope: 'read' })).not.toHaveProperty('id_token')
    const machine = await server.createApp({ grants: ['client_credentials'], scopes: ['openid'] })
    const { body } = await server.form('/oauth/token', { ...of(machine), grant_type: 'client_credentials' })
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'token_type'])
  })

  it.each(['a😀é"<>&\\', ' ', '0'])('give the nonce %j back as it came (§3.1.2.1)', async (nonce) => {
    expect(decodeJwt((await flow.tokens(app, user, { nonce })).id_token ?? '')).toMatchObject({ nonce })
  })

  it.each([
    ['RS256', 'sha256'],
    ['ES256', 'sha256'],
  ])('are signed by %s where the app says so', async (algorithm, hash) => {
    const own = await flow.createApp()
    await flow.setting(own, 'idTokenSignedResponseAlg', algorithm)
    const tokens = await flow.tokens(own, user)
    const { payload, protectedHeader } = await verify(tokens.id_token, own.clientId)
    expect(protectedHeader.alg).toBe(algorithm)
    const digest = createHash(hash)
      .update(tokens.access_token ?? '')
      .digest()
    expect(payload.at_hash).toBe(digest.subarray(0, digest.length / 2).toString('base64url'))
    expect(decodeProtectedHeader(tokens.access_token ?? '').alg).toBe('ES256')
  })

  it('live as long as the setting says, and no longer than their key is published', async () => {
    const own = await flow.createApp()
    await flow.setting(own, 'idTokenTtlSeconds', 60)
    expect(decodeJwt((await flow.tokens(own, user)).id_token ?? '').exp).toBe(seconds() + 60)
    await flow.setting(own, 'idTokenTtlSeconds', 86_400)
    expect(decodeJwt((await flow.tokens(own, user)).id_token ?? '').exp).toBe(seconds() + 3600)
  })

  it('come again with a refresh: the same sub, iss, aud, auth_time, sid and methods, and no nonce (§12.2)', async () => {
    const first = await flow.tokens(app, user, { nonce: 'once' })
    server.clock.pass({ seconds: 120 })
    const second = await flow.refresh(app, first.refresh_token ?? '')
    server.clock.pass({ seconds: 120 })
    const third = await flow.refresh(app, second.body.refresh_token ?? '')
    const { payload } = await verify(third.body.id_token)
    const { nonce, iat, exp, at_hash, ...same } = decodeJwt(first.id_token ?? '')
    expect(payload).toEqual({ ...same, iat: seconds(), exp: seconds() + 3600, at_hash: expect.any(String) })
    expect(nonce).toBe('once')
    expect(payload.iat).toBe((iat ?? 0) + 240)
    expect(payload.at_hash).not.toBe(at_hash)
    expect(exp).not.toBe(payload.exp)
  })

  it('do not come with a refresh that leaves openid out', async () => {
    const { refresh_token } = await flow.tokens(app, user, { scope: 'openid read' })
    const { status, body } = await flow.refresh(app, refresh_token ?? '', { scope: 'read' })
    expect(status).toBe(200)
    expect(body).not.toHaveProperty('id_token')
  })

  it('say when the user signed in: auth_time holds max_age, and a sign-in that is older is refused (§3.1.2.1)', async () => {
    const person = await server.createUser()
    await flow.tokens(app, person)
    const signedInAt = seconds()
    server.clock.pass({ seconds: 100 })
    const silent = { prompt: 'none', max_age: '50' }
    expect(await flow.approved(app, person, silent)).toMatchObject({ error: 'login_required' })
    const { id_token } = await flow.tokens(app, person, { prompt: 'none', max_age: '200' })
    expect(decodeJwt(id_token ?? '').auth_time).toBe(signedInAt)
  })

  it('name the session to each app by another sid, and to one app by the same', async () => {
    const other = await flow.createApp()
    const sid = async (client: TestApp) => decodeJwt((await flow.tokens(client, user)).id_token ?? '').sid
    expect(await sid(app)).toBe(await sid(app))
    expect(await sid(other)).not.toBe(await sid(app))
    const again = { ...user, sessionToken: (await startSession(server.server.core, user.user.id, ['pwd'])).token }
    expect(decodeJwt((await flow.tokens(app, again)).id_token ?? '').sid).not.toBe(await sid(app))
  })

  it('come over GraphQL as over REST', async () => {
    const { code } = await flow.approved(app, user, { nonce: 'by GraphQL' })
    const { data } = await server.graphql(
      `mutation($input: ExchangeCodeInput!) { exchangeCode(input: $input) { ... on TokenSet { idToken accessToken } ... on Error { code message } } }`,
      {
        input: {
          clientId: app.clientId,
          clientSecret: app.clientSecret,
          code,
          redirectUri: 'https://rp.example/cb',
          codeVerifier: 'v'.repeat(43),
        },
      },
    )
    expect((await verify(data.exchangeCode.idToken)).payload.nonce).toBe('by GraphQL')
  })

  it('come with a code that was approved over GraphQL, and tell of the session of who approved it', async () => {
    const own = await flow.createApp({ grants: [CODE, 'refresh_token'] })
    const { body } = await server.form('/oauth/code', { ...of(own), scope: 'openid' })
    const { data } = await server.graphql(
      'mutation($input: ApproveInput!) { approve(input: $input) { ... on Approval { status } } }',
      { input: { handle: body.handle } },
      { headers: { authorization: `Bearer ${user.sessionToken}` } },
    )
    expect(data.approve.status).toBe('APPROVED')
    const claimed = await server.form('/oauth/token', { ...of(own), grant_type: CODE, code: body.code })
    const { payload } = await verify(claimed.body.id_token, own.clientId)
    expect(payload).toMatchObject({ sub: user.user.id, amr: ['pwd'], auth_time: expect.any(Number) })
    expect(payload).not.toHaveProperty('nonce')
    const refreshed = await flow.refresh(own, claimed.body.refresh_token)
    expect(decodeJwt(refreshed.body.id_token ?? '').sid).toBe(payload.sid)
  })

  it('hold claims that are asked for by name, where their scope was granted (§5.5)', async () => {
    const claims = JSON.stringify({ id_token: { name: { essential: true }, email: null, 'x-unknown': null } })
    const granted = await flow.tokens(app, user, { scope: 'openid profile email', claims })
    expect(decodeJwt(granted.id_token ?? '')).toMatchObject({ name: 'Ada Lovelace', email: 'ada@example.org' })
    expect(decodeJwt((await flow.tokens(app, user, { scope: 'openid profile' })).id_token ?? '')).not.toHaveProperty(
      'name',
    )
  })

  it('are worth nothing where another token belongs, and no other token where they belong', async () => {
    const {
      id_token = '',
      access_token = '',
      refresh_token = '',
    } = await flow.tokens(app, user, {
      scope: ALL_SCOPES.join(' '),
    })
    const session = user.sessionToken
    const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
    const userinfo = async (token: string) => (await server.fetch('/oauth/userinfo', bearer(token))).status
    const introspects = async (token: string) =>
      (await server.form('/oauth/introspect', { ...of(app), token })).body.active
    const graphql = async (token: string, path: string) => {
      const { status, data } = await server.graphql('{ __typename }', {}, { ...bearer(token), path })
      return status === 200 && data !== undefined && data !== null
    }
    const hints = async (token: string) =>
      (await flow.approved(app, user, { prompt: 'none', id_token_hint: token })).error === undefined
    const opensAccount = async (token: string) => {
      const headers = { cookie: `grantql-session=${token}` }
      return (await server.fetch('/account', { headers, redirect: 'manual' })).status === 200
    }
    const verdicts = async (token: string) => ({
      userinfo: (await userinfo(token)) === 200,
      introspection: await introspects(token),
      graphql: await graphql(token, '/graphql'),
      admin: await graphql(token, '/admin/graphql'),
      hint: await hints(token),
      refresh: (await flow.refresh(app, token)).status === 200,
      cookie: await opensAccount(token),
    })
    const no = {
      userinfo: false,
      introspection: false,
      graphql: false,
      admin: false,
      hint: false,
      refresh: false,
      cookie: false,
    }
    expect(await verdicts(id_token)).toEqual({ ...no, hint: true })
    expect(await verdicts(access_token)).toEqual({ ...no, userinfo: true, introspection: true })
    expect(await verdicts(session)).toEqual({ ...no, graphql: true, cookie: true })
    const { core } = server.server
    const claims = { iss: ISSUER, aud: app.clientId, sub: user.user.id, iat: seconds(), exp: seconds() + 60 }
    const logout = core.keys.sign(claims, { algorithm: 'ES256', type: 'logout+jwt' })
    const userinfoJwt = core.keys.sign(claims, { algorithm: 'ES256', type: 'userinfo+jwt' })
    for (const token of [logout, userinfoJwt, app.clientSecret ?? '']) expect(await verdicts(token)).toEqual(no)
    expect(await verdicts(refresh_token)).toEqual({ ...no, introspection: true, refresh: true })
    await server.form('/oauth/revoke', { ...of(app), token: id_token })
    expect(await introspects(access_token)).toBe(true)
  })
})
