import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { browse } from '../../pages/browse.ts'
import { describeEachServer } from '../../support/server.ts'
import {
  adminHeaders,
  bearer,
  CALLBACK,
  logIn,
  makeClient,
  options,
  PASSWORD,
  probe,
  refresh,
  send,
  TYPES,
  token,
} from './support.ts'

describeEachServer('ProcessMaker’s /oauth/clients', options, (server) => {
  const post = async (body: unknown, headers?: Record<string, string>) =>
    send(server(), 'POST', '/oauth/clients', body, headers ?? (await adminHeaders(server())))

  it('11. makes a client: 201, and all that the list says of it', async () => {
    const { status, body } = await post({ name: 'Photos', types: TYPES.toReversed(), redirect: CALLBACK })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.any(Number),
      name: 'Photos',
      secret: expect.stringMatching(/^[A-Za-z0-9]{40}$/),
      redirect: CALLBACK,
      revoked: false,
      types: TYPES,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    })
    const headers = await adminHeaders(server())
    const list = await send(server(), 'GET', '/oauth/clients', undefined, headers)
    expect(list.status).toBe(200)
    expect(list.body.data).toContainEqual(body)
    expect((await send(server(), 'GET', `/oauth/clients/${body.id}`, undefined, headers)).body).toEqual(body)
  })

  it.each([
    [{}, { name: ['The Name field is required.'], types: ['The Types field is required.'] }],
    [{ name: 'x', types: [] }, { types: ['The Auth-Client must have at least 1 item chosen.'] }],
    [{ name: 'x', types: ['authorization_code_grant'] }, { redirect: ['The Redirect field is required.'] }],
    [
      { name: 'x', types: ['authorization_code_grant'], redirect: 'nowhere' },
      { redirect: ['The Redirect format is invalid.'] },
    ],
    [
      { name: 'x'.repeat(256), types: ['password_client'] },
      { name: ['The Name may not be greater than 255 characters.'] },
    ],
    [{ name: 'x', types: ['magic'] }, { types: ['The selected types.0 is invalid.'] }],
  ])('11. refuses %j by 422, with a sentence for each field', async (sent, errors) => {
    const { status, body } = await post(sent)
    expect([status, body.errors]).toEqual([422, errors])
    expect(body.message).toContain(Object.values(errors)[0]?.[0])
  })

  it('11. a redirect that is not safe is refused by the rule of every app (RFC 9700 §4.1)', async () => {
    for (const redirect of ['http://rp.example/cb', 'https://rp.example/*', 'javascript:alert(1)']) {
      const { status, body } = await post({ name: 'x', types: ['authorization_code_grant'], redirect })
      expect([status, Object.keys(body.errors)]).toEqual([422, ['redirect']])
    }
  })

  it('11. changes a client by PUT, and what its boxes stand for changes with it', async () => {
    const client = await makeClient(server(), ['password_client'])
    const user = await server().createUser({ password: PASSWORD })
    const headers = await adminHeaders(server())
    const changed = { name: 'Renamed', types: ['authorization_code_grant'], redirect: CALLBACK }
    const { status, body } = await send(server(), 'PUT', `/oauth/clients/${client.id}`, changed, headers)
    expect([status, body]).toEqual([200, { ...client, ...changed, updated_at: expect.any(String) }])
    expect(await logIn(server(), client, user)).toMatchObject({ error: 'invalid_client' })
    const { app } = (await server().core.apps.byClientId(String(client.id))) ?? {}
    expect(app?.privileges).toEqual([])
  })

  it('11. deletes a client by DELETE: the list leaves it out, and its tokens stop working', async () => {
    const client = await makeClient(server())
    const user = await server().createUser({ password: PASSWORD })
    const { access_token, refresh_token } = await logIn(server(), client, user)
    const headers = await adminHeaders(server())
    const deleted = await send(server(), 'DELETE', `/oauth/clients/${client.id}`, undefined, headers)
    expect([deleted.status, deleted.body]).toEqual([204, ''])
    const { body } = await send(server(), 'GET', '/oauth/clients', undefined, headers)
    expect(body.data.map(({ id }: { id: number }) => id)).not.toContain(client.id)
    expect(await probe(server(), access_token, user.id)).toBe(401)
    expect((await refresh(server(), client, refresh_token)).body.error).toBe('invalid_client')
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const sent = method === 'PUT' ? { name: 'x', types: ['password_client'] } : undefined
      expect((await send(server(), method, `/oauth/clients/${client.id}`, sent, headers)).status).toBe(404)
    }
  })

  it('a client with the password grant is of the house and gets no codes, whatever else is ticked', async () => {
    const client = await makeClient(server(), TYPES)
    const query = new URLSearchParams({ response_type: 'code', client_id: String(client.id), redirect_uri: CALLBACK })
    const browser = browse(server())
    await browser.signIn(await server().createUser())
    const answer = await browser.get(`/oauth/authorize?${query}`)
    expect(new URL(answer.headers.get('location') ?? '').searchParams.get('error')).toBe('unauthorized_client')
  })

  it('is for admins alone', async () => {
    const somebody = bearer(await server().signIn(await server().createUser()))
    const sent = { name: 'x', types: ['password_client'] }
    expect((await post(sent, {})).status).toBe(401)
    expect((await post(sent, somebody)).status).toBe(403)
    expect((await send(server(), 'GET', '/oauth/clients')).body).toEqual({ message: 'Unauthenticated.' })
    expect((await send(server(), 'GET', '/oauth/clients', undefined, somebody)).status).toBe(403)
  })

  it('a session in a cookie writes only what another site cannot have sent', async () => {
    const admin = await server().createUser({ role: 'admin' })
    const cookie = { cookie: `grantql-session=${await server().signIn(admin)}` }
    const sent = { name: 'x', types: ['password_client'] }
    expect((await post(sent, cookie)).status).toBe(201)
    expect((await post(sent, { ...cookie, origin: server().issuer, 'sec-fetch-site': 'same-origin' })).status).toBe(201)
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'same-site' },
      // A browser sends these by itself as well.
      { origin: 'https://evil.example', authorization: 'Basic eDp5' },
    ]) {
      const forged = await post(sent, { ...cookie, ...(headers as Record<string, string>) })
      expect([forged.status, forged.body]).toEqual([419, { message: 'CSRF token mismatch.' }])
    }
    const form = await server().form('/oauth/clients', { name: 'x', 'types[]': 'password_client' }, cookie)
    expect(form.status).toBe(419)
    const headers = bearer(await server().signIn(admin))
    expect((await server().form('/oauth/clients', { name: 'x', 'types[]': 'password_client' }, headers)).status).toBe(
      201,
    )
  })

  it('of 20 clients that are made at once each has an integer of its own', async () => {
    const headers = await adminHeaders(server())
    const made = await Promise.all(
      Array.from({ length: 20 }, () => post({ name: 'x', types: ['password_client'] }, headers)),
    )
    expect(made.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201))
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(20)
    for (const { body } of made) expect(Number.isSafeInteger(body.id)).toBe(true)
  })

  it('the number of a deleted client is never given out again', async () => {
    const headers = await adminHeaders(server())
    const client = await makeClient(server())
    await send(server(), 'DELETE', `/oauth/clients/${client.id}`, undefined, headers)
    expect((await makeClient(server())).id).toBeGreaterThan(client.id)
  })

  it('keeps its secret sealed: neither the text nor its digits are in the database', async () => {
    const client = await makeClient(server())
    const { db } = server().core.database
    const rows = await db
      .selectFrom('processmaker_client_secret' as never)
      .selectAll()
      .execute()
    expect(JSON.stringify(rows.map((row) => Object.values(row).map(String)))).not.toContain(client.secret)
    expect(rows.length).toBeGreaterThan(0)
  })
})

describeEachServer('ProcessMaker’s clients over GraphQL', options, (server) => {
  const CREATE = `mutation ($input: CreateAppInput!) { createApp(input: $input) {
    ... on AppCredentials { clientSecret app { id clientId dialect grants } } ... on Error { code message } } }`
  const ROTATE = `mutation ($input: RotateAppSecretInput!) { rotateAppSecret(input: $input) {
    ... on AppCredentials { clientSecret } ... on Error { code message } } }`
  const admin = (document: string, variables: object, headers: Record<string, string>) =>
    server().graphql(document, variables, headers, '/admin/graphql')

  /** As an admin makes it there. */
  const create = async (headers: Record<string, string>) => {
    const input = {
      name: 'From GraphQL',
      type: 'CONFIDENTIAL',
      dialect: 'processmaker',
      grants: ['password', 'refresh_token', 'client_credentials'],
      privileges: ['LEGACY_GRANTS'],
    }
    return (await admin(CREATE, { input }, headers)).data.createApp
  }
  const show = async (clientId: string, headers: Record<string, string>) =>
    (await send(server(), 'GET', `/oauth/clients/${clientId}`, undefined, headers)).body

  it('one that was made there is on the list here, with its secret', async () => {
    const headers = await adminHeaders(server())
    const { app, clientSecret } = await create(headers)
    expect(app).toMatchObject({ dialect: 'processmaker', clientId: expect.stringMatching(/^[1-9]\d*$/) })
    const shown = await show(app.clientId, headers)
    expect(shown).toMatchObject({ secret: clientSecret, types: ['password_client'] })
    const user = await server().createUser({ password: PASSWORD })
    expect(await logIn(server(), shown, user)).toMatchObject({ token_type: 'Bearer' })
  })

  it('a secret that was rotated there is the one that is copied here; one that was refused is not', async () => {
    const headers = await adminHeaders(server())
    const { app, clientSecret: first } = await create(headers)
    const rotate = async (overlapSeconds: number) =>
      (await admin(ROTATE, { input: { id: app.id, overlapSeconds } }, headers)).data.rotateAppSecret
    const authenticate = async (secret: string) => {
      const form = { grant_type: 'client_credentials', client_id: app.clientId, client_secret: secret }
      return (await token(server(), form)).status
    }
    const { clientSecret } = await rotate(0)
    expect(clientSecret).toMatch(/^[A-Za-z0-9]{40}$/)
    expect((await show(app.clientId, headers)).secret).toBe(clientSecret)
    expect(await authenticate(first)).toBe(401)
    let newest = clientSecret
    for (let count = 0; count < 4; count++) newest = (await rotate(3600)).clientSecret
    expect(await rotate(3600)).toMatchObject({ code: 'too_many_secrets' })
    expect((await show(app.clientId, headers)).secret).toBe(newest)
    expect(await authenticate(newest)).toBe(200)
  })

  it('of many secrets that are made at once, the one that is copied works', async () => {
    const headers = await adminHeaders(server())
    const { app } = await create(headers)
    const input = { id: app.id, overlapSeconds: 0 }
    await Promise.all(Array.from({ length: 10 }, () => admin(ROTATE, { input }, headers)))
    const { secret } = await show(app.clientId, headers)
    const form = { grant_type: 'client_credentials', client_id: app.clientId, client_secret: secret }
    expect((await token(server(), form)).status).toBe(200)
  })

  it('one that was deleted there leaves no secret behind', async () => {
    const headers = await adminHeaders(server())
    const { app } = await create(headers)
    const { id } = (await server().core.apps.byClientId(app.clientId))?.app ?? {}
    const kept = async () => {
      const { db } = server().core.database
      const rows = await db
        .selectFrom('processmaker_client_secret' as never)
        .select('app_id' as never)
        .execute()
      return rows.map((row) => Object.values(row)[0])
    }
    expect(await kept()).toContain(id)
    const document = 'mutation ($input: DeleteAppInput!) { deleteApp(input: $input) { ... on Error { code } } }'
    await admin(document, { input: { id: app.id } }, headers)
    expect(await kept()).not.toContain(id)
  })

  it('its tokens are introspected and revoked like any other', async () => {
    const client = await makeClient(server())
    const user = await server().createUser({ password: PASSWORD })
    const { access_token, refresh_token } = await logIn(server(), client, user)
    const input = { clientId: String(client.id), clientSecret: client.secret, token: access_token }
    const INTROSPECT = `mutation ($input: IntrospectTokenInput!) { introspectToken(input: $input) {
      ... on TokenIntrospection { active clientId username subject } } }`
    const introspect = async () => (await server().graphql(INTROSPECT, { input })).data.introspectToken
    expect(await introspect()).toEqual({
      active: true,
      clientId: String(client.id),
      username: user.username,
      subject: user.id,
    })
    const REVOKE =
      'mutation ($input: RevokeTokenInput!) { revokeToken(input: $input) { ... on TokenRevocation { done } } }'
    await server().graphql(REVOKE, { input })
    expect(await introspect()).toMatchObject({ active: false })
    expect((await refresh(server(), client, refresh_token)).status).toBe(200)
  })

  it('an app of another dialect is none of these', async () => {
    const { app } = await server().createApp()
    const headers = await adminHeaders(server())
    for (const id of [app.clientId, app.id, randomUUID(), '0', '-1', '1e3', '99999999999'])
      expect((await send(server(), 'GET', `/oauth/clients/${id}`, undefined, headers)).status).toBe(404)
  })
})
