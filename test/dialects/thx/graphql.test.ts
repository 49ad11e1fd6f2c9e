import { expect, it } from 'vitest'
import { basic } from '../../support/server.ts'
import { type Application, backend, describeThx, said, token } from './support.ts'

const GRANT = { grant_type: 'client_credentials', scope: 'openid admin' }

const CREATE = `mutation ($input: CreateAppInput!) { createApp(input: $input) {
  ... on AppCredentials { clientSecret app { id clientId dialect } } ... on Error { message } } }`
const INTROSPECT = `mutation ($input: IntrospectTokenInput!) { introspectToken(input: $input) {
  ... on TokenIntrospection { active clientId scopes } } }`
const REVOKE = `mutation ($input: RevokeTokenInput!) { revokeToken(input: $input) { __typename } }`
const ROTATE = `mutation ($input: RotateAppSecretInput!) { rotateAppSecret(input: $input) {
  ... on AppCredentials { clientSecret } } }`

describeThx('an application, over GraphQL', (server) => {
  const owner = async () => {
    const user = await server().createUser()
    return { user, headers: { authorization: `Bearer ${await server().signIn(user)}` } }
  }
  const introspect = async (accessToken: string, { basic: authorization }: Application) =>
    (await server().graphql(INTROSPECT, { input: { token: accessToken } }, { authorization })).data.introspectToken

  it('is made by a user with the ids and the scopes of the system, and works there', async () => {
    const { headers } = await owner()
    const input = {
      name: 'Loyalty',
      type: 'CONFIDENTIAL',
      dialect: 'thx',
      grants: ['client_credentials'],
      scopes: ['openid', 'admin'],
    }
    const { createApp } = (await server().graphql(CREATE, { input }, headers)).data
    expect(createApp).toMatchObject({
      clientSecret: expect.stringMatching(/^[\w-]{86}$/),
      app: { clientId: expect.stringMatching(/^[\w-]{21}$/), dialect: 'thx' },
    })
    const app = { basic: basic(createApp.app.clientId, createApp.clientSecret) }
    expect((await token(server(), GRANT, app)).body).toMatchObject({ expires_in: 600, scope: 'openid admin' })

    const rotated = await server().graphql(ROTATE, { input: { id: createApp.app.id } }, headers)
    expect(rotated.data.rotateAppSecret.clientSecret).toMatch(/^[\w-]{86}$/)
  })

  it('that somebody registered in the dashboard is there for them, and for nobody else', async () => {
    const { user, headers } = await owner()
    const { app } = await server().createApp({ name: 'Loyalty', dialect: 'thx', scopes: ['openid', 'admin'] }, user)
    const list = async (more: Record<string, string>) =>
      (await server().graphql('{ apps { edges { node { clientId dialect scopes } } } }', {}, more)).data.apps.edges
    expect(await list(headers)).toEqual([
      { node: { clientId: app.clientId, dialect: 'thx', scopes: ['openid', 'admin'] } },
    ])
    expect(await list((await owner()).headers)).toEqual([])
  })

  it('its tokens can be looked into and revoked, and are over everywhere then', async () => {
    const app = await backend(server())
    const { body } = await token(server(), GRANT, app)
    const active = { active: true, clientId: app.clientId, scopes: ['openid', 'admin'] }
    expect(await introspect(body.access_token, app)).toEqual(active)
    await server().graphql(REVOKE, { input: { token: body.access_token } }, { authorization: app.basic })
    expect(await introspect(body.access_token, app)).toMatchObject({ active: false })
    const there = await server().form(
      '/token/introspection',
      { token: body.access_token },
      { authorization: app.basic },
    )
    expect((await said(there)).body).toEqual({ active: false })
  })

  it('a scope of the system is nothing to an app of the standard', async () => {
    const { headers } = await owner()
    const input = { name: 'Plain', type: 'CONFIDENTIAL', grants: ['client_credentials'], scopes: ['admin'] }
    const { createApp } = (await server().graphql(CREATE, { input }, headers)).data
    expect(createApp.message).toContain('dialect')
  })
})
