import { expect, it } from 'vitest'
import { describeEachServer } from '../../support/server.ts'
import { type Json, OUT_OF_BAND, options, postJson, register } from './support.ts'

describeEachServer('apps of Mastodon over GraphQL', options, (server) => {
  const asAdmin = async () => ({
    authorization: `Bearer ${await server().signIn(await server().createUser({ role: 'admin' }))}`,
  })
  const run = async (document: string, variables: object, headers = {}, path = '/admin/graphql'): Promise<Json> => {
    const { data, errors } = await server().graphql(document, variables, headers, path)
    expect(errors).toBeUndefined()
    return data
  }
  const tokenOf = async (app: object): Promise<string> =>
    (await postJson(server(), '/oauth/token', { ...app, grant_type: 'client_credentials' })).body.access_token
  const verify = async (token: string) =>
    (await server().fetch('/api/v1/apps/verify_credentials', { headers: { authorization: `Bearer ${token}` } })).status

  const APPS = '{ apps(first: 50) { edges { node { id clientId name type dialect grants scopes } } } }'

  it('one that registered itself is seen, changed and deleted by an admin', async () => {
    const headers = await asAdmin()
    const app = await register(server())
    const token = await tokenOf(app)
    const { apps } = await run(APPS, {}, headers)
    const seen = apps.edges.find(({ node }: Json) => node.clientId === app.client_id).node
    expect(seen).toMatchObject({
      name: 'Elk',
      type: 'CONFIDENTIAL',
      dialect: 'mastodon',
      grants: ['authorization_code', 'client_credentials'],
      scopes: ['read', 'write', 'push'],
    })
    const input = { name: 'Elk for all' }
    const { updateApp } = await run(
      'mutation ($id: ID!, $input: UpdateAppInput!) { updateApp(id: $id, input: $input) { ... on App { name } } }',
      { id: seen.id, input },
      headers,
    )
    expect(updateApp).toEqual(input)
    const { deleteApp } = await run(
      'mutation ($input: DeleteAppInput!) { deleteApp(input: $input) { __typename } }',
      { input: { id: seen.id } },
      headers,
    )
    expect(deleteApp.__typename).not.toContain('Error')
    expect(await verify(token)).toBe(401)
  })

  it('one that was made here is an app of Mastodon like any other', async () => {
    const headers = await asAdmin()
    const input = {
      name: 'Elk',
      type: 'CONFIDENTIAL',
      dialect: 'mastodon',
      grants: ['authorization_code', 'client_credentials'],
      scopes: ['read:statuses', 'read'],
      redirectUris: [OUT_OF_BAND],
    }
    const { createApp } = await run(
      'mutation ($input: CreateAppInput!) { createApp(input: $input) { ... on AppCredentials { app { clientId } clientSecret } ... on Error { message } } }',
      { input },
      headers,
    )
    const { app, clientSecret } = createApp
    expect([app.clientId, clientSecret]).toEqual([
      expect.stringMatching(/^[\w-]{43}$/),
      expect.stringMatching(/^[\w-]{43}$/),
    ])
    const { status, body } = await postJson(server(), '/oauth/token', {
      client_id: app.clientId,
      client_secret: clientSecret,
      grant_type: 'client_credentials',
    })
    expect([status, body.scope, body.token_type]).toEqual([200, 'read', 'Bearer'])
    expect(await verify(body.access_token)).toBe(200)
  })

  it('its tokens are looked into and revoked here', async () => {
    const { client_id: clientId, client_secret: clientSecret } = await register(server())
    const token = await tokenOf({ client_id: clientId, client_secret: clientSecret })
    const input = { clientId, clientSecret, token }
    const introspect = async () =>
      (
        await run(
          'mutation ($input: IntrospectTokenInput!) { introspectToken(input: $input) { ... on TokenIntrospection { active clientId scopes tokenType } } }',
          { input },
          {},
          '/graphql',
        )
      ).introspectToken
    expect(await introspect()).toEqual({ active: true, clientId, scopes: ['read'], tokenType: 'Bearer' })
    await run(
      'mutation ($input: RevokeTokenInput!) { revokeToken(input: $input) { __typename } }',
      { input },
      {},
      '/graphql',
    )
    expect(await introspect()).toMatchObject({ active: false })
    expect(await verify(token)).toBe(401)
  })

  it('a token that it gets over GraphQL is one of Mastodon', async () => {
    const { client_id: clientId, client_secret: clientSecret } = await register(server())
    const { clientCredentials } = await run(
      'mutation ($input: ClientCredentialsInput!) { clientCredentials(input: $input) { ... on TokenSet { accessToken scopes } } }',
      { input: { clientId, clientSecret } },
      {},
      '/graphql',
    )
    expect(clientCredentials).toEqual({
      accessToken: expect.stringMatching(/^[\w-]{43}$/),
      scopes: ['read', 'write', 'push'],
    })
    expect(await verify(clientCredentials.accessToken)).toBe(200)
  })

  it('its lifetime is a setting, and the answer says so where it is not for ever', async () => {
    const headers = await asAdmin()
    const set = (value: string) =>
      run(
        'mutation ($input: UpdateSettingInput!) { updateSetting(input: $input) { __typename } }',
        { input: { name: 'mastodon.tokenTtlSeconds', value } },
        headers,
      )
    await set('3600')
    const app = await register(server())
    const { body } = await postJson(server(), '/oauth/token', { ...app, grant_type: 'client_credentials' })
    expect(body.expires_in).toBe(3600)
    server().clock.pass({ seconds: 3601 })
    const response = await server().fetch('/api/v1/apps/verify_credentials', {
      headers: { authorization: `Bearer ${body.access_token}` },
    })
    expect([response.status, await response.json()]).toEqual([401, { error: 'The access token expired' }])
    await set(String(100 * 365.25 * 24 * 60 * 60))
  })
})
