import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { expect, it } from 'vitest'
import type { User } from '../../../src/users/user.ts'
import { describeEachServer, type TestServer } from '../../support/server.ts'
import { answerOf, credentials, logIn, makeClient, options, PASSWORD, probe, refresh, send, token } from './support.ts'

const newUser = (server: TestServer): Promise<User> => server.createUser({ password: PASSWORD })
const LONG =
  'The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.'

describeEachServer('ProcessMaker’s token endpoint', options, (server) => {
  it('2. a password as JSON, with the client id a number: four members, in their order, for a year', async () => {
    const client = await makeClient(server())
    const user = await newUser(server())
    const answer = await send(server(), 'POST', '/oauth/token', {
      grant_type: 'password',
      client_id: client.id,
      client_secret: client.secret,
      username: user.username,
      password: PASSWORD,
    })
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.body)).toEqual(['token_type', 'expires_in', 'access_token', 'refresh_token'])
    expect(answer.body).toMatchObject({
      token_type: 'Bearer',
      refresh_token: expect.stringMatching(/^def502[0-9a-f]+$/),
    })
    expect([31_536_000, 31_622_400]).toContain(answer.body.expires_in)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=UTF-8')
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(answer.headers.get('pragma')).toBe('no-cache')
  })

  it('the access token is a JWT that the published keys verify, with that system’s claims', async () => {
    const client = await makeClient(server())
    const user = await newUser(server())
    const { access_token } = await logIn(server(), client, user)
    expect(decodeProtectedHeader(access_token)).toMatchObject({ alg: 'RS256', typ: 'JWT' })
    const keys = createRemoteJWKSet(new URL('/oauth/jwks', server().url))
    const { payload } = await jwtVerify(access_token, keys, { currentDate: server().clock.now() })
    expect(payload).toEqual({
      aud: String(client.id),
      jti: expect.any(String),
      iat: expect.any(Number),
      nbf: expect.any(Number),
      exp: expect.any(Number),
      sub: user.id,
      scopes: [],
    })
  })

  it('3. the same as a form, as multipart, and with the client in a Basic header', async () => {
    const client = await makeClient(server())
    const { username } = await newUser(server())
    const asked = { grant_type: 'password', username, password: PASSWORD }
    expect((await token(server(), { ...asked, ...credentials(client) })).status).toBe(200)
    const multipart = new FormData()
    for (const [name, value] of Object.entries({ ...asked, ...credentials(client) })) multipart.append(name, value)
    const posted = await server().fetch('/oauth/token', { method: 'POST', body: multipart })
    expect((await answerOf(posted)).status).toBe(200)
    const authorization = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`
    expect((await token(server(), asked, { authorization })).status).toBe(200)
    const wrong = `Basic ${Buffer.from(`${client.id}:wrong`).toString('base64')}`
    expect((await token(server(), { ...asked, ...credentials(client) }, { authorization: wrong })).status).toBe(200)
  })

  it('4. a wrong password and a wrong secret, each in that system’s words', async () => {
    const client = await makeClient(server())
    const { username } = await newUser(server())
    const asked = { grant_type: 'password', ...credentials(client), username, password: PASSWORD }
    const password = await token(server(), { ...asked, password: 'wrong' })
    expect([password.status, password.body]).toEqual([
      400,
      {
        error: 'invalid_grant',
        error_description: 'The user credentials were incorrect.',
        message: 'The user credentials were incorrect.',
      },
    ])
    const secret = await token(server(), { ...asked, client_secret: 'wrong' })
    expect([secret.status, secret.body]).toEqual([
      401,
      {
        error: 'invalid_client',
        error_description: 'Client authentication failed',
        message: 'Client authentication failed',
      },
    ])
    expect(secret.headers.has('www-authenticate')).toBe(false)
  })

  it('5. a user name or a grant type is missing', async () => {
    const client = await makeClient(server())
    const username = await token(server(), { grant_type: 'password', ...credentials(client), password: PASSWORD })
    expect([username.status, username.body]).toEqual([
      400,
      { error: 'invalid_request', error_description: LONG, hint: 'Check the `username` parameter', message: LONG },
    ])
    const said = 'The authorization grant type is not supported by the authorization server.'
    for (const grant of [{}, { grant_type: 'magic' }]) {
      const answer = await token(server(), { ...grant, ...credentials(client) } as Record<string, string>)
      expect([answer.status, answer.body]).toEqual([
        400,
        {
          error: 'unsupported_grant_type',
          error_description: said,
          hint: 'Check that all required parameters have been provided',
          message: said,
        },
      ])
    }
  })

  it('6. a refresh gives a new pair, and ends the old access token and the old refresh token at once', async () => {
    const client = await makeClient(server())
    const user = await newUser(server())
    const first = await logIn(server(), client, user)
    expect(await probe(server(), first.access_token, user.id)).toBe(200)
    const second = await refresh(server(), client, first.refresh_token)
    expect(second.status).toBe(200)
    expect(Object.keys(second.body)).toEqual(['token_type', 'expires_in', 'access_token', 'refresh_token'])
    expect(await probe(server(), first.access_token, user.id)).toBe(401)
    expect(await probe(server(), second.body.access_token, user.id)).toBe(200)
    const again = await refresh(server(), client, first.refresh_token)
    expect([again.status, again.body]).toEqual([
      401,
      {
        error: 'invalid_request',
        error_description: 'The refresh token is invalid.',
        hint: 'Token has been revoked',
        message: 'The refresh token is invalid.',
      },
    ])
  })

  it('7. a refresh token is its own client’s alone', async () => {
    const [client, other] = [await makeClient(server()), await makeClient(server())]
    const { refresh_token } = await logIn(server(), client, await newUser(server()))
    const answer = await refresh(server(), other, refresh_token)
    expect([answer.status, answer.body.error, answer.body.hint]).toEqual([
      401,
      'invalid_request',
      'Token is not linked to client',
    ])
    expect((await refresh(server(), client, refresh_token)).status).toBe(200)
  })

  it('8. the token opens what is protected, and nothing else does', async () => {
    const client = await makeClient(server())
    const user = await newUser(server())
    const { access_token } = await logIn(server(), client, user)
    expect(await probe(server(), access_token, user.id)).toBe(200)
    expect(await probe(server(), `${access_token}x`, user.id)).toBe(401)
    const stranger = await newUser(server())
    expect(await probe(server(), access_token, stranger.id)).toBe(403)
  })

  it('9. a client without Enable Password Grant has no password grant', async () => {
    const client = await makeClient(server(), ['authorization_code_grant'])
    const { username } = await newUser(server())
    const answer = await token(server(), {
      grant_type: 'password',
      ...credentials(client),
      username,
      password: PASSWORD,
    })
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client'])
  })

  it('a client gets tokens for itself, and no refresh token then', async () => {
    const client = await makeClient(server())
    const { status, body } = await token(server(), { grant_type: 'client_credentials', ...credentials(client) })
    expect([status, Object.keys(body)]).toEqual([200, ['token_type', 'expires_in', 'access_token']])
    expect(await probe(server(), body.access_token, 'anybody')).toBe(401)
  })

  it('the scope * asks for all that the client may have, and any other is refused by its name', async () => {
    const client = await makeClient(server())
    const { username } = await newUser(server())
    const asked = { grant_type: 'password', ...credentials(client), username, password: PASSWORD }
    expect((await token(server(), { ...asked, scope: '*' })).status).toBe(200)
    const said = 'The requested scope is invalid, unknown, or malformed'
    const { status, body } = await token(server(), { ...asked, scope: 'more' })
    expect([status, body]).toEqual([
      400,
      { error: 'invalid_scope', error_description: said, hint: 'Check the `more` scope', message: said },
    ])
  })

  it('of 20 refreshes at once one gives tokens (RFC 9700 §4.14.2)', async () => {
    const client = await makeClient(server())
    const { refresh_token } = await logIn(server(), client, await newUser(server()))
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(server(), client, refresh_token)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const { status, body } of answers.filter((answer) => answer.status !== 200)) {
      expect([status, body.hint]).toEqual([401, 'Token has been revoked'])
    }
  })

  it('refreshes go on for years, and no token says that it outlives its family', async () => {
    const client = await makeClient(server())
    const user = await newUser(server())
    let { refresh_token, access_token, expires_in } = await logIn(server(), client, user)
    for (let year = 0; year < 10; year++) {
      server().clock.pass({ seconds: 360 * 86_400 })
      const next = await refresh(server(), client, refresh_token)
      expect(next.status).toBe(200)
      ;({ refresh_token, access_token, expires_in } = next.body)
      expect(await probe(server(), access_token, user.id)).toBe(200)
    }
    expect(expires_in).toBeLessThan(366 * 86_400)
    server().clock.pass({ seconds: expires_in + 1 })
    expect((await refresh(server(), client, refresh_token)).body.hint).toBe('Token has expired')
  })
})
