import { beforeAll, expect, it } from 'vitest'
import type { User } from '../../../src/users/user.ts'
import { browse } from '../../pages/browse.ts'
import { describeEachServer } from '../../support/server.ts'
import {
  adminHeaders,
  bearer,
  CALLBACK,
  type Client,
  credentials,
  logIn,
  makeClient,
  options,
  PASSWORD,
  send,
  token,
} from './support.ts'

describeEachServer('ProcessMaker’s tokens of one’s own', options, (server) => {
  let client: Client
  beforeAll(async () => {
    client = await makeClient(server(), ['personal_access_client'])
  })

  const newUser = () => server().createUser({ password: PASSWORD })
  const session = async (user: User) => bearer(await server().signIn(user))
  const call = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
    send(server(), method, path, body, headers)
  const tokensOf = ({ id }: User) => `/api/1.0/users/${id}/tokens`

  /** By the consent page, for an app of others. */
  const consentTo = async (app: Client, user: User) => {
    const browser = browse(server())
    await browser.signIn(user)
    const query = new URLSearchParams({ response_type: 'code', client_id: String(app.id), redirect_uri: CALLBACK })
    const page = await (await browser.get(`/oauth/authorize?${query}`)).text()
    const value = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? ''
    const names = ['csrf_token', 'state', 'client_id', 'auth_token']
    const answer = await browser.post(
      '/oauth/authorize',
      names.map((name) => [name, value(name)] as const),
    )
    const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? ''
    const form = { grant_type: 'authorization_code', ...credentials(app), redirect_uri: CALLBACK, code }
    return (await token(server(), form)).body
  }

  it('somebody who is signed in makes one, sees it and ends it', async () => {
    const user = await newUser()
    const headers = await session(user)
    const made = await call('POST', '/oauth/personal-access-tokens', headers, { name: 'My script' })
    expect(made.status).toBe(200)
    const { accessToken, token: described } = made.body
    expect(described).toMatchObject({
      user_id: user.id,
      client_id: client.id,
      name: 'My script',
      scopes: [],
      revoked: false,
    })
    expect((await call('GET', '/oauth/personal-access-tokens', headers)).body).toEqual([described])
    const own = await call('GET', tokensOf(user), bearer(accessToken))
    expect([own.status, own.body.data]).toEqual([200, [described]])
    const gone = await call('DELETE', `/oauth/personal-access-tokens/${described.id}`, headers)
    expect(gone.status).toBe(204)
    expect((await call('GET', tokensOf(user), bearer(accessToken))).status).toBe(401)
    expect((await call('GET', '/oauth/personal-access-tokens', headers)).body).toEqual([])
  })

  it('a program of the house makes one by an access token, sees it and ends it (users/{id}/tokens)', async () => {
    const user = await newUser()
    const headers = bearer((await logIn(server(), await makeClient(server()), user)).access_token)
    const empty = await call('GET', tokensOf(user), headers)
    expect([empty.status, empty.body.data, empty.body.meta.total]).toEqual([200, [], 0])
    expect((await call('POST', tokensOf(user), headers, {})).status).toBe(422)
    const { status, body } = await call('POST', tokensOf(user), headers, { name: 'Test Token' })
    expect(status).toBe(200)
    const year = new Date(server().clock.now())
    year.setUTCFullYear(year.getUTCFullYear() + 1)
    expect(body.token.expires_at.slice(0, 10)).toBe(year.toISOString().slice(0, 10))
    const one = `${tokensOf(user)}/${body.token.id}`
    expect((await call('GET', one, headers)).body).toEqual(body.token)
    expect((await call('GET', tokensOf(user), headers)).body.meta.total).toBe(1)
    expect((await call('DELETE', `${tokensOf(user)}/12345`, headers)).status).toBe(404)
    expect((await call('DELETE', one, headers)).status).toBe(204)
    expect((await call('GET', tokensOf(user), headers)).body.meta.total).toBe(0)
  })

  it('others see nothing of it; an admin sees and ends it, and makes none in their name', async () => {
    const user = await newUser()
    const { body } = await call('POST', '/oauth/personal-access-tokens', await session(user), { name: 'Mine' })
    const house = await makeClient(server())
    const stranger = bearer((await logIn(server(), house, await newUser())).access_token)
    for (const method of ['GET', 'DELETE'])
      expect((await call(method, `${tokensOf(user)}/${body.token.id}`, stranger)).status).toBe(403)
    const boss = await server().createUser({ password: PASSWORD, role: 'admin' })
    const admin = bearer((await logIn(server(), house, boss)).access_token)
    expect((await call('GET', tokensOf(user), admin)).body.data).toEqual([body.token])
    expect((await call('POST', tokensOf(user), admin, { name: 'Theirs' })).status).toBe(403)
    expect((await call('DELETE', `${tokensOf(user)}/${body.token.id}`, admin)).status).toBe(204)
  })

  it('an app of others makes no token that outlives what it was lent, and ends none', async () => {
    const user = await newUser()
    const { access_token } = await consentTo(await makeClient(server(), ['authorization_code_grant']), user)
    expect((await call('GET', tokensOf(user), bearer(access_token))).status).toBe(200)
    expect((await call('POST', tokensOf(user), bearer(access_token), { name: 'Kept' })).status).toBe(403)
    const { body } = await call('POST', '/oauth/personal-access-tokens', await session(user), { name: 'Mine' })
    expect((await call('DELETE', `${tokensOf(user)}/${body.token.id}`, bearer(access_token))).status).toBe(403)
  })

  it('/oauth/tokens lists what apps of others hold, and ends it with its refresh token', async () => {
    const user = await newUser()
    const headers = await session(user)
    await logIn(server(), await makeClient(server()), user)
    expect((await call('GET', '/oauth/tokens', headers)).body).toEqual([])
    const app = await makeClient(server(), ['authorization_code_grant'])
    const { access_token, refresh_token } = await consentTo(app, user)
    const [listed, ...others] = (await call('GET', '/oauth/tokens', headers)).body
    expect([listed.client_id, others]).toEqual([app.id, []])
    const stranger = await session(await newUser())
    expect((await call('DELETE', `/oauth/tokens/${listed.id}`, stranger)).status).toBe(404)
    expect((await call('DELETE', `/oauth/tokens/${listed.id}`, headers)).status).toBe(204)
    expect((await call('GET', tokensOf(user), bearer(access_token))).status).toBe(401)
    const form = { grant_type: 'refresh_token', ...credentials(app), refresh_token }
    expect((await token(server(), form)).body.hint).toBe('Token has been revoked')
  })

  it('scopes: there are none of its own; refresh: the session is good for calls as it is', async () => {
    const headers = await session(await newUser())
    expect((await call('GET', '/oauth/scopes', headers)).body).toEqual([])
    const refreshed = await call('POST', '/oauth/token/refresh', headers)
    expect([refreshed.status, refreshed.body, refreshed.headers.has('set-cookie')]).toEqual([200, 'Refreshed.', false])
    for (const [method, path] of [
      ['GET', '/oauth/scopes'],
      ['GET', '/oauth/tokens'],
      ['GET', '/oauth/personal-access-tokens'],
      ['POST', '/oauth/personal-access-tokens'],
      ['POST', '/oauth/token/refresh'],
    ] as const)
      expect((await call(method, path, {}, method === 'POST' ? {} : undefined)).status).toBe(401)
  })

  it('where there is no client for it, it says so', async () => {
    const headers = await adminHeaders(server())
    await call('DELETE', `/oauth/clients/${client.id}`, headers)
    const { status, body } = await call('POST', '/oauth/personal-access-tokens', headers, { name: 'None' })
    expect([status, body.message]).toEqual([422, 'Personal access client not found. Please create one.'])
  })
})
