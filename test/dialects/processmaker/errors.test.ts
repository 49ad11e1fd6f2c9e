import { request } from 'node:http'
import { beforeAll, describe, expect, it } from 'vitest'
import type { User } from '../../../src/users/user.ts'
import { browse } from '../../pages/browse.ts'
import { describeEachServer } from '../../support/server.ts'
import {
  type Answer,
  adminHeaders,
  CALLBACK,
  type Client,
  credentials,
  HOME,
  logIn,
  makeClient,
  options,
  PASSWORD,
  refresh,
  send,
  token,
} from './support.ts'

const LONG =
  'The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.'
const REFRESH = 'The refresh token is invalid.'
const CLIENT = 'Client authentication failed'
const GRANT_TYPE = 'The authorization grant type is not supported by the authorization server.'

describeEachServer('ProcessMaker’s errors', options, (server) => {
  let client: Client
  let codeClient: Client
  let user: User
  beforeAll(async () => {
    client = await makeClient(server())
    codeClient = await makeClient(server(), ['authorization_code_grant'])
    user = await server().createUser({ password: PASSWORD })
  })

  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
  const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
  const codeOf = async (more: Record<string, string> = {}) => {
    const browser = browse(server())
    await browser.signIn(await server().createUser())
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: String(codeClient.id),
      redirect_uri: CALLBACK,
      ...more,
    })
    const page = await (await browser.get(`/oauth/authorize?${query}`)).text()
    const value = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? ''
    const names = ['csrf_token', 'client_id', 'auth_token']
    const answer = await browser.post(
      '/oauth/authorize',
      names.map((name) => [name, value(name)] as const),
    )
    return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? ''
  }
  const exchange = (code: string, more: Record<string, string> = {}, by = codeClient) =>
    token(server(), { grant_type: 'authorization_code', ...credentials(by), redirect_uri: CALLBACK, code, ...more })
  const password = (more: Record<string, string> = {}) =>
    token(server(), {
      grant_type: 'password',
      ...credentials(client),
      username: user.username,
      password: PASSWORD,
      ...more,
    })

  type Row = readonly [string, () => Promise<Answer>, number, string, string, string?]
  const TABLE: readonly Row[] = [
    ['an unknown client', () => password({ client_id: '999999' }), 401, 'invalid_client', CLIENT],
    ['a wrong secret', () => password({ client_secret: 'wrong' }), 401, 'invalid_client', CLIENT],
    [
      'a wrong password',
      () => password({ password: 'wrong' }),
      400,
      'invalid_grant',
      'The user credentials were incorrect.',
    ],
    [
      'an unknown user',
      () => password({ username: 'nobody' }),
      400,
      'invalid_grant',
      'The user credentials were incorrect.',
    ],
    ['no user name', () => password({ username: '' }), 400, 'invalid_request', LONG, 'Check the `username` parameter'],
    ['no password', () => password({ password: '' }), 400, 'invalid_request', LONG, 'Check the `password` parameter'],
    [
      'no refresh token',
      () => refresh(server(), client, ''),
      400,
      'invalid_request',
      LONG,
      'Check the `refresh_token` parameter',
    ],
    [
      'no grant type',
      () => password({ grant_type: '' }),
      400,
      'unsupported_grant_type',
      GRANT_TYPE,
      'Check that all required parameters have been provided',
    ],
    [
      'a refresh token that never was',
      () => refresh(server(), client, 'def50200'),
      401,
      'invalid_request',
      REFRESH,
      'Cannot decrypt the refresh token',
    ],
    [
      'a code that never was',
      () => exchange('def50200'),
      400,
      'invalid_request',
      LONG,
      'Cannot decrypt the authorization code',
    ],
    [
      'a code of another client',
      async () => exchange(await codeOf(), {}, await makeClient(server(), ['authorization_code_grant'])),
      400,
      'invalid_request',
      LONG,
      'Authorization code was not issued to this client',
    ],
    [
      'a redirect URI that is not the client’s',
      async () => exchange(await codeOf(), { redirect_uri: 'https://evil.example/' }),
      401,
      'invalid_client',
      CLIENT,
    ],
    [
      'no redirect URI where there was one',
      async () => exchange(await codeOf(), { redirect_uri: '' }),
      400,
      'invalid_request',
      LONG,
      'Invalid redirect URI',
    ],
  ]

  for (const [title, ask, status, error, description, hint] of TABLE) {
    it(title, async () => {
      const answer = await ask()
      expect([answer.status, answer.body]).toEqual([
        status,
        { error, error_description: description, ...(hint !== undefined && { hint }), message: description },
      ])
      expect(answer.headers.get('cache-control')).toContain('no-store')
    })
  }

  it('a code that was used, one that expired, and a wrong verifier', async () => {
    const code = await codeOf()
    expect((await exchange(code)).status).toBe(200)
    expect((await exchange(code)).body).toMatchObject({
      error: 'invalid_request',
      hint: 'Authorization code has been revoked',
    })
    const bound = await codeOf({ code_challenge: challenge, code_challenge_method: 'S256' })
    const wrong = await exchange(bound, { code_verifier: verifier.replace('d', 'e') })
    expect([wrong.status, wrong.body]).toMatchObject([
      400,
      { error: 'invalid_grant', hint: 'Failed to verify `code_verifier`.' },
    ])
    expect((await exchange(bound, { code_verifier: verifier })).status).toBe(200)
    const late = await codeOf()
    server().clock.pass({ seconds: 601 })
    expect((await exchange(late)).body).toMatchObject({
      error: 'invalid_request',
      hint: 'Authorization code has expired',
    })
  })

  it('asks for Basic only where somebody tried it (RFC 6749 §5.2)', async () => {
    const authorization = `Basic ${Buffer.from(`${client.id}:wrong`).toString('base64')}`
    const answer = await token(server(), { grant_type: 'client_credentials' }, { authorization })
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="OAuth"'])
  })

  it('at a host of its own it answers whoever names no client', async () => {
    const url = new URL('/oauth/token', server().url)
    const body = await new Promise<string>((resolve, reject) => {
      const headers = { host: HOME, 'content-type': 'application/json' }
      const sent = request(url, { method: 'POST', headers }, async (response) => {
        resolve(String(Buffer.concat(await response.toArray())))
      })
      sent.on('error', reject).end(JSON.stringify({ grant_type: 'password', username: 'ada', password: 'x' }))
    })
    expect(JSON.parse(body)).toEqual({
      error: 'invalid_request',
      error_description: LONG,
      hint: 'Check the `client_id` parameter',
      message: LONG,
    })
  })

  it('too many wrong passwords wait, in the words of that system’s framework', async () => {
    const { username } = await server().createUser({ password: PASSWORD })
    let answer = await password({ username, password: 'wrong' })
    for (let count = 0; count < 30 && answer.status === 400; count++)
      answer = await password({ username, password: 'wrong' })
    expect([answer.status, answer.body]).toEqual([429, { message: 'Too Many Attempts.' }])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  describe('bad input', () => {
    const BAD = ['x'.repeat(100_000), 'a\u0000b', '\ud800', ['x'], { a: 1 }, 0, true, null, '%', '1;DROP TABLE app', '']

    it('nothing that is sent to the token endpoint ends in a 500', async () => {
      for (const name of ['grant_type', 'client_id', 'client_secret', 'username', 'password', 'scope', 'refresh_token'])
        for (const value of BAD) {
          const sent = {
            grant_type: name === 'refresh_token' ? 'refresh_token' : 'password',
            client_id: client.id,
            client_secret: client.secret,
            username: user.username,
            password: PASSWORD,
            [name]: value,
          }
          const { status } = await send(server(), 'POST', '/oauth/token', sent)
          expect([name, value, status]).toEqual([name, value, status < 500 ? status : 'below 500'])
        }
    })

    it('nor does what is sent to the paths of its own', async () => {
      const headers = await adminHeaders(server())
      const { access_token } = await logIn(server(), client, await server().createUser({ password: PASSWORD }))
      for (const value of BAD)
        for (const [method, path, by] of [
          ['POST', '/oauth/clients', headers],
          ['PUT', `/oauth/clients/${client.id}`, headers],
          ['POST', '/oauth/personal-access-tokens', headers],
          ['POST', `/api/1.0/users/${user.id}/tokens`, { authorization: `Bearer ${access_token}` }],
        ] as const) {
          const sent = { name: value, types: value, redirect: value, scopes: value }
          expect((await send(server(), method, path, sent, by)).status).toBeLessThan(500)
          expect((await server().fetch(path, { method, headers: by, body: '{' })).status).toBeLessThan(500)
        }
      for (const path of ['/oauth/clients/%00', '/oauth/tokens/%ff', '/oauth/clients/1%2f2'])
        expect((await send(server(), 'DELETE', path, undefined, headers)).status).toBeLessThan(500)
    })

    it('nor does what is sent to the consent page', async () => {
      const browser = browse(server())
      await browser.signIn(user)
      for (const value of BAD.filter((each) => typeof each === 'string' && each.length < 9000)) {
        const query = new URLSearchParams({ client_id: String(codeClient.id), auth_token: String(value) })
        expect((await browser.get(`/oauth/authorize?${query}`)).status).toBeLessThan(500)
        expect((await browser.post('/oauth/authorize', Object.fromEntries(query))).status).toBeLessThan(500)
      }
    })
  })
})
