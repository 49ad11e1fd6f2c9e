import { beforeAll, describe, expect, it } from 'vitest'
import { ADMIN_PATH, ADMIN_SCOPE } from '../../src/config/core-claims.ts'
import { createApp } from '../../src/operations/create-app.ts'
import { exchangeToken } from '../../src/operations/exchange-token.ts'
import { objectParams } from '../../src/plugin/raw-params.ts'
import { facts } from '../support/core.ts'
import { databases } from '../support/database.ts'
import { basic, CREATE_APP, codes, ISSUER, makeApp, openGraphQL, type TestGraphQL, type TestUser } from './support.ts'

describe.each(databases)('who may come in ($name)', (database) => {
  let server: TestGraphQL
  let user: TestUser
  let admin: TestUser
  beforeAll(async () => {
    server = await openGraphQL(database)
    user = await server.user()
    admin = await server.user('admin')
  })

  /** An access token of an app for itself. */
  async function appToken(scopes: string[], given: { type?: 'confidential'; tokenFormat?: 'jwt' | 'opaque' } = {}) {
    const { core } = server
    const made = await createApp(core, admin.user, {
      name: 'x',
      type: 'confidential',
      grants: ['client_credentials'],
      scopes,
    })
    if (given.tokenFormat) await core.apps.update({ ...made.app, tokenFormat: given.tokenFormat })
    const tokens = await exchangeToken(core, {
      grantType: 'client_credentials',
      params: objectParams({ scope: scopes.join(' ') }),
      credentials: { clientId: made.app.clientId, clientSecret: made.clientSecret },
      request: facts(core),
    })
    return { ...made, token: tokens.accessToken }
  }
  const enter = async (endpoint: 'public' | 'admin', token: string) => {
    const { status, ...answer } = await server.ask(
      '{__typename}',
      {},
      { endpoint, headers: { authorization: `Bearer ${token}` } },
    )
    return [status, codes(answer as never)?.[0]]
  }

  it('an access token is no session at the public endpoint, whatever its scopes', async () => {
    expect(await enter('public', (await appToken(['read'])).token)).toEqual([401, 'UNAUTHENTICATED'])
    expect(await enter('public', (await appToken([ADMIN_SCOPE])).token)).toEqual([401, 'UNAUTHENTICATED'])
    expect(await enter('public', (await appToken(['read'], { tokenFormat: 'opaque' })).token)).toEqual([
      401,
      'UNAUTHENTICATED',
    ])
  })

  it('the admin endpoint takes an admin’s session, or an access token that is for it and has its scope', async () => {
    expect(await enter('admin', admin.token)).toEqual([200, undefined])
    expect(await enter('admin', (await appToken([ADMIN_SCOPE])).token)).toEqual([200, undefined])
    expect(await enter('admin', (await appToken([ADMIN_SCOPE], { tokenFormat: 'opaque' })).token)).toEqual([
      200,
      undefined,
    ])
    expect(await enter('admin', user.token)).toEqual([403, 'FORBIDDEN'])
    expect(await enter('admin', (await appToken(['read'])).token)).toEqual([401, 'UNAUTHENTICATED'])
    const anonymous = await server.ask('{__schema{queryType{name}}}', {}, { endpoint: 'admin' })
    expect([anonymous.status, codes(anonymous)]).toEqual([401, ['UNAUTHENTICATED']])
  })

  it('a token for elsewhere with the right scope, a refused token, a secret or a handle does not come in', async () => {
    const { core } = server
    const { token, app, clientSecret } = await appToken([ADMIN_SCOPE])
    const claims = core.keys.verify(token, { type: 'at+jwt' })?.claims ?? {}
    const forge = (changed: object, type = 'at+jwt') =>
      core.keys.sign({ ...claims, ...changed }, { algorithm: 'ES256', type })
    expect(await enter('admin', forge({}))).toEqual([200, undefined])
    for (const bad of [
      forge({ aud: ISSUER }),
      forge({ aud: [`${ISSUER}/graphql`] }),
      forge({ scope: 'read' }),
      forge({ scope: `${ADMIN_SCOPE}x` }),
      forge({ exp: 1 }),
      forge({ iss: 'https://other.example' }),
      forge({ cnf: { jkt: 'x' } }),
      forge({ client_id: 'nobody' }),
      forge({}, 'JWT'),
      `${token.slice(0, -3)}AAA`,
      clientSecret ?? '',
    ]) {
      expect(await enter('admin', bad)).toEqual([401, 'UNAUTHENTICATED'])
    }
    await core.tokenRows.revoke(String(claims.jti), new Date(core.now().getTime() + 1000))
    expect(await enter('admin', token)).toEqual([401, 'UNAUTHENTICATED'])
    expect(new URL(ADMIN_PATH, ISSUER).href).toBe(`${ISSUER}/admin/graphql`)
    await core.apps.update({ ...app, disabledAt: core.now() })
  })

  it('a token that acts for a user is worth what the user is now', async () => {
    const { core } = server
    const boss = await server.user('admin')
    const made = await makeApp(server, boss, { scopes: [ADMIN_SCOPE] })
    const requested = await server.ask(
      'mutation{requestCode(input:{}){... on CodeRequest{code handle}}}',
      {},
      basic(made),
    )
    const { code, handle } = requested.data.requestCode
    const approve = (by: TestUser) =>
      server
        .ask('mutation($h:String!){approve(input:{handle:$h}){__typename}}', { h: handle }, by.bearer)
        .then(({ data }) => data.approve.__typename)
    expect(await approve(user)).toBe('InvalidScopeError')
    expect(await approve(boss)).toBe('Approval')
    const claimed = await server.ask(
      'mutation($c:String!){claimToken(input:{code:$c}){... on TokenSet{accessToken}}}',
      { c: code },
      basic(made),
    )
    const { accessToken } = claimed.data.claimToken
    expect(await enter('admin', accessToken)).toEqual([200, undefined])
    expect(await enter('public', accessToken)).toEqual([401, 'UNAUTHENTICATED'])
    await core.users.update({ ...boss.user, role: 'user' })
    expect(await enter('admin', accessToken)).toEqual([403, 'FORBIDDEN'])
  })

  it('an app with an admin’s token makes apps that are its own, the server’s, or somebody’s', async () => {
    const { token } = await appToken([ADMIN_SCOPE])
    const by = { endpoint: 'admin' as const, headers: { authorization: `Bearer ${token}` } }
    const document = CREATE_APP.replace('name }', 'name owner { id } privileges }')
    const make = async (input: object) =>
      (await server.ask(document, { input: { name: 'x', type: 'BOT', ...input } }, by)).data.createApp
    expect((await make({ privileges: ['INTROSPECT_ANY_TOKEN'] })).app).toMatchObject({
      owner: null,
      privileges: ['INTROSPECT_ANY_TOKEN'],
    })
    const { data } = await server.ask('query($n:String){user(username:$n){id}}', { n: user.user.username }, by)
    expect((await make({ ownerId: data.user.id })).app.owner).toEqual({ id: data.user.id })
    expect(await make({ ownerId: 'nobody' })).toMatchObject({ __typename: 'InvalidInputError', field: ['ownerId'] })
    expect((await server.ask('{viewer{id}}', {}, by)).data.viewer).toBeNull()
  })

  it('a user who is disabled or signed out is out at once', async () => {
    const leaving = await server.user('admin')
    expect(await enter('admin', leaving.token)).toEqual([200, undefined])
    const id = (await server.ask('{viewer{id}}', {}, leaving.bearer)).data.viewer.id
    const disable =
      'mutation($id:ID!){updateUser(id:$id,input:{isDisabled:true}){__typename ... on User{isDisabled} ... on Error{code}}}'
    const own = await server.ask(disable, { id }, { ...leaving.bearer, endpoint: 'admin' })
    expect(own.data.updateUser).toMatchObject({ __typename: 'InvalidInputError' })
    const done = await server.ask(disable, { id }, { ...admin.bearer, endpoint: 'admin' })
    expect(done.data.updateUser).toEqual({ __typename: 'User', isDisabled: true })
    expect(await enter('public', leaving.token)).toEqual([401, 'UNAUTHENTICATED'])
  })

  it('admins set what can be set, make users and rotate keys', async () => {
    const ask = async (query: string) => (await server.ask(query, {}, { ...admin.bearer, endpoint: 'admin' })).data
    const set = (value: string, name = 'code.ttlSeconds') =>
      ask(
        `mutation{updateSetting(input:{name:"${name}",value:"${value}"}){__typename ... on Setting{value default} ... on InvalidInputError{field}}}`,
      )
    expect((await set('300')).updateSetting).toEqual({ __typename: 'Setting', value: '300', default: '600' })
    for (const wrong of ['abc', '1', '999999', 'true', ''])
      expect((await set(wrong)).updateSetting.__typename).toBe('InvalidInputError')
    expect((await set('5', 'no.such')).updateSetting).toEqual({ __typename: 'InvalidInputError', field: ['name'] })
    expect((await ask('{settings{name value kind isPerApp}}')).settings).toContainEqual({
      name: 'code.ttlSeconds',
      value: '300',
      kind: 'INTEGER',
      isPerApp: true,
    })

    const make = () =>
      ask(
        'mutation{createUser(input:{username:"bob",role:ADMIN}){__typename ... on User{username role} ... on InvalidInputError{field}}}',
      )
    expect((await make()).createUser).toEqual({ __typename: 'User', username: 'bob', role: 'ADMIN' })
    expect((await make()).createUser).toEqual({ __typename: 'InvalidInputError', field: ['username'] })

    const rotated = await ask('mutation{rotateKeys(input:{}){... on RotatedKeys{keys{algorithm state}}}}')
    expect(rotated.rotateKeys.keys).toContainEqual({ algorithm: 'ES256', state: 'PENDING' })
    expect((await ask('{signingKeys{kid state}}')).signingKeys).toHaveLength(4)
    expect(await ask('{user(username:"bob"){role} none:user(username:"nobody"){id} neither:user{id}}')).toEqual({
      user: { role: 'ADMIN' },
      none: null,
      neither: null,
    })
  })
})
