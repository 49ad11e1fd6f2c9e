import { createTestServer, type TestApp, type TestServer, testGrant } from 'grantql/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { code } from '../../plugins/code/index.ts'
import { introspection } from '../../plugins/introspection/index.ts'
import { grant } from '../../plugins/refresh-token/grant.ts'
import { refreshToken } from '../../plugins/refresh-token/index.ts'
import { revocation } from '../../plugins/revocation/index.ts'
import { databases } from '../support/database.ts'

const CODE = 'urn:grantql:params:oauth:grant-type:code'
const scopes = [
  { name: 'read', description: 'Read your data' },
  { name: 'write', description: 'Change your data' },
]
const plugins = () => [code(), refreshToken(), introspection(), revocation()]

const of = ({ clientId, clientSecret }: TestApp) => ({
  client_id: clientId,
  ...(clientSecret && { client_secret: clientSecret }),
})

/** The answer to the claim of a freshly approved code. */
async function claimed(server: TestServer, app: TestApp) {
  const { body } = await server.form('/oauth/code', of(app))
  await server.approve(body.handle, await server.createUser())
  return (await server.form('/oauth/token', { ...of(app), grant_type: CODE, code: body.code })).body
}

describe('grant_type=refresh_token (RFC 6749 §6)', () => {
  const cases = testGrant({
    grant,
    plugins: plugins(),
    scopes,
    async ready(server, app) {
      // The app under test has this grant alone; the code grant is lent to it for the preparation.
      const { core } = server.server
      const lent = { ...app.app, grants: [CODE, 'refresh_token'] }
      await core.apps.update(lent)
      const tokens = await claimed(server, app)
      await core.apps.update(app.app)
      return { refreshToken: tokens.refresh_token }
    },
    singleUse: false,
    databases,
  })
  for (const { name, run } of cases) it(name, run)
})

describe.each(databases)('refresh tokens ($name)', (database) => {
  let server: TestServer
  beforeAll(async () => {
    server = await createTestServer({ plugins: plugins(), scopes, databaseUrl: await database.url() })
  })
  afterAll(() => server?.close())

  const makeApp = (type: 'confidential' | 'public' = 'confidential') =>
    server.createApp({ type, grants: [CODE, 'refresh_token'], scopes: ['read', 'write'] })
  const refresh = (app: TestApp, refresh_token: string, more: Record<string, string> = {}) =>
    server.form('/oauth/token', { ...of(app), grant_type: 'refresh_token', refresh_token, ...more })
  const isActive = async (app: TestApp, token: string) =>
    (await server.form('/oauth/introspect', { ...of(app), token })).body.active

  it('one is given only with the scope that the app needs for it, and then goes on without (OpenID Connect Core §11)', async () => {
    const app = await makeApp()
    const { core } = server.server
    await core.apps.update({ ...app.app, settings: { 'refresh-token.neededScope': 'write' } })
    const withScope = async (scope: string) => {
      const { body } = await server.form('/oauth/code', { ...of(app), scope })
      await server.approve(body.handle, await server.createUser())
      return (await server.form('/oauth/token', { ...of(app), grant_type: CODE, code: body.code })).body
    }
    expect(await withScope('read')).not.toHaveProperty('refresh_token')
    const { refresh_token } = await withScope('read write')
    const narrowed = await refresh(app, refresh_token, { scope: 'read' })
    expect(narrowed.body).toMatchObject({ scope: 'read', refresh_token: expect.any(String) })
  })

  it('rotate: each gives the next, and the new access token is active', async () => {
    const app = await makeApp()
    const first = await claimed(server, app)
    const second = await refresh(app, first.refresh_token)
    expect(second).toMatchObject({ status: 200, body: { token_type: 'Bearer', scope: 'read write' } })
    expect(second.body.refresh_token).not.toBe(first.refresh_token)
    expect(await isActive(app, second.body.access_token)).toBe(true)
    expect((await refresh(app, second.body.refresh_token)).status).toBe(200)
  })

  it('ends the access tokens on record where the app is set so, and no others', async () => {
    const setUp = async (settings: Record<string, unknown>) => {
      const app = await makeApp()
      await server.server.core.apps.update({ ...app.app, tokenFormat: 'opaque', settings })
      return app
    }
    for (const endsAccessTokens of [true, false]) {
      const app = await setUp({ 'refresh-token.endsAccessTokens': endsAccessTokens })
      const [first, elsewhere] = [await claimed(server, app), await claimed(server, app)]
      const { body } = await refresh(app, first.refresh_token)
      expect(await isActive(app, first.access_token)).toBe(!endsAccessTokens)
      expect(await isActive(app, body.access_token)).toBe(true)
      expect(await isActive(app, elsewhere.access_token)).toBe(true)
    }
  })

  it('no access token says that it outlives its family', async () => {
    const app = await makeApp()
    await server.server.core.apps.update({ ...app.app, settings: { 'refresh-token.absoluteSeconds': 4000 } })
    const { refresh_token } = await claimed(server, app)
    server.clock.pass({ seconds: 1000 })
    const { body } = await refresh(app, refresh_token)
    expect(body.expires_in).toBe(3000)
    expect(await isActive(app, body.access_token)).toBe(true)
    server.clock.pass({ seconds: 3000 })
    expect(await isActive(app, body.access_token)).toBe(false)
  })

  it('a retry within the window gets the same answer, byte for byte, as long as its token is unused', async () => {
    const app = await makeApp()
    const first = await claimed(server, app)
    const answer = await refresh(app, first.refresh_token)
    server.clock.pass({ seconds: 9 })
    const again = await refresh(app, first.refresh_token)
    expect(again).toMatchObject({ status: 200 })
    expect(JSON.stringify(again.body)).toBe(JSON.stringify(answer.body))
    expect((await refresh(app, answer.body.refresh_token)).status).toBe(200)
    expect((await refresh(app, first.refresh_token)).body.error).toBe('invalid_grant')
  })

  it('a retry that asks for something else gets no answer', async () => {
    const app = await makeApp()
    const first = await claimed(server, app)
    await refresh(app, first.refresh_token, { scope: 'read write' })
    expect((await refresh(app, first.refresh_token, { scope: 'write read' })).status).toBe(200)
    expect((await refresh(app, first.refresh_token, { scope: 'read' })).body.error).toBe('invalid_grant')
  })

  it('a replay after the window ends the family, and only that family (RFC 9700 §4.14.2)', async () => {
    const app = await makeApp()
    const [stolen, other] = [await claimed(server, app), await claimed(server, app)]
    const next = (await refresh(app, stolen.refresh_token)).body
    server.clock.pass({ seconds: 11 })
    expect((await refresh(app, stolen.refresh_token)).body.error).toBe('invalid_grant')
    expect(await isActive(app, next.access_token)).toBe(false)
    expect(await isActive(app, stolen.access_token)).toBe(false)
    expect((await refresh(app, next.refresh_token)).body.error).toBe('invalid_grant')
    expect(await isActive(app, other.access_token)).toBe(true)
    expect((await refresh(app, other.refresh_token)).status).toBe(200)
  })

  it('a grandparent that comes back ends the family as well', async () => {
    const app = await makeApp()
    const first = await claimed(server, app)
    const second = (await refresh(app, first.refresh_token)).body
    const third = (await refresh(app, second.refresh_token)).body
    server.clock.pass({ seconds: 11 })
    expect((await refresh(app, first.refresh_token)).body.error).toBe('invalid_grant')
    expect(await isActive(app, third.access_token)).toBe(false)
  })

  it('100 parallel refreshes of one token give one answer, and one refresh token that is alive', async () => {
    const app = await makeApp()
    const { refresh_token } = await claimed(server, app)
    // A starved machine may answer 503, for a write waits 5 s at most: then an app asks again, and gets what the others got.
    const ask = async (): Promise<Awaited<ReturnType<typeof refresh>>> => {
      const answer = await refresh(app, refresh_token)
      return answer.status === 503 ? ask() : answer
    }
    const answers = await Promise.all(Array.from({ length: 100 }, ask))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    const alive = await server.server.core.database.db
      .selectFrom('refresh_token')
      .innerJoin('token_family', 'token_family.id', 'family_id')
      .select('token_key')
      .where('app_id', '=', app.app.id)
      .where('consumed_at', 'is', null)
      .execute()
    expect(alive).toHaveLength(1)
  })

  it('another app cannot use it, and its own app still can', async () => {
    const app = await makeApp()
    const { refresh_token } = await claimed(server, app)
    expect((await refresh(await makeApp(), refresh_token)).body.error).toBe('invalid_grant')
    expect((await refresh(app, refresh_token)).status).toBe(200)
  })

  it('fewer scopes for the access token, and all again with the next (RFC 6749 §6)', async () => {
    const app = await makeApp()
    const { refresh_token } = await claimed(server, app)
    const narrow = await refresh(app, refresh_token, { scope: 'read' })
    expect(narrow.body.scope).toBe('read')
    const wide = await refresh(app, narrow.body.refresh_token)
    expect(wide.body.scope).toBe('read write')
    for (const scope of ['read admin', 'grantql:admin', 'nope']) {
      expect((await refresh(app, wide.body.refresh_token, { scope })).body.error).toBe('invalid_scope')
    }
  })

  it('what the app has lost since is not given again (SECURITY RT-10)', async () => {
    const app = await makeApp()
    const { refresh_token } = await claimed(server, app)
    await server.server.core.apps.update({ ...app.app, scopes: ['read'] })
    const next = await refresh(app, refresh_token)
    expect(next.body.scope).toBe('read')
    await server.server.core.apps.update({ ...app.app, grants: [CODE] })
    expect((await refresh(app, next.body.refresh_token)).body.error).toBe('unauthorized_client')
  })

  it('lies unused for 14 days at most, and a family lives for 90', async () => {
    const app = await makeApp()
    let { refresh_token } = await claimed(server, app)
    const DAY = 86_400
    for (let day = 0; day < 78; day += 13) {
      server.clock.pass({ seconds: 13 * DAY })
      const next = await refresh(app, refresh_token)
      expect(next.status).toBe(200)
      refresh_token = next.body.refresh_token
    }
    server.clock.pass({ seconds: 12 * DAY + 60 })
    expect((await refresh(app, refresh_token)).body.error).toBe('invalid_grant')
    const idle = await claimed(server, app)
    server.clock.pass({ seconds: 14 * DAY + 1 })
    expect((await refresh(app, idle.refresh_token)).body.error).toBe('invalid_grant')
  })

  it('revoking it ends the family (RFC 7009 §2.1); a disabled user refreshes nothing', async () => {
    const app = await makeApp()
    const ended = await claimed(server, app)
    await server.form('/oauth/revoke', { ...of(app), token: ended.refresh_token })
    expect(await isActive(app, ended.access_token)).toBe(false)
    expect((await refresh(app, ended.refresh_token)).body.error).toBe('invalid_grant')
  })

  it('a retry within the window gets nothing once the token would have expired by itself', async () => {
    const app = await makeApp()
    const first = await claimed(server, app)
    server.clock.pass({ seconds: 14 * 86_400 - 2 })
    const answer = await refresh(app, first.refresh_token)
    expect(answer.status).toBe(200)
    server.clock.pass({ seconds: 1 })
    expect((await refresh(app, first.refresh_token)).status).toBe(200)
    server.clock.pass({ seconds: 4 })
    expect((await refresh(app, first.refresh_token)).body.error).toBe('invalid_grant')
    expect((await refresh(app, answer.body.refresh_token)).status).toBe(200)
  })

  it('a confidential app that does not prove who it is refreshes nothing: 401 (RFC 6749 §6)', async () => {
    const app = await makeApp()
    const { refresh_token } = await claimed(server, app)
    for (const shown of [{ client_id: app.clientId }, { client_id: app.clientId, client_secret: 'wrong' }]) {
      const form = { ...shown, grant_type: 'refresh_token', refresh_token }
      expect(await server.form('/oauth/token', form)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    }
    expect((await refresh(app, refresh_token)).status).toBe(200)
  })

  it('a scope with a plus in it is one unknown scope, and a plus between two is a space (RFC 6749 appendix B)', async () => {
    const app = await makeApp()
    const { refresh_token } = await claimed(server, app)
    expect((await refresh(app, refresh_token, { scope: 'read+write' })).body.error).toBe('invalid_scope')
    expect((await refresh(app, refresh_token, { scope: 'read write' })).body.scope).toBe('read write')
  })

  it('one that was used is refused by another server on the same database, too (CVE-2026-9802)', async () => {
    const url = await database.url()
    const node = () => createTestServer({ plugins: plugins(), scopes, databaseUrl: url, clock: server.clock })
    const [first, second] = [await node(), await node()]
    const app = await first.createApp({ grants: [CODE, 'refresh_token'], scopes: ['read', 'write'] })
    const { refresh_token } = await claimed(first, app)
    const form = { ...of(app), grant_type: 'refresh_token', refresh_token }
    expect((await first.form('/oauth/token', form)).status).toBe(200)
    await first.close()
    server.clock.pass({ seconds: 11 })
    expect((await second.form('/oauth/token', form)).body.error).toBe('invalid_grant')
    await second.close()
  })

  describe('revoking one that was exchanged already (RFC 7009 §2.1, RFC 9700 §4.14.2)', () => {
    const revoke = (app: TestApp, token: string) => server.form('/oauth/revoke', { ...of(app), token })

    it('ends the family when its own app asks, and the used one was inactive all along', async () => {
      const app = await makeApp()
      const first = await claimed(server, app)
      const second = (await refresh(app, first.refresh_token)).body
      expect(await isActive(app, first.refresh_token)).toBe(false)
      expect(await revoke(app, first.refresh_token)).toMatchObject({ status: 200, body: {} })
      expect([await isActive(app, second.access_token), await isActive(app, second.refresh_token)]).toEqual([
        false,
        false,
      ])
      expect((await refresh(app, second.refresh_token)).body.error).toBe('invalid_grant')
    })

    it('changes nothing when another app asks', async () => {
      const app = await makeApp()
      const first = await claimed(server, app)
      const second = (await refresh(app, first.refresh_token)).body
      expect((await revoke(await makeApp(), first.refresh_token)).status).toBe(200)
      expect(await isActive(app, second.access_token)).toBe(true)
    })
  })
})
