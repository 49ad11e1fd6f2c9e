import { randomUUID } from 'node:crypto'
import { createTestServer, type TestServer, testGrant } from 'grantql/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { implicit } from '../../plugins/implicit/index.ts'
import { grant } from '../../plugins/password/grant.ts'
import { password } from '../../plugins/password/index.ts'
import { passwordSignIn } from '../../plugins/password-sign-in/index.ts'
import { updateApp } from '../../src/operations/change-app.ts'
import { createApp } from '../../src/operations/create-app.ts'
import { inspectToken } from '../../src/operations/inspect-token.ts'
import { databases } from '../support/database.ts'

const CALLBACK = 'https://rp.example/cb'
const PASSWORD = 'correct horse battery'
const scopes = [{ name: 'read', description: 'Read your data' }]
const plugins = () => [password(), implicit(), passwordSignIn()]

describe('grant_type=password (RFC 6749 §4.3)', () => {
  const cases = testGrant({
    grant,
    plugins: plugins(),
    scopes,
    async ready(server) {
      const { user } = await server.createUser({ password: PASSWORD })
      return { username: user.username, password: PASSWORD }
    },
    singleUse: false,
    databases,
  })
  for (const { name, run } of cases) it(name, run)
})

describe.each(databases)('legacy grants ($name)', (database) => {
  let server: TestServer
  beforeAll(async () => {
    server = await createTestServer({ plugins: plugins(), scopes, databaseUrl: await database.url() })
  })
  afterAll(() => server?.close())

  it.each(['password', 'implicit'])(
    '%s takes two: an admin gives leave, and then the owner turns it on',
    async (grantType) => {
      const { core } = server.server
      const owner = (await server.createUser()).user
      const admin = (await server.createUser({ role: 'admin' })).user
      const refused = { code: 'invalid_input', values: { field: ['grants', '0'] } }
      await expect(
        createApp(core, owner, { name: 'Old', type: 'confidential', grants: [grantType] }),
      ).rejects.toMatchObject(refused)
      const { app } = await createApp(core, owner, { name: 'Old', type: 'confidential' })
      await expect(updateApp(core, owner, app.id, { grants: [grantType] })).rejects.toMatchObject(refused)
      await updateApp(core, admin, app.id, { privileges: ['legacy-grants'] })
      expect((await updateApp(core, owner, app.id, { grants: [grantType] })).grants).toEqual([grantType])
    },
  )

  it('metadata does not offer them, and `grants` says what they are', async () => {
    const metadata = await (await server.fetch('/.well-known/oauth-authorization-server')).json()
    expect(metadata).not.toHaveProperty('grant_types_supported')
    expect(metadata).toMatchObject({ response_types_supported: [], authorization_endpoint: expect.any(String) })
    expect(metadata).not.toHaveProperty('code_challenge_methods_supported')
    const { data } = await server.graphql('{ grants { grantType isLegacy isSelfService } }')
    expect(data.grants).toEqual([{ grantType: 'password', isLegacy: true, isSelfService: false }])
  })

  it('a wrong password and an unknown name are the same invalid_grant', async () => {
    const app = await server.createApp({ grants: ['password'], scopes: ['read'] })
    const { user } = await server.createUser({ password: PASSWORD })
    const attempt = (username: string, given: string) =>
      server.form('/oauth/token', {
        grant_type: 'password',
        client_id: app.clientId,
        client_secret: app.clientSecret ?? '',
        username,
        password: given,
      })
    const [wrong, unknown] = [
      await attempt(user.username, 'nope nope nope'),
      await attempt(`x${randomUUID()}`, PASSWORD),
    ]
    expect(wrong).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(unknown.body).toEqual(wrong.body)
    expect((await attempt(user.username.toUpperCase(), PASSWORD)).status).toBe(200)
  })

  it('the token endpoint does not know grant_type=implicit', async () => {
    const app = await server.createApp({ grants: ['implicit'], scopes: ['read'] })
    const answer = await server.form('/oauth/token', {
      grant_type: 'implicit',
      client_id: app.clientId,
      client_secret: app.clientSecret ?? '',
    })
    expect(answer.body.error).toBe('unsupported_grant_type')
  })

  it('response_type=token gives a token in the fragment, never in a query, and nothing to refresh (RFC 6749 §4.2.2)', async () => {
    const app = await server.createApp({
      type: 'public',
      grants: ['implicit'],
      scopes: ['read'],
      redirectUris: [CALLBACK],
    })
    const user = await server.createUser()
    const headers = { cookie: `grantql-session=${user.sessionToken}` }
    const authorize = (more: object = {}) => {
      const params = new URLSearchParams({
        client_id: app.clientId,
        response_type: 'token',
        redirect_uri: CALLBACK,
        state: 's',
        ...more,
      })
      return server.fetch(`/oauth/authorize?${params}`, { headers, redirect: 'manual' })
    }
    const opened = new URL((await authorize()).headers.get('location') ?? '')
    const page = await (await server.fetch(opened.pathname, { headers })).text()
    const csrf = /name="([^"]*csrf[^"]*)" value="([^"]+)"/.exec(page)
    const form = new URLSearchParams({ [csrf?.[1] ?? '']: csrf?.[2] ?? '', decision: 'approve', scope: 'read' })
    const back = await server.fetch(opened.pathname, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...headers, origin: 'http://localhost:3000', 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    })
    const to = new URL(back.headers.get('location') ?? '')
    expect(to.search).toBe('')
    const members = Object.fromEntries(new URLSearchParams(to.hash.slice(1)))
    expect(members).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: '3600',
      scope: 'read',
      state: 's',
      iss: 'http://localhost:3000',
    })
    expect(await inspectToken(server.server.core, members.access_token ?? '')).toMatchObject({ userId: user.user.id })

    const inQuery = new URL((await authorize({ response_mode: 'query' })).headers.get('location') ?? '')
    expect(new URLSearchParams(inQuery.hash.slice(1) || inQuery.search).get('error')).toBe('invalid_request')
  })
})
