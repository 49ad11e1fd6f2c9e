import { setTimeout as sleep } from 'node:timers/promises'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { databases } from './support/database.ts'
import { adminHeaders, approvedCode, CODE, graphql, makeApp, mutate } from './support/graphql-client.ts'
import { type ServerProcess, startServerProcess } from './support/server-process.ts'

/** What the product is for, from outside, with nothing but `fetch` against the process that `npm start` runs. */
describe.each(databases)('the main job ($name)', (database) => {
  let server: ServerProcess
  let admin: Record<string, string>
  let app: { clientId: string; clientSecret: string }

  beforeAll(async () => {
    server = await startServerProcess({ databaseUrl: await database.url() })
    admin = await adminHeaders(server.url)
    app = await makeApp(server.url, admin)
  })

  const form = async (path: string, params: Record<string, string>, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: new URLSearchParams(params) })
    // biome-ignore lint/suspicious/noExplicitAny: the shape is what the test asks for
    return { status: response.status, headers: response.headers, body: (await response.json()) as any }
  }
  const own = () => ({ client_id: app.clientId, client_secret: app.clientSecret })
  const basic = () => ({
    authorization: `Basic ${Buffer.from(`${app.clientId}:${app.clientSecret}`).toString('base64')}`,
  })
  const isActive = async (token: string) => (await form('/oauth/introspect', { ...own(), token })).body.active

  async function verified(token: string, algorithm = 'ES256') {
    const keys = createRemoteJWKSet(new URL(`${server.url}/oauth/jwks`))
    return jwtVerify(token, keys, { issuer: server.url, audience: server.url, typ: 'at+jwt', algorithms: [algorithm] })
  }

  it('client credentials over GraphQL: a JWT that verifies, introspects as active, and is over when revoked (RFC 9068 §2)', async () => {
    const input = { ...app, scopes: ['read'] }
    const tokens = await mutate(
      server.url,
      'clientCredentials',
      '... on TokenSet { accessToken tokenType expiresInSeconds scopes refreshToken idToken }',
      input,
    )
    expect(tokens).toMatchObject({
      tokenType: 'Bearer',
      expiresInSeconds: 3600,
      scopes: ['read'],
      refreshToken: null,
      idToken: null,
    })
    const { payload, protectedHeader } = await verified(tokens.accessToken)
    expect(protectedHeader).toMatchObject({ typ: 'at+jwt', alg: 'ES256' })
    expect(payload).toMatchObject({
      client_id: app.clientId,
      sub: app.clientId,
      scope: 'read',
      jti: expect.any(String),
    })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600)

    const selection = '... on TokenIntrospection { active scopes clientId expiresAt }'
    const introspect = () => mutate(server.url, 'introspectToken', selection, { ...app, token: tokens.accessToken })
    expect(await introspect()).toMatchObject({ active: true, scopes: ['read'], clientId: app.clientId })
    await mutate(server.url, 'revokeToken', '', { ...app, token: tokens.accessToken })
    expect(await introspect()).toMatchObject({ active: false, scopes: null, clientId: null })
  })

  it('the same over REST, by Basic and by the body (RFC 6749 §4.4, RFC 7662, RFC 7009)', async () => {
    for (const [params, headers] of [
      [own(), {}],
      [{}, basic()],
    ] as const) {
      const tokens = await form('/oauth/token', { ...params, grant_type: 'client_credentials', scope: 'read' }, headers)
      expect(tokens.status).toBe(200)
      expect(tokens.headers.get('cache-control')).toContain('no-store')
      expect(tokens.body).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'read',
      })
      expect((await verified(tokens.body.access_token)).payload.client_id).toBe(app.clientId)
      const looked = await form('/oauth/introspect', { ...params, token: tokens.body.access_token }, headers)
      expect(looked.body).toMatchObject({
        active: true,
        scope: 'read',
        client_id: app.clientId,
        token_type: 'Bearer',
        iss: server.url,
      })
      expect((await form('/oauth/revoke', { ...params, token: tokens.body.access_token }, headers)).status).toBe(200)
      expect((await form('/oauth/introspect', { ...params, token: tokens.body.access_token }, headers)).body).toEqual({
        active: false,
      })
    }
  })

  it('with the Authorization header, clientId and clientSecret may be left out of the input', async () => {
    const tokens = await mutate(server.url, 'clientCredentials', '... on TokenSet { scopes }', {}, basic())
    expect(tokens).toMatchObject({ __typename: 'TokenSet', scopes: ['read', 'write'] })
  })

  it('request a code, pending, approve, hear of it over SSE, claim once', async () => {
    const requested = await mutate(
      server.url,
      'requestCode',
      '... on CodeRequest { code handle approveUrl expiresInSeconds intervalSeconds }',
      { ...app, scopes: ['read'] },
    )
    expect(requested).toMatchObject({
      expiresInSeconds: 600,
      intervalSeconds: 5,
      approveUrl: `${server.url}/approve/${requested.handle}`,
    })
    expect(requested.code).not.toContain(requested.handle)
    const claim = () =>
      mutate(
        server.url,
        'claimToken',
        '... on TokenSet { accessToken } ... on AuthorizationPendingError { intervalSeconds }',
        { ...app, code: requested.code },
      )
    expect(await claim()).toMatchObject({ __typename: 'AuthorizationPendingError', code: 'authorization_pending' })
    expect(await claim()).toMatchObject({ __typename: 'SlowDownError', code: 'slow_down' })

    const heard = fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        query: 'subscription($code: String!) { approvalDecided(code: $code) { status scopes app { name } } }',
        variables: { code: requested.code },
      }),
    }).then((response) => response.text())
    await sleep(300)
    const seen = await graphql(
      server.url,
      `{ approval(handle: "${requested.handle}") { id status scopes app { name } expiresAt } }`,
      {},
      admin,
    )
    expect(seen.data).toMatchObject({ approval: { status: 'PENDING', scopes: ['read'], app: { name: 'Test' } } })
    const approved = await mutate(
      server.url,
      'approve',
      '... on Approval { status scopes app { name } }',
      { handle: requested.handle },
      admin,
    )
    expect(approved).toMatchObject({ status: 'APPROVED', scopes: ['read'], app: { name: 'Test' } })
    expect(await heard).toContain('"approvalDecided":{"status":"APPROVED","scopes":["read"],"app":{"name":"Test"}}')

    const tokens = await claim()
    expect(tokens.__typename).toBe('TokenSet')
    expect(await isActive(tokens.accessToken)).toBe(true)
    expect(await claim()).toMatchObject({ __typename: 'InvalidGrantError', code: 'invalid_grant' })
    expect(await isActive(tokens.accessToken)).toBe(true)
    await sleep(2100)
    expect(await claim()).toMatchObject({ __typename: 'InvalidGrantError', code: 'invalid_grant' })
    expect(await isActive(tokens.accessToken)).toBe(false)
  })

  it('the same over REST: POST /oauth/code and the grant at /oauth/token', async () => {
    const requested = await form('/oauth/code', { ...own(), scope: 'read write' })
    expect(requested.body).toEqual({
      code: expect.stringMatching(/^gqc_/),
      handle: expect.stringMatching(/^gqh_/),
      approve_url: `${server.url}/approve/${requested.body.handle}`,
      expires_in: 600,
      interval: 5,
    })
    const claim = () => form('/oauth/token', { ...own(), grant_type: CODE, code: requested.body.code })
    expect(await claim()).toMatchObject({ status: 400, body: { error: 'authorization_pending', interval: 5 } })
    await mutate(
      server.url,
      'approve',
      '... on Approval { status }',
      { handle: requested.body.handle, scopes: ['read'] },
      admin,
    )
    expect(await claim()).toMatchObject({ status: 200, body: { scope: 'read', token_type: 'Bearer' } })
    expect(await claim()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  it('a denied code answers access_denied; deciding twice answers already_decided', async () => {
    const { code, handle } = await mutate(server.url, 'requestCode', '... on CodeRequest { code handle }', app)
    expect(await mutate(server.url, 'deny', '... on Approval { status }', { handle }, admin)).toMatchObject({
      status: 'DENIED',
    })
    expect(await mutate(server.url, 'approve', '', { handle }, admin)).toMatchObject({ code: 'already_decided' })
    expect(await mutate(server.url, 'claimToken', '', { ...app, code })).toMatchObject({
      __typename: 'AccessDeniedError',
      code: 'access_denied',
    })
  })

  it('a session token, an access token, an app’s secret and a code do not pass for one another', async () => {
    const tokens = await mutate(server.url, 'clientCredentials', '... on TokenSet { accessToken }', app)
    const session = admin.authorization?.slice('Bearer '.length) ?? ''
    const code = await approvedCode(server.url, app, admin)
    for (const wrong of [tokens.accessToken, app.clientSecret, code]) {
      const answer = await graphql(server.url, '{ viewer { id } }', {}, { authorization: `Bearer ${wrong}` })
      expect(answer.status).toBe(401)
      expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
    }
    for (const wrong of [session, app.clientSecret, code]) expect(await isActive(wrong)).toBe(false)
    expect(
      (
        await form('/oauth/token', {
          client_id: app.clientId,
          client_secret: session,
          grant_type: 'client_credentials',
        })
      ).status,
    ).toBe(401)
  })

  it('wrong credentials are one error, whether the user exists or not', async () => {
    const wrong = [
      { username: 'admin', password: 'not this one' },
      { username: 'nobody', password: 'not this one' },
    ]
    for (const input of wrong) {
      expect(await mutate(server.url, 'signIn', '', input)).toMatchObject({
        __typename: 'InvalidCredentialsError',
        code: 'invalid_credentials',
      })
    }
  })
})
