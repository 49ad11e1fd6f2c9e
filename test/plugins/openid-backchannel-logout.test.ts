import { setTimeout as sleep } from 'node:timers/promises'
import type { TestApp, TestServer, TestUser } from 'grantql/testing'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import type { Kysely } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { OpenidTables } from '../../plugins/openid/tables.ts'
import { writeNodeId } from '../../src/graphql/node-id.ts'
import { deliverOutbox } from '../../src/jobs/deliver-outbox.ts'
import { endSessions } from '../../src/operations/end-session.ts'
import { pluginContext } from '../../src/operations/plugin-context.ts'
import { replaceSession } from '../../src/operations/replace-session.ts'
import { startSession } from '../../src/operations/start-session.ts'
import { listenOn, type TestListener } from '../outgoing/listener.ts'
import { csrfIn } from '../pages/browse.ts'
import { databases } from '../support/database.ts'
import { flowOf, ISSUER, of, openidServer } from './openid-support.ts'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const PASSWORD = 'correct horse battery'
const never = new AbortController().signal
const LOCAL = { outgoing: { allowHttp: true, allowedPorts: 'any', allowedNetworks: ['127.0.0.0/8'] } } as const

interface Notice {
  readonly path: string
  readonly type: string | undefined
  readonly form: Readonly<Record<string, string>>
}

describe.each(databases)('the end of a session (Back-Channel Logout 1.0) ($name)', (database) => {
  let server: TestServer
  let listener: TestListener
  let app: TestApp
  let user: TestUser
  let admin: TestUser
  let status = 200
  const notices: Notice[] = []
  const flow = flowOf(() => server)

  beforeAll(async () => {
    server = await openidServer(await database.url(), [], LOCAL)
    listener = await listenOn('127.0.0.1', async (request, response) => {
      let body = ''
      for await (const part of request) body += part
      const form = Object.fromEntries(new URLSearchParams(body))
      notices.push({ path: request.url ?? '', type: request.headers['content-type'], form })
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end()
    })
    admin = await server.createUser({ role: 'admin' })
  })
  afterAll(() => server?.close())
  beforeEach(async () => {
    await settle()
    notices.length = 0
    status = 200
    app = await listeningApp('/rp')
    user = await server.createUser({ password: PASSWORD })
  })

  const listeningApp = async (path: string) => {
    const made = await flow.createApp()
    await flow.setting(made, 'backchannelLogoutUri', `http://127.0.0.1:${listener.port}${path}`)
    return made
  }
  const idToken = async (by: TestUser = user, at: TestApp = app) => (await flow.tokens(at, by)).id_token ?? ''
  const own = () => server.server.core.database.db as unknown as Kysely<OpenidTables>
  const messages = () => server.server.core.database.db.selectFrom('outbox').selectAll().execute()
  /** Delivers all that is due, whether this call or the server’s own job comes first. */
  const settle = async () => {
    const { now } = server.clock
    const isDue = async () => (await messages()).some(({ due_at }) => due_at <= now().getTime())
    do await deliverOutbox(server.server.core, never)
    while (await isDue())
    await sleep(20)
  }
  const asUser = (by: TestUser) => ({ authorization: `Bearer ${by.sessionToken}` })
  const signOut = (by: TestUser = user) =>
    server.graphql('mutation { signOut { __typename } }', {}, { headers: asUser(by) })
  const anotherSession = async (of: TestUser): Promise<TestUser> => ({
    ...of,
    sessionToken: (await startSession(server.server.core, of.user.id, ['pwd'])).token,
  })
  const tokensOf = (path = '/rp') =>
    notices.filter((notice) => notice.path === path).map(({ form }) => form.logout_token ?? '')

  it('is told to the app by a signed logout token, as a form, within the session’s own words (§2.4, §2.5)', async () => {
    const known = decodeJwt(await idToken())
    await signOut()
    await settle()
    expect(notices).toHaveLength(1)
    expect(notices[0]).toMatchObject({ type: 'application/x-www-form-urlencoded' })
    expect(Object.keys(notices[0]?.form ?? {})).toEqual(['logout_token'])
    const [token = ''] = tokensOf()
    const jwks = createLocalJWKSet((await (await server.fetch('/oauth/jwks')).json()) as never)
    const { payload, protectedHeader } = await jwtVerify(token, jwks, {
      issuer: ISSUER,
      audience: app.clientId,
      typ: 'logout+jwt',
      currentDate: server.clock.now(),
    })
    expect(protectedHeader.alg).toBe(decodeProtectedHeader(await idToken(await server.createUser())).alg)
    expect(payload).toEqual({
      iss: ISSUER,
      aud: app.clientId,
      sub: known.sub,
      sid: known.sid,
      iat: Math.floor(server.clock.now().getTime() / 1000),
      exp: Math.floor(server.clock.now().getTime() / 1000) + 120,
      jti: expect.stringMatching(/^[\w-]{20,}$/),
      events: { [EVENT]: {} },
    })
    expect(known.sid).toEqual(expect.any(String))
  })

  it('at the app’s request is told to it, and the app finds nobody signed in afterwards', async () => {
    const hint = await idToken()
    await server.fetch(`/oauth/logout?${new URLSearchParams({ id_token_hint: hint })}`, {
      redirect: 'manual',
      headers: { cookie: `grantql-session=${user.sessionToken}` },
    })
    await settle()
    const { sid, sub } = decodeJwt(hint)
    expect(tokensOf().map((token) => decodeJwt(token))).toEqual([expect.objectContaining({ sid, sub })])
    expect(await flow.approved(app, user, { prompt: 'none' })).toMatchObject({ error: 'login_required' })
  })

  describe('whichever way it ends, is told once:', () => {
    const page = async (path: string, form: Record<string, string>, by = user) => {
      const headers = { cookie: `grantql-session=${by.sessionToken}`, origin: ISSUER }
      const shown = await (await server.fetch('/account', { headers })).text()
      const body = new URLSearchParams({ csrf_token: csrfIn(shown), ...form })
      return server.fetch(path, { method: 'POST', redirect: 'manual', headers, body })
    }
    const idOf = async (by: TestUser) => (await server.server.core.sessions.byToken(by.sessionToken))?.id ?? ''

    it.each<[string, () => Promise<unknown>]>([
      ['signing out on a page', () => page('/sign-out', {})],
      ['signOut', () => signOut()],
      [
        'endSession from another session',
        async () =>
          server.graphql(
            'mutation($id: ID!) { endSession(input: { id: $id }) { __typename } }',
            { id: await idOf(user) },
            { headers: asUser(await anotherSession(user)) },
          ),
      ],
      [
        'endOtherSessions',
        async () =>
          server.graphql(
            'mutation { endOtherSessions { __typename } }',
            {},
            { headers: asUser(await anotherSession(user)) },
          ),
      ],
      [
        'signing out elsewhere on the page of one’s account',
        async () => page('/account/end-other-sessions', {}, await anotherSession(user)),
      ],
      [
        'a new password, typed elsewhere',
        async () =>
          server.graphql(
            'mutation($input: ChangePasswordInput!) { changePassword(input: $input) { __typename } }',
            { input: { currentPassword: PASSWORD, newPassword: 'another horse battery' } },
            { headers: asUser(await anotherSession(user)) },
          ),
      ],
      [
        'an admin who disables the user',
        () =>
          server.graphql(
            'mutation($id: ID!) { updateUser(id: $id, input: { isDisabled: true }) { __typename } }',
            { id: writeNodeId('User', user.user.id) },
            { headers: asUser(admin), path: '/admin/graphql' },
          ),
      ],
      [
        'the request of an app (RP-Initiated Logout 1.0)',
        async () =>
          server.fetch(`/oauth/logout?${new URLSearchParams({ id_token_hint: await idToken() })}`, {
            redirect: 'manual',
            headers: { cookie: `grantql-session=${user.sessionToken}` },
          }),
      ],
    ])('%s', async (_how, end) => {
      await idToken()
      await idToken()
      await end()
      expect(await server.server.core.sessions.byToken(user.sessionToken)).toBeUndefined()
      await settle()
      await settle()
      expect(tokensOf()).toHaveLength(1)
    })
  })

  it('is told to every app that had an ID token in it, each by its own sid, and to nobody else', async () => {
    const other = await listeningApp('/other')
    const bystander = await listeningApp('/bystander')
    const silent = await flow.createApp()
    const elsewhere = await anotherSession(user)
    await Promise.all([idToken(user, app), idToken(user, other), idToken(user, silent)])
    await idToken(elsewhere, bystander)
    await flow.tokens(bystander, user, { scope: 'read' })
    await signOut()
    await settle()
    expect(tokensOf('/bystander')).toEqual([])
    const told = [...tokensOf('/rp'), ...tokensOf('/other')].map((token) => decodeJwt(token))
    expect(told.map(({ aud }) => aud)).toEqual([app.clientId, other.clientId])
    expect(new Set(told.map(({ sid }) => sid)).size).toBe(2)
    expect(notices).toHaveLength(2)
  })

  it('is stored with the end itself, before anybody is told', async () => {
    await idToken()
    const { core } = server.server
    const ending = core.database.transaction(async (trx) => {
      await endSessions(core, trx, { userId: user.user.id })
      throw new Error('undone')
    })
    await expect(ending).rejects.toThrow('undone')
    await settle()
    expect(notices).toEqual([])
    expect(await core.sessions.byToken(user.sessionToken)).toBeDefined()
    await signOut()
    await settle()
    expect(notices).toHaveLength(1)
  })

  it('of 250 sessions at once is told of each', async () => {
    const { core } = server.server
    const count = 250
    const notes = []
    for (let nth = 0; nth < count; nth += 1) {
      const { session } = await startSession(core, user.user.id, ['pwd'])
      notes.push({
        session_id: session.id,
        app_id: app.app.id,
        subject: user.user.id,
        expires_at: session.expiresAt.getTime(),
      })
    }
    const db = own()
    await db.insertInto('openid_session_app').values(notes).execute()
    await server.graphql('mutation { endOtherSessions { __typename } }', {}, { headers: asUser(user) })
    await settle()
    expect(new Set(tokensOf().map((token) => decodeJwt(token).sid)).size).toBe(count)
    expect(await db.selectFrom('openid_session_app').selectAll().where('app_id', '=', app.app.id).execute()).toEqual([])
  })

  it('is not what happens when the same user signs in anew: to apps, they never left', async () => {
    const before = decodeJwt(await idToken()).sid
    const signIn = async (username: string) => {
      const headers = { cookie: `grantql-session=${user.sessionToken}`, origin: ISSUER }
      const shown = await server.fetch('/sign-in?prompt=login', { headers })
      const [browser = ''] = shown.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '')
      const form = { csrf_token: csrfIn(await shown.text()), sign_in: 'password', username, password: PASSWORD }
      const answered = await server.fetch('/sign-in', {
        method: 'POST',
        redirect: 'manual',
        headers: { ...headers, cookie: `${headers.cookie}; ${browser}` },
        body: new URLSearchParams(form),
      })
      const session = answered.headers.getSetCookie().find((cookie) => cookie.startsWith('grantql-session='))
      return /=([^;]+)/.exec(session ?? '')?.[1] ?? ''
    }
    const elder = user.sessionToken
    user = { ...user, sessionToken: await signIn(user.user.username) }
    expect(user.sessionToken).not.toBe(elder)
    expect(await server.server.core.sessions.byToken(elder)).toBeUndefined()
    await settle()
    expect(notices).toEqual([])
    expect(decodeJwt(await idToken()).sid).toBe(before)

    const other = await server.createUser({ password: PASSWORD })
    await signIn(other.user.username)
    await settle()
    expect(tokensOf().map((token) => decodeJwt(token).sid)).toEqual([before])
  })

  it('is told though the session was continued by a new sign-in and has outlived its first term', async () => {
    const { core } = server.server
    const quiet = await listeningApp('/quiet')
    const elder = await core.sessions.byToken(user.sessionToken)
    if (!elder) throw new Error('There is no session.')
    const before = decodeJwt(await idToken()).sid
    await idToken(user, quiet)
    server.clock.pass({ seconds: (elder.expiresAt.getTime() - server.clock.now().getTime()) / 1000 - 600 })
    const renewed = await startSession(core, user.user.id, ['pwd'])
    await replaceSession(core, { session: elder, user: user.user }, renewed.session, 'test')
    user = { ...user, sessionToken: renewed.token }
    expect(decodeJwt(await idToken()).sid).toBe(before)
    const notes = await own().selectFrom('openid_session_app').selectAll().where('session_id', '=', elder.id).execute()
    const endsAt = new Map(notes.map(({ app_id, expires_at }) => [app_id, expires_at]))
    expect(endsAt.get(app.app.id)).toBe(renewed.session.expiresAt.getTime())

    server.clock.pass({ seconds: 1200 })
    const sweep = core.registry.jobs.find(({ id }) => id === 'sweep-session-apps')
    await sweep?.run(pluginContext(core, 'openid'))
    await signOut()
    await settle()
    expect(tokensOf().map((token) => decodeJwt(token).sid)).toEqual([before])
    expect(tokensOf('/quiet')).toHaveLength(1)
  })

  it('that came before the app claimed its code: the ID token names no session, for nobody would tell its end', async () => {
    const { code = '' } = await flow.approved(app, user, { scope: 'openid offline_access' })
    await signOut()
    const { body } = await flow.exchange(app, code)
    expect(decodeJwt(body.id_token ?? '')).not.toHaveProperty('sid')
    const refreshed = await flow.refresh(app, body.refresh_token ?? '')
    expect(decodeJwt(refreshed.body.id_token ?? '')).not.toHaveProperty('sid')
    await settle()
    expect(notices).toEqual([])
  })

  it('takes back a code that its app has not claimed, where the tokens would have ended with the session (§2.7)', async () => {
    const { code = '' } = await flow.approved(app, user)
    const { code: offline = '' } = await flow.approved(app, user, { scope: 'openid offline_access' })
    const { code: apart = '' } = await flow.approved(app, user, { scope: 'read' })
    const { code: elsewhere = '' } = await flow.approved(app, await anotherSession(user))
    await signOut()
    await settle()
    expect(await flow.exchange(app, code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    for (const kept of [offline, apart, elsewhere]) expect((await flow.exchange(app, kept)).status).toBe(200)
  })

  it('at the very moment of the ID token is told, or the token names no session', async () => {
    for (let round = 0; round < 10; round += 1) {
      const person = await server.createUser()
      const { code = '' } = await flow.approved(app, person, { scope: 'openid offline_access' })
      const [{ body }] = await Promise.all([flow.exchange(app, code), sleep(round).then(() => signOut(person))])
      await settle()
      const { sid, sub } = decodeJwt(body.id_token ?? '')
      const told = tokensOf()
        .map((token) => decodeJwt(token))
        .filter((claims) => claims.sub === sub)
      expect(told.map((claims) => claims.sid)).toEqual(sid === undefined ? told.map((claims) => claims.sid) : [sid])
    }
  })

  describe('an app that answers', () => {
    const end = async () => {
      await idToken()
      await signOut()
      await settle()
    }
    const waiting = async () => (await messages()).filter(({ kind }) => kind === 'openid.logout')

    it.each([200, 204])('%i has understood (§2.8)', async (answer) => {
      status = answer
      await end()
      expect(notices).toHaveLength(1)
      expect(await waiting()).toEqual([])
    })

    it('400 will not: it is not asked again (§2.8)', async () => {
      status = 400
      await end()
      expect(notices).toHaveLength(1)
      expect(await waiting()).toEqual([])
    })

    it.each([500, 503, 404, 302, 201])(
      '%i is told again after pauses that grow, by a new token each time',
      async (answer) => {
        status = answer
        await end()
        const pauses: number[] = []
        for (let attempt = 1; attempt <= 4; attempt += 1) {
          expect(notices).toHaveLength(attempt)
          const [message] = await waiting()
          const pauseMs = (message?.due_at ?? 0) - server.clock.now().getTime()
          pauses.push(pauseMs)
          server.clock.pass({ seconds: Math.ceil(pauseMs / 1000) })
          await settle()
        }
        expect([...pauses].sort((one, next) => one - next)).toEqual(pauses)
        const claims = tokensOf().map((token) => decodeJwt(token))
        expect(new Set(claims.map(({ jti }) => jti)).size).toBe(5)
        expect(claims.at(-1)?.iat).toBe(Math.floor(server.clock.now().getTime() / 1000))
        expect(notices.every(({ path }) => path === '/rp')).toBe(true)

        server.clock.pass({ seconds: 86_400 })
        await settle()
        expect(notices).toHaveLength(5)
        expect(await waiting()).toEqual([])
      },
    )

    it('nothing any more because it was deleted, or wants to hear nothing now, is forgotten', async () => {
      status = 500
      await end()
      await flow.setting(app, 'backchannelLogoutUri', '')
      server.clock.pass({ seconds: 60 })
      await settle()
      expect(await waiting()).toEqual([])
      expect(notices).toHaveLength(1)
    })
  })

  it.each(['http://127.0.0.1:PORT/', 'http://localhost:PORT/', 'http://[::ffff:127.0.0.1]:PORT/'])(
    'is not told to %s on a server that may not ask its own network: no hit (SSRF)',
    async (uri) => {
      const strict = await openidServer(await database.url(), [], {
        outgoing: { allowHttp: true, allowedPorts: 'any' },
      })
      const own = flowOf(() => strict)
      const caller = await own.createApp()
      await own.setting(caller, 'backchannelLogoutUri', uri.replace('PORT', String(listener.port)))
      const person = await strict.createUser()
      await own.tokens(caller, person)
      const hits = listener.hits
      await strict.graphql('mutation { signOut { __typename } }', {}, { headers: asUser(person) })
      for (let attempt = 0; attempt < 3; attempt += 1) {
        await deliverOutbox(strict.server.core, never)
        strict.clock.pass({ seconds: 300 })
      }
      await strict.close()
      expect(listener.hits).toBe(hits)
      expect(notices).toEqual([])
    },
  )

  it('leaves no note behind, whether somebody ended it or nobody', async () => {
    const db = own()
    const notes = () => db.selectFrom('openid_session_app').select('app_id').where('app_id', '=', app.app.id).execute()
    await idToken()
    expect(await notes()).toHaveLength(1)
    await signOut()
    await settle()
    expect(await notes()).toEqual([])
    await idToken(await server.createUser())
    server.clock.pass({ seconds: 15 * 86_400 })
    const sweep = server.server.core.registry.jobs.find(({ id }) => id === 'sweep-session-apps')
    await sweep?.run(pluginContext(server.server.core, 'openid'))
    expect(await notes()).toEqual([])
    expect(notices).toHaveLength(1)
  })

  it('a logout token passes for nothing else (RFC 8725 §3.11)', async () => {
    await idToken()
    await signOut()
    await settle()
    const [token = ''] = tokensOf()
    const other = await server.createUser()
    const bearer = { authorization: `Bearer ${token}` }
    expect((await server.fetch('/oauth/userinfo', { headers: bearer })).status).toBe(401)
    expect((await server.graphql('mutation { signOut { __typename } }', {}, { headers: bearer })).errors).toBeDefined()
    expect((await server.form('/oauth/introspect', { ...of(app), token })).body).toEqual({ active: false })
    expect(await flow.approved(app, other, { prompt: 'none', id_token_hint: token })).toMatchObject({
      error: 'invalid_request',
    })
    const logout = await server.fetch(`/oauth/logout?${new URLSearchParams({ id_token_hint: token })}`, {
      headers: { cookie: `grantql-session=${other.sessionToken}` },
    })
    expect(logout.status).toBe(400)
    expect(await server.server.core.sessions.byToken(other.sessionToken)).toBeDefined()
    expect(await flow.refresh(app, token)).toMatchObject({ status: 400 })
  })
})
