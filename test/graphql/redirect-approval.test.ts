import { createHash } from 'node:crypto'
import { createTestServer, type TestServer } from 'grantql/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { code } from '../../plugins/code/index.ts'
import { databases } from '../support/database.ts'

const CALLBACK = 'https://rp.example/cb'

describe.each(databases)('an admin UI over GraphQL ($name)', (database) => {
  let server: TestServer
  beforeAll(async () => {
    server = await createTestServer({
      plugins: [authorizationCode(), code()],
      scopes: [{ name: 'read', description: 'Read your data' }],
      databaseUrl: await database.url(),
    })
  })
  afterAll(() => server?.close())

  it('decides what an app asked for through the browser, and is told where the browser goes with the code', async () => {
    const app = await server.createApp({ grants: ['authorization_code'], scopes: ['read'], redirectUris: [CALLBACK] })
    const user = await server.createUser()
    const verifier = 'v'.repeat(43)
    const params = new URLSearchParams({
      client_id: app.clientId,
      response_type: 'code',
      state: 's',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    })
    const opened = await server.fetch(`/oauth/authorize?${params}`, { redirect: 'manual' })
    const handle = new URL(opened.headers.get('location') ?? '').pathname.split('/')[2]
    const headers = { authorization: `Bearer ${user.sessionToken}` }
    const { data } = await server.graphql(
      'mutation($input: ApproveInput!) { approve(input: $input) { ... on Approval { status redirectTo } } }',
      { input: { handle } },
      { headers },
    )
    const to = new URL(data.approve.redirectTo)
    expect(to.origin + to.pathname).toBe(CALLBACK)
    expect(to.searchParams.get('state')).toBe('s')
    const exchanged = await server.form('/oauth/token', {
      grant_type: 'authorization_code',
      client_id: app.clientId,
      client_secret: app.clientSecret ?? '',
      code: to.searchParams.get('code') ?? '',
      code_verifier: verifier,
    })
    expect(exchanged).toMatchObject({ status: 200, body: { token_type: 'Bearer' } })
  })

  it('gives one app its own value of a setting, and takes it away again', async () => {
    const admin = await server.createUser({ role: 'admin' })
    const user = await server.createUser()
    const app = await server.createApp({
      type: 'public',
      grants: ['urn:grantql:params:oauth:grant-type:code'],
      scopes: ['read'],
    })
    const headers = { authorization: `Bearer ${admin.sessionToken}` }
    const find = 'query($after: String) { apps(first: 100, after: $after) { edges { node { id clientId } } } }'
    const { data } = await server.graphql(find, {}, { headers, path: '/admin/graphql' })
    const appId = data.apps.edges.find((edge: { node: { clientId: string } }) => edge.node.clientId === app.clientId)
      .node.id
    const set = (input: object, by = headers) =>
      server.graphql(
        'mutation($input: UpdateAppSettingInput!) { updateAppSetting(input: $input) { __typename ... on App { settings { name value } } ... on Error { code } } }',
        { input: { appId, ...input } },
        { headers: by, path: '/admin/graphql' },
      )
    const lifetime = async () => (await server.form('/oauth/code', { client_id: app.clientId })).body.expires_in

    expect((await set({ name: 'code.ttlSeconds', value: '90' })).data.updateAppSetting.settings).toEqual([
      { name: 'code.ttlSeconds', value: '90' },
    ])
    expect(await lifetime()).toBe(90)
    for (const wrong of [
      { name: 'code.ttlSeconds', value: '5' },
      { name: 'code.ttlSeconds', value: 'x' },
      { name: 'no.such', value: '1' },
    ]) {
      expect((await set(wrong)).data.updateAppSetting.code).toBe('invalid_input')
    }
    expect((await set({ name: 'code.ttlSeconds' })).data.updateAppSetting.settings).toEqual([])
    expect(await lifetime()).toBe(600)
    const refused = await set(
      { name: 'code.ttlSeconds', value: '90' },
      { authorization: `Bearer ${user.sessionToken}` },
    )
    expect(refused.data?.updateAppSetting ?? null).toBeNull()
  })
})
