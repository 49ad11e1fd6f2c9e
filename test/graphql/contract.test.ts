import { describe, expect, it } from 'vitest'
import { databases } from '../support/database.ts'
import { basic, CODE_GRANT, CREATE_APP, codes, makeApp, openGraphQL } from './support.ts'

const CLIENT_CREDENTIALS = `mutation ($input: ClientCredentialsInput!) {
  clientCredentials(input: $input) {
    __typename
    ... on TokenSet { accessToken tokenType expiresInSeconds scopes refreshToken idToken }
    ... on Error { code message }
  }
}`

const REQUEST_CODE = `mutation ($input: RequestCodeInput!) {
  requestCode(input: $input) {
    __typename
    ... on CodeRequest { code handle approveUrl expiresInSeconds intervalSeconds }
    ... on Error { code message }
  }
}`

const CLAIM_TOKEN = `mutation ($input: ClaimTokenInput!) {
  claimToken(input: $input) {
    __typename
    ... on TokenSet { accessToken scopes }
    ... on Error { code message }
    ... on AuthorizationPendingError { intervalSeconds }
    ... on SlowDownError { intervalSeconds }
  }
}`

const APPROVE = `mutation ($input: ApproveInput!) {
  approve(input: $input) { __typename ... on Approval { id status scopes app { name } expiresAt } ... on Error { code message } }
}`

const DENY = `mutation ($input: DenyInput!) {
  deny(input: $input) { __typename ... on Approval { id status scopes app { name } expiresAt } ... on Error { code message } }
}`

describe.each(databases)('the contract ($name)', (database) => {
  it('signIn gives a session whose token works as bearer', async () => {
    const { ask, user } = await openGraphQL(database)
    const { user: present } = await user()
    const document = `mutation ($input: SignInInput!) {
      signIn(input: $input) { __typename ... on Session { token expiresAt user { id username } } ... on InvalidCredentialsError { code message } }
    }`
    const { data } = await ask(document, { input: { username: present.username, password: 'right' } })
    expect(data.signIn).toMatchObject({ __typename: 'Session', user: { username: present.username } })
    expect(new Date(data.signIn.expiresAt).getTime()).toBeGreaterThan(0)
    const viewer = await ask(
      '{ viewer { id username role createdAt } }',
      {},
      { headers: { authorization: `Bearer ${data.signIn.token}` } },
    )
    expect(viewer.data.viewer).toMatchObject({ id: data.signIn.user.id, role: 'USER' })

    const wrong = await ask(document, { input: { username: present.username, password: 'wrong' } })
    expect(wrong.data.signIn).toMatchObject({ __typename: 'InvalidCredentialsError', code: 'invalid_credentials' })
    expect(wrong.status).toBe(200)
  })

  it('an app is made, and gets a token for itself by its secret in the input or in the header', async () => {
    const server = await openGraphQL(database)
    const app = await makeApp(server, await server.user())
    const { clientId, clientSecret } = app
    const byInput = await server.ask(CLIENT_CREDENTIALS, { input: { clientId, clientSecret, scopes: ['read'] } })
    expect(byInput.data.clientCredentials).toEqual({
      __typename: 'TokenSet',
      accessToken: expect.stringMatching(/^eyJ/),
      tokenType: 'Bearer',
      expiresInSeconds: 3600,
      scopes: ['read'],
      refreshToken: null,
      idToken: null,
    })
    const byHeader = await server.ask(CLIENT_CREDENTIALS, { input: {} }, basic(app))
    expect(byHeader.data.clientCredentials).toMatchObject({ __typename: 'TokenSet', scopes: ['read'] })
    const byBoth = await server.ask(CLIENT_CREDENTIALS, { input: { clientId, clientSecret } }, basic(app))
    expect(byBoth.data.clientCredentials).toMatchObject({ __typename: 'InvalidRequestError', code: 'invalid_request' })
  })

  it('what a token request may fail with is typed, with the code of the RFC', async () => {
    const server = await openGraphQL(database)
    const { clientId, clientSecret } = await makeApp(server, await server.user())
    const failure = async (input: object) => (await server.ask(CLIENT_CREDENTIALS, { input })).data.clientCredentials
    expect(await failure({ clientId, clientSecret: 'wrong' })).toMatchObject({
      __typename: 'InvalidClientError',
      code: 'invalid_client',
    })
    expect(await failure({ clientId: 'nobody', clientSecret })).toMatchObject({ __typename: 'InvalidClientError' })
    expect(await failure({})).toMatchObject({ __typename: 'InvalidClientError' })
    expect(await failure({ clientId, clientSecret, scopes: ['write'] })).toMatchObject({
      __typename: 'InvalidScopeError',
      code: 'invalid_scope',
    })
    expect(await failure({ clientId, clientSecret, scopes: ['read write'] })).toMatchObject({
      __typename: 'InvalidScopeError',
    })
    expect(await failure({ clientId, clientSecret, scopes: [] })).toMatchObject({ __typename: 'InvalidScopeError' })

    const codeOnly = await makeApp(server, await server.user(), { grants: [CODE_GRANT] })
    const notGiven = await failure({ clientId: codeOnly.clientId, clientSecret: codeOnly.clientSecret })
    expect(notGiven).toMatchObject({ __typename: 'UnauthorizedClientError', code: 'unauthorized_client' })
  })

  it('requestCode → pending → too fast → approve → claimToken once', async () => {
    const server = await openGraphQL(database)
    const { ask, clock } = server
    const { clientId, clientSecret } = await makeApp(server, await server.user())
    const decider = await server.user()
    const requested = (await ask(REQUEST_CODE, { input: { clientId, clientSecret, scopes: ['read'] } })).data
      .requestCode
    expect(requested).toMatchObject({ __typename: 'CodeRequest', expiresInSeconds: 600, intervalSeconds: 5 })
    expect(requested.approveUrl).toContain(requested.handle)
    expect(requested.handle).not.toBe(requested.code)

    const claim = async () =>
      (await ask(CLAIM_TOKEN, { input: { clientId, clientSecret, code: requested.code } })).data.claimToken
    expect(await claim()).toMatchObject({
      __typename: 'AuthorizationPendingError',
      code: 'authorization_pending',
      intervalSeconds: 5,
    })
    expect(await claim()).toMatchObject({ __typename: 'SlowDownError', code: 'slow_down', intervalSeconds: 10 })

    const { handle } = requested
    const seen = await ask(
      'query ($handle: String!) { approval(handle: $handle) { id status scopes app { name } createdAt expiresAt } }',
      { handle },
      decider.bearer,
    )
    expect(seen.data.approval).toMatchObject({ status: 'PENDING', scopes: ['read'], app: { name: 'Reader' } })
    const approved = (await ask(APPROVE, { input: { handle } }, decider.bearer)).data.approve
    expect(approved).toMatchObject({
      __typename: 'Approval',
      id: seen.data.approval.id,
      status: 'APPROVED',
      scopes: ['read'],
      app: { name: 'Reader' },
    })
    const twice = (await ask(APPROVE, { input: { handle } }, decider.bearer)).data.approve
    expect(twice).toMatchObject({ __typename: 'AlreadyDecidedError', code: 'already_decided' })

    clock.pass({ seconds: 20 })
    expect(await claim()).toMatchObject({ __typename: 'TokenSet', scopes: ['read'] })
    expect(await claim()).toMatchObject({ __typename: 'InvalidGrantError', code: 'invalid_grant' })
  })

  it('deny ends it, and time does', async () => {
    const server = await openGraphQL(database)
    const { ask, clock } = server
    const { clientId, clientSecret } = await makeApp(server, await server.user())
    const decider = await server.user()
    const request = async () => (await ask(REQUEST_CODE, { input: { clientId, clientSecret } })).data.requestCode
    const claim = async (code: string) =>
      (await ask(CLAIM_TOKEN, { input: { clientId, clientSecret, code } })).data.claimToken

    const denied = await request()
    expect((await ask(DENY, { input: { handle: denied.handle } }, decider.bearer)).data.deny).toMatchObject({
      status: 'DENIED',
    })
    expect(await claim(denied.code)).toMatchObject({ __typename: 'AccessDeniedError', code: 'access_denied' })

    const late = await request()
    clock.pass({ seconds: 601 })
    expect(await claim(late.code)).toMatchObject({ __typename: 'ExpiredTokenError', code: 'expired_token' })
    expect((await ask(APPROVE, { input: { handle: late.handle } }, decider.bearer)).data.approve).toMatchObject({
      __typename: 'ExpiredTokenError',
    })
    expect((await ask(APPROVE, { input: { handle: 'no such' } }, decider.bearer)).data.approve).toMatchObject({
      __typename: 'NotFoundError',
      code: 'not_found',
    })
  })

  it('a token is introspected, revoked, and introspected as inactive', async () => {
    const server = await openGraphQL(database)
    const { ask } = server
    const { clientId, clientSecret } = await makeApp(server, await server.user())
    const token = (await ask(CLIENT_CREDENTIALS, { input: { clientId, clientSecret } })).data.clientCredentials
      .accessToken
    const introspect = async () =>
      (
        await ask(
          `mutation ($input: IntrospectTokenInput!) { introspectToken(input: $input) {
            __typename ... on TokenIntrospection { active scopes clientId username tokenType expiresAt issuedAt subject audience issuer tokenId }
          } }`,
          { input: { clientId, clientSecret, token } },
        )
      ).data.introspectToken
    expect(await introspect()).toMatchObject({
      active: true,
      scopes: ['read'],
      clientId,
      tokenType: 'Bearer',
      username: null,
      subject: clientId,
    })
    const revoked = await ask(
      'mutation ($input: RevokeTokenInput!) { revokeToken(input: $input) { __typename ... on TokenRevocation { done } ... on Error { code } } }',
      { input: { clientId, clientSecret, token } },
    )
    expect(revoked.data.revokeToken).toEqual({ __typename: 'TokenRevocation', done: true })
    expect(await introspect()).toMatchObject({ active: false, scopes: null, clientId: null })
  })

  it('what a user may not give to an app is refused by name, and an admin may', async () => {
    const server = await openGraphQL(database)
    const owner = await server.user()
    const refused = await server.ask(
      CREATE_APP,
      { input: { name: 'x', type: 'CONFIDENTIAL', scopes: ['read', 'grantql:admin'] } },
      owner.bearer,
    )
    expect(refused.data.createApp).toMatchObject({
      __typename: 'InvalidInputError',
      code: 'invalid_input',
      field: ['scopes', '1'],
    })
    const bot = await server.ask(CREATE_APP, { input: { name: 'x', type: 'BOT', grants: [CODE_GRANT] } }, owner.bearer)
    expect(bot.data.createApp).toMatchObject({ __typename: 'InvalidInputError', field: ['grants', '0'] })
    const admin = await server.user('admin')
    const given = await server.ask(
      CREATE_APP,
      { input: { name: 'x', type: 'CONFIDENTIAL', scopes: ['grantql:admin'] } },
      admin.bearer,
    )
    expect(given.data.createApp.__typename).toBe('AppCredentials')
    expect(codes(await server.ask(CREATE_APP, { input: { name: 'x', type: 'PUBLIC' } }))).toEqual(['UNAUTHENTICATED'])
  })

  it('apps are read, changed, given new secrets and deleted by their owner', async () => {
    const server = await openGraphQL(database)
    const { ask } = server
    const owner = await server.user()
    const app = await makeApp(server, owner)
    const changed = await ask(
      `mutation ($id: ID!, $input: UpdateAppInput!) { updateApp(id: $id, input: $input) { __typename ... on App { name grants scopes owner { username } } ... on Error { code } } }`,
      { id: app.id, input: { name: 'Renamed', scopes: ['write'] } },
      owner.bearer,
    )
    expect(changed.data.updateApp).toEqual({
      __typename: 'App',
      name: 'Renamed',
      grants: ['client_credentials', CODE_GRANT],
      scopes: ['write'],
      owner: { username: owner.user.username },
    })
    const rotated = await ask(
      'mutation ($input: RotateAppSecretInput!) { rotateAppSecret(input: $input) { __typename ... on AppCredentials { clientSecret } } }',
      { input: { id: app.id, overlapSeconds: 0 } },
      owner.bearer,
    )
    const { clientSecret } = rotated.data.rotateAppSecret
    expect(clientSecret).not.toBe(app.clientSecret)
    const old = await ask(CLIENT_CREDENTIALS, { input: { clientId: app.clientId, clientSecret: app.clientSecret } })
    expect(old.data.clientCredentials.__typename).toBe('InvalidClientError')

    const DELETE =
      'mutation ($input: DeleteAppInput!) { deleteApp(input: $input) { __typename ... on DeletedApp { id } ... on Error { code } } }'
    expect((await ask(DELETE, { input: { id: app.id } }, owner.bearer)).data.deleteApp).toEqual({
      __typename: 'DeletedApp',
      id: app.id,
    })
    expect((await ask(DELETE, { input: { id: app.id } }, owner.bearer)).data.deleteApp).toMatchObject({
      __typename: 'NotFoundError',
    })
    expect((await ask('query ($id: ID!) { app(id: $id) { id } }', { id: app.id }, owner.bearer)).data.app).toBeNull()
  })

  it('the server tells its grants and scopes to anybody', async () => {
    const { ask } = await openGraphQL(database)
    const { data } = await ask(
      '{ grants { grantType mutation spec params { name wireName isRequired } } scopes { name isSelfService } }',
    )
    expect(data.grants).toContainEqual({
      grantType: 'client_credentials',
      mutation: 'clientCredentials',
      spec: 'RFC 6749 §4.4',
      params: [{ name: 'scopes', wireName: 'scope', isRequired: false }],
    })
    expect(data.scopes).toContainEqual({ name: 'grantql:admin', isSelfService: false })
  })

  it('signOut ends the session', async () => {
    const { ask, user } = await openGraphQL(database)
    const { bearer } = await user()
    const { data } = await ask('mutation { signOut { __typename ... on SignedOut { done } } }', {}, bearer)
    expect(data.signOut).toEqual({ __typename: 'SignedOut', done: true })
    const after = await ask('{ viewer { id } }', {}, bearer)
    expect(after.status).toBe(401)
    expect(codes(after)).toEqual(['UNAUTHENTICATED'])
  })
})
