import { beforeAll, describe, expect, it } from 'vitest'
import { sessionCookieName } from '../../src/users/session-cookie.ts'
import { databases } from '../support/database.ts'
import {
  basic,
  CREATE_APP,
  codes,
  ISSUER,
  makeApp,
  openGraphQL,
  post,
  read,
  type TestGraphQL,
  type TestUser,
} from './support.ts'

const VIEWER = JSON.stringify({ query: '{viewer{username}}' })

describe.each(databases)('requests ($name)', (database) => {
  let server: TestGraphQL
  let user: TestUser
  beforeAll(async () => {
    server = await openGraphQL(database, { http: { allowedOrigins: ['https://app.example'] } })
    user = await server.user()
  })
  const cookie = () => `other=1; ${sessionCookieName(ISSUER)}=${user.token}`
  const sent = async (headers: Record<string, string>, body = VIEWER) =>
    read(await server.send(post(body, { headers })))

  it('only JSON is taken: no form, no plain text, whatever cookie comes with it', async () => {
    for (const type of [
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain',
      'text/plain; application/json',
      'application/graphql',
      'application/json; charset=utf-16',
      'application/jsonp',
      '',
    ]) {
      const answer = await sent({ 'content-type': type, cookie: cookie(), 'x-grantql-csrf': '1' })
      expect([type, answer.status, codes(answer)]).toEqual([type, 415, ['UNSUPPORTED_MEDIA_TYPE']])
    }
    expect((await sent({ 'content-type': 'application/json; charset=UTF-8' })).status).toBe(200)
  })

  it.each(['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD'])('%s is not allowed', async (method) => {
    const request = new Request(`${ISSUER}/graphql?query=${encodeURIComponent('mutation{signOut{__typename}}')}`, {
      method,
      headers: { cookie: cookie() },
    })
    const response = await server.send(request)
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it('bodies that are not what they should be are a 400 that says so', async () => {
    for (const body of [
      '',
      'null',
      '"x"',
      '5',
      '{',
      '[]',
      '{}',
      '{"query":5}',
      '{"query":null}',
      '{"query":"{__typename}","variables":[]}',
      '{"query":"{__typename}","operationName":5}',
      '{"query":"{__typename}","extensions":"x"}',
      '{"query":"{__typename}","more":1}',
      '{"query":"{__typename}","__proto__":{"query":"x"}}',
    ]) {
      const answer = await sent({}, body)
      expect([body, answer.status, codes(answer)]).toEqual([body, 400, ['BAD_USER_INPUT']])
    }
    const notUtf8 = new Uint8Array([
      ...new TextEncoder().encode('{"query":"{__typename #'),
      0xff,
      0xfe,
      ...new TextEncoder().encode('\\n}"}'),
    ])
    expect((await server.send(post(notUtf8))).status).toBe(400)
  })

  it('every answer is never stored and says its charset', async () => {
    for (const [body, headers] of [
      [VIEWER, {}],
      ['{', {}],
      ['{"query":"{nope}"}', {}],
      [VIEWER, { authorization: 'Bearer nothing' }],
      ['{"query":"{apps{edges{cursor}}}"}', {}],
    ] as const) {
      const answer = await sent(headers, body)
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    }
    const other = await sent({ accept: 'application/graphql-response+json' })
    expect(other.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8')
    expect((await sent({ accept: 'text/html' })).status).toBe(406)
  })

  it('a cookie counts only from our own pages, listed origins, or with a header that no form can send', async () => {
    const asViewer = async (headers: Record<string, string>) => {
      const answer = await sent({ cookie: cookie(), ...headers })
      return [answer.status, answer.data?.viewer?.username ?? codes(answer)?.[0]]
    }
    const me = [200, user.user.username]
    expect(await asViewer({ origin: ISSUER })).toEqual(me)
    expect(await asViewer({ origin: 'https://app.example' })).toEqual(me)
    expect(await asViewer({ 'x-grantql-csrf': '1' })).toEqual(me)
    for (const headers of [
      {},
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${ISSUER}.evil.example` },
      { origin: 'https://evil.example', 'x-grantql-csrf': '1' },
    ] as Record<string, string>[]) {
      expect(await asViewer(headers)).toEqual([403, 'FORBIDDEN'])
    }
    const admin = await read(
      await server.send(
        post(VIEWER, { endpoint: 'admin', headers: { cookie: cookie(), origin: 'https://evil.example' } }),
        { endpoint: 'admin' },
      ),
    )
    expect(admin.status).toBe(403)
  })

  it('a bearer token needs no origin', async () => {
    expect((await sent({ ...user.bearer.headers, origin: 'https://evil.example' })).data.viewer.username).toBe(
      user.user.username,
    )
  })

  it('signing in answers pages of listed origins alone', async () => {
    const body = JSON.stringify({
      query: `mutation{signIn(input:{username:"${user.user.username}",password:"right"}){__typename}}`,
    })
    expect((await sent({}, body)).data.signIn.__typename).toBe('Session')
    expect((await sent({ origin: 'https://app.example' }, body)).data.signIn.__typename).toBe('Session')
    expect(codes(await sent({ origin: 'https://evil.example' }, body))).toEqual(['FORBIDDEN'])
  })

  it('a deployment can leave signing in to the pages', async () => {
    const { ask } = await openGraphQL(database, { graphql: { signIn: false } })
    const answer = await ask('mutation{signIn(input:{username:"a",password:"b"}){__typename}}')
    expect([answer.status, codes(answer)]).toEqual([400, ['GRAPHQL_VALIDATION_FAILED']])
  })

  it('Basic is the app, and never a session', async () => {
    const app = await makeApp(server, user)
    expect((await sent(basic(app).headers)).data.viewer).toBeNull()
    const asApp = await server.ask(CREATE_APP, { input: { name: 'x', type: 'PUBLIC' } }, basic(app))
    expect(codes(asApp)).toEqual(['UNAUTHENTICATED'])
  })

  it('a header that is there must hold, for the whole request', async () => {
    for (const authorization of [
      'Bearer nothing',
      'Bearer',
      'Bearer ',
      'bearer a b',
      'Token x',
      `Bearer gqs_${'a'.repeat(48)}`,
      `Digest ${user.token}`,
    ]) {
      const answer = await sent({ authorization }, '{"query":"{__typename grants{mutation}}"}')
      expect([authorization, answer.status, codes(answer)]).toEqual([authorization, 401, ['UNAUTHENTICATED']])
      expect(answer.headers.get('www-authenticate')).toContain('Bearer')
    }
  })
})
