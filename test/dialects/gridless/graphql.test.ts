import { testGrant } from 'grantql/testing'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { grant } from '../../../plugins/gridless/grant.ts'
import { gridless } from '../../../plugins/gridless/index.ts'
import { databases } from '../../support/database.ts'
import { describeEachServer } from '../../support/server.ts'
import { deployment, GRANT_TYPE, Gridless } from './gridless.ts'

const REQUEST = `mutation($input:RequestGridlessCodeInput!){requestGridlessCode(input:$input){
  __typename ... on GridlessCodeRequest{code approveUrl expiresInSeconds} ... on Error{message}}}`
const CLAIM = `mutation($input:ClaimGridlessTokenInput!){claimGridlessToken(input:$input){
  __typename ... on TokenSet{accessToken scopes expiresInSeconds refreshToken} ... on Error{message}}}`

describe('the grant of Gridless', () => {
  const cases = testGrant({
    grant,
    plugins: [gridless()],
    async ready(server, app) {
      const { clientId, clientSecret } = app
      const { data } = await server.graphql(REQUEST, { input: { clientId, clientSecret } })
      const { code } = data.requestGridlessCode
      const { handle } = decodeJwt(code)
      await server.approve(String(handle), await server.createUser())
      return { code }
    },
    singleUse: true,
    expiresAfterSeconds: 600,
    databases,
  })
  for (const { name, run } of cases) it(name, run)
})

describeEachServer('an app of Gridless over GraphQL', deployment, (server) => {
  const gridlessAt = () => new Gridless(server())
  const asUser = async () => {
    const user = await server().createUser()
    const headers = { authorization: `Bearer ${await server().signIn(user)}` }
    return { user, ask: (document: string, variables: object = {}) => server().graphql(document, variables, headers) }
  }

  it('createApp makes one that the panel shows, with an id in its shape', async () => {
    const { user, ask } = await asUser()
    const input = {
      name: 'Seashell',
      type: 'PUBLIC',
      dialect: 'gridless',
      grants: [GRANT_TYPE],
      scopes: ['user.read', 'flow.list'],
    }
    const document =
      'mutation($input:CreateAppInput!){createApp(input:$input){... on AppCredentials{app{id clientId dialect} clientSecret} ... on Error{message}}}'
    const { createApp } = (await ask(document, { input })).data
    expect(createApp).toEqual({
      app: { id: expect.any(String), clientId: expect.stringMatching(/^AQUA-[0-9a-f]{72}$/), dialect: 'gridless' },
      clientSecret: null,
    })
    const browser = await gridlessAt().signedIn(user)
    expect(await (await browser.get('/_gridless/developers')).text()).toContain('>Seashell</a>')
    const asked = { client_id: createApp.app.clientId, response_type: 'code' }
    expect((await gridlessAt().post('authorize', asked)).status).toBe(200)
  })

  it('one that the panel made is seen, changed and deleted by its owner', async () => {
    const { user, ask } = await asUser()
    const browser = await gridlessAt().signedIn(user)
    const csrf_token = await browser.csrf('/_gridless/developers?new=app')
    await browser.post('/_gridless/developers/new', { csrf_token, name: 'Seashell', type: 'CLIENT' })
    const { data } = await ask('{apps(first:5){edges{node{id name type dialect grants}}}}')
    const [{ node }] = data.apps.edges
    expect(node).toMatchObject({ name: 'Seashell', type: 'PUBLIC', dialect: 'gridless', grants: [GRANT_TYPE] })
    const rename = 'mutation($id:ID!){updateApp(id:$id,input:{name:"Shell"}){... on App{name} __typename}}'
    expect((await ask(rename, { id: node.id })).data.updateApp.name).toBe('Shell')
    expect(await (await browser.get('/_gridless/developers')).text()).toContain('>Shell</a>')
    await ask('mutation($id:ID!){deleteApp(input:{id:$id}){__typename}}', { id: node.id })
    expect(await (await browser.get('/_gridless/developers')).text()).not.toContain('>Shell</a>')
  })

  it('its token is introspected and revoked like any other', async () => {
    const app = await gridlessAt().createClient()
    const { basic } = await server().createApp({ privileges: ['introspect-any-token'] })
    const { token } = (
      await gridlessAt().claim({ client_id: app.clientId, code: await gridlessAt().approvedCode(app) })
    ).body
    const introspect = async () => {
      const document =
        'mutation($token:String!){introspectToken(input:{token:$token}){... on TokenIntrospection{active clientId scopes}}}'
      return (await server().graphql(document, { token }, { authorization: basic })).data.introspectToken
    }
    expect(await introspect()).toEqual({ active: true, clientId: app.clientId, scopes: ['user.read', 'flow.list'] })
    const revoke =
      'mutation($token:String!,$clientId:String!){revokeToken(input:{token:$token,clientId:$clientId}){__typename}}'
    await server().graphql(revoke, { token, clientId: app.clientId })
    expect(await introspect()).toMatchObject({ active: false })
  })

  it('a user who disconnects the app ends its token', async () => {
    const app = await gridlessAt().createClient()
    const { user, ask } = await asUser()
    const code = await gridlessAt().code(app)
    await gridlessAt().decide(await gridlessAt().signedIn(user), app, code)
    const { token } = (await gridlessAt().claim({ client_id: app.clientId, code })).body
    const { data } = await ask('{viewer{connectedApps{id app{name}}}}')
    const [connected] = data.viewer.connectedApps
    expect(connected.app.name).toBe('Demo')
    await ask('mutation($id:ID!){disconnectApp(input:{id:$id}){__typename}}', { id: connected.id })
    const headers = { authorization: `Bearer ${token}` }
    expect((await server().fetch('/_gridless/developers', { headers })).status).toBe(401)
  })

  it('requests and claims by mutations as it does by its own paths', async () => {
    const { clientId } = await gridlessAt().createClient()
    const requested = (await server().graphql(REQUEST, { input: { clientId, scopes: ['user.read'] } })).data
    const { code, approveUrl, expiresInSeconds } = requested.requestGridlessCode
    expect(expiresInSeconds).toBe(600)
    const browser = await gridlessAt().signedIn()
    expect((await browser.get(approveUrl.slice(server().url.length))).status).toBe(200)
    const claim = async () => (await server().graphql(CLAIM, { input: { clientId, code } })).data.claimGridlessToken
    expect(await claim()).toMatchObject({ __typename: 'InvalidGrantError' })
    await browser.decide(`/approve/${decodeJwt(code).handle}`, 'approve')
    expect(await claim()).toMatchObject({
      __typename: 'TokenSet',
      scopes: ['user.read'],
      expiresInSeconds: 31_557_600,
      refreshToken: null,
    })
  })

  it('metadata offers none of its scopes', async () => {
    const metadata = await (await server().fetch('/.well-known/oauth-authorization-server')).text()
    expect(metadata).not.toContain('flow.list')
  })
})
