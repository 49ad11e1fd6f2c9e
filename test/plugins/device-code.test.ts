import type { PluginContext } from 'grantql/plugin'
import { createTestServer, type TestApp, type TestServer, type TestUser, testGrant } from 'grantql/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { grant } from '../../plugins/device-code/grant.ts'
import { deviceCode } from '../../plugins/device-code/index.ts'
import type { DeviceCodeTables } from '../../plugins/device-code/tables.ts'
import { sweepUserCodes, takeUserCode } from '../../plugins/device-code/user-codes.ts'
import { refreshToken } from '../../plugins/refresh-token/index.ts'
import { pluginContext } from '../../src/operations/plugin-context.ts'
import { databases } from '../support/database.ts'
import { credentialsOf, DEVICE_GRANT, enterUserCode, requestDevice } from './device-flow.ts'

const scopes = [
  { name: 'read', description: 'Read your data' },
  { name: 'write', description: 'Change your data' },
  { name: 'root', description: 'Do anything', adminOnly: true },
]

describe('the device grant, by the kit (RFC 8628 §3.4)', () => {
  const cases = testGrant({
    grant,
    plugins: [deviceCode()],
    scopes,
    async ready(server, app) {
      const device = await requestDevice(server, app)
      const user = await server.createUser()
      const { handle } = await enterUserCode(server, user, device.user_code)
      await server.approve(handle, user)
      return { deviceCode: device.device_code }
    },
    singleUse: true,
    expiresAfterSeconds: 600,
    databases,
  })
  for (const { name, run } of cases) it(name, run)
})

describe.each(databases)('the device grant ($name)', (database) => {
  let server: TestServer
  let app: TestApp
  let ada: TestUser
  let grace: TestUser
  beforeAll(async () => {
    server = await createTestServer({
      plugins: [deviceCode(), refreshToken()],
      scopes,
      databaseUrl: await database.url(),
    })
    app = await server.createApp({ grants: [DEVICE_GRANT, 'refresh_token'], scopes: ['read', 'write', 'root'] })
    ada = await server.createUser()
    grace = await server.createUser()
  })
  afterAll(() => server.close())

  const poll = (device_code: string, by = app, more: Record<string, string> = {}) =>
    server.form('/oauth/token', { grant_type: DEVICE_GRANT, device_code, ...credentialsOf(by), ...more })
  const approved = async (scope: string, granted?: readonly string[]) => {
    const device = await requestDevice(server, app, { scope })
    const { handle } = await enterUserCode(server, ada, device.user_code)
    await server.approve(handle, ada, granted)
    return { device, handle }
  }

  describe('a request (RFC 8628 §3.1, §3.2)', () => {
    it('is answered with everything that a device needs, and stored by nobody else', async () => {
      const answer = await server.form('/oauth/device_authorization', { ...credentialsOf(app), scope: 'read' })
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
      expect(answer.body).toEqual({
        device_code: expect.stringMatching(/^gqc_/),
        user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
        verification_uri: 'http://localhost:3000/device',
        verification_uri_complete: `http://localhost:3000/device?user_code=${answer.body.user_code}`,
        expires_in: 600,
        interval: 5,
      })
    })

    it('over GraphQL says the same', async () => {
      const { clientId, clientSecret } = app
      const { data } = await server.graphql(
        `mutation ($input: RequestDeviceCodeInput!) { requestDeviceCode(input: $input) { ... on DeviceCodeRequest {
          deviceCode userCode verificationUri verificationUriComplete expiresInSeconds intervalSeconds } } }`,
        { input: { clientId, clientSecret, scopes: ['read'] } },
      )
      const { userCode } = data.requestDeviceCode
      expect(data.requestDeviceCode).toMatchObject({
        verificationUri: 'http://localhost:3000/device',
        verificationUriComplete: `http://localhost:3000/device?user_code=${userCode}`,
        expiresInSeconds: 600,
        intervalSeconds: 5,
      })
      expect((await poll(data.requestDeviceCode.deviceCode)).body.error).toBe('authorization_pending')
    })

    it('needs the proof of a confidential app, a scope of its own, and the grant', async () => {
      const ask = async (params: Record<string, string>) =>
        (await server.form('/oauth/device_authorization', params)).body.error
      expect(await ask({ client_id: app.clientId })).toBe('invalid_client')
      expect(await ask({ ...credentialsOf(app), scope: 'read nope' })).toBe('invalid_scope')
      expect(await ask(credentialsOf(await server.createApp({ grants: [] })))).toBe('unauthorized_client')
      const open = await server.createApp({ type: 'public', grants: [DEVICE_GRANT] })
      expect(await ask(credentialsOf(open))).toBeUndefined()
    })

    it('is announced in the metadata (RFC 8628 §4)', async () => {
      const response = await server.fetch('/.well-known/oauth-authorization-server')
      expect(await response.json()).toMatchObject({
        device_authorization_endpoint: 'http://localhost:3000/oauth/device_authorization',
        grant_types_supported: expect.arrayContaining([DEVICE_GRANT]),
      })
    })

    it('has a lifetime and an interval that an operator and an app may change', async () => {
      await server.server.core.settings.write('device-code.ttlSeconds', 120)
      const settings = { 'device-code.intervalSeconds': 30 }
      const slow = await server.createApp({ grants: [DEVICE_GRANT] })
      await server.server.core.apps.update({ ...slow.app, settings })
      const device = await requestDevice(server, slow)
      await server.server.core.settings.write('device-code.ttlSeconds', 600)
      expect(device).toMatchObject({ expires_in: 120, interval: 30 })
      expect((await poll(device.device_code, slow)).body).toMatchObject({
        error: 'authorization_pending',
        interval: 30,
      })
      server.clock.pass({ seconds: 121 })
      expect((await poll(device.device_code, slow)).body.error).toBe('expired_token')
    })
  })

  describe('a user code (RFC 8628 §6.1)', () => {
    it('means the same in any case, with or without dashes and spaces, and for what looks alike', async () => {
      for (const typed of [
        (code: string) => code.toLowerCase(),
        (code: string) => code.replace('-', ''),
        (code: string) => ` ${code.replace('-', ' – ')}\t`,
        (code: string) => [...code].join('.'),
        (code: string) => code.replaceAll('B', '8').replaceAll('S', '5').replaceAll('Z', '2').replaceAll('V', 'u'),
        (code: string) =>
          [...code].map((letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)).join(''),
      ]) {
        const device = await requestDevice(server, app)
        expect((await enterUserCode(server, ada, typed(device.user_code))).handle).toMatch(/^gqh_/)
      }
    })

    it('is of digits and longer where an operator wants so', async () => {
      await server.server.core.settings.write('device-code.userCodeCharacters', 'digits')
      const device = await requestDevice(server, app)
      expect(device.user_code).toMatch(/^\d{4}-\d{4}-\d{3}$/)
      expect((await enterUserCode(server, ada, device.user_code.replaceAll('0', 'o'))).handle).toMatch(/^gqh_/)
      await server.server.core.settings.write('device-code.userCodeCharacters', 'consonants')
      await server.server.core.settings.write('device-code.userCodeLength', 12)
      expect((await requestDevice(server, app)).user_code).toMatch(/^[A-Z]{4}-[A-Z]{4}-[A-Z]{4}$/)
      await server.server.core.settings.write('device-code.userCodeLength', 8)
    })

    it('is nowhere in the database, nor is the handle that it leads to', async () => {
      const device = await requestDevice(server, app)
      const { handle } = await enterUserCode(server, ada, device.user_code)
      const ctx = pluginContext(server.server.core, 'device-code') as PluginContext<DeviceCodeTables>
      const rows = await ctx.db.selectFrom('device_code_user_code').selectAll().execute()
      const dump = rows
        .flatMap((row) => Object.values(row))
        .map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value)))
        .join('\n')
      expect(dump.length).toBeGreaterThan(100)
      for (const secret of [device.user_code, device.user_code.replace('-', ''), handle, device.device_code]) {
        expect(dump).not.toContain(secret)
      }
    })

    it('is answered alike when it is unknown, another’s, decided, over, or no code at all', async () => {
      const used = (await approved('read')).device.user_code
      const opened = await requestDevice(server, app)
      await enterUserCode(server, grace, opened.user_code)
      const over = await requestDevice(server, app)
      server.clock.pass({ seconds: 601 })
      const late = await requestDevice(server, app)
      await enterUserCode(server, grace, late.user_code)
      const guesser = await server.createUser()
      for (const code of ['BBBB-BBBB', used, over.user_code, late.user_code, 'nonsense', '']) {
        expect(await enterUserCode(server, guesser, code)).toEqual({
          code: 'not_found',
          message: 'Nothing waits for this code.',
        })
      }
    })

    it('is looked up for nobody who is not signed in', async () => {
      const device = await requestDevice(server, app)
      const document = 'mutation ($input: EnterUserCodeInput!) { enterUserCode(input: $input) { __typename } }'
      const { errors } = await server.graphql(document, { input: { userCode: device.user_code } })
      expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED')
    })

    it('leads the first who types it to the request, however often, and nobody else (DV-09)', async () => {
      const device = await requestDevice(server, app)
      const first = await enterUserCode(server, ada, device.user_code)
      expect(await enterUserCode(server, ada, device.user_code)).toEqual(first)
      expect(await enterUserCode(server, grace, device.user_code)).toMatchObject({ code: 'not_found' })
    })

    it('typed by 20 people at once leads one of them to the request', async () => {
      const device = await requestDevice(server, app)
      const people = await Promise.all(Array.from({ length: 20 }, () => server.createUser()))
      const entered = await Promise.all(people.map((person) => enterUserCode(server, person, device.user_code)))
      expect(entered.filter(({ handle }) => handle)).toHaveLength(1)
    })
  })

  describe('a decision', () => {
    it('counts once of all that 20 people make at once, whichever they are', async () => {
      const device = await requestDevice(server, app, { scope: 'read' })
      const { handle } = await enterUserCode(server, ada, device.user_code)
      const people = await Promise.all(Array.from({ length: 20 }, () => server.createUser()))
      const decide = async ({ sessionToken }: TestUser, index: number) => {
        const verb = index % 2 ? 'approve' : 'deny'
        const document = `mutation ($h: String!) { ${verb}(input: { handle: $h }) { __typename } }`
        const { data } = await server.graphql(document, { h: handle }, { headers: bearer(sessionToken) })
        return data[verb].__typename
      }
      const answers = await Promise.all(people.map(decide))
      expect(answers.filter((type) => type === 'Approval')).toHaveLength(1)
      expect(answers.filter((type) => type === 'AlreadyDecidedError')).toHaveLength(19)
      const verdict = answers.indexOf('Approval') % 2 ? undefined : 'access_denied'
      expect((await poll(device.device_code)).body.error).toBe(verdict)
    })

    it('a yes to a part gives that part, with a refresh token; scope at the poll widens nothing (SC-02)', async () => {
      const { device } = await approved('read write', ['read'])
      const { status, body } = await poll(device.device_code, app, { scope: 'read write root' })
      expect([status, body.scope, typeof body.refresh_token]).toEqual([200, 'read', 'string'])
      const refreshed = await server.form('/oauth/token', {
        grant_type: 'refresh_token',
        refresh_token: body.refresh_token,
        ...credentialsOf(app),
      })
      expect(refreshed.body.scope).toBe('read')
    })

    it('hands on when the person had proved who they are, and is of no session: they may sign out of that browser', async () => {
      const { core } = server.server
      const session = await core.sessions.byToken(ada.sessionToken)
      server.clock.pass({ seconds: 30 })
      const { device } = await approved('read')
      const { body } = await poll(device.device_code)
      const claims = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString())
      expect(claims.auth_time).toBe(Math.floor((session?.authenticatedAt.getTime() ?? 0) / 1000))
      const claimed = await core.approvals.byCode(device.device_code)
      const family = await core.database.db
        .selectFrom('token_family')
        .select(['session_id', 'methods'])
        .where('id', '=', claimed?.familyId ?? '')
        .executeTakeFirst()
      expect(family).toEqual({ session_id: null, methods: '["pwd"]' })
      const all = { userId: ada.user.id, sessionIds: [session?.id ?? ''] }
      await pluginContext(core, 'device-code').tokens.endFamilies(all, () => true)
      const refreshing = { grant_type: 'refresh_token', refresh_token: body.refresh_token, ...credentialsOf(app) }
      expect((await server.form('/oauth/token', refreshing)).status).toBe(200)
    })

    it('no: access_denied, for good (RFC 8628 §3.5)', async () => {
      const device = await requestDevice(server, app)
      const { handle } = await enterUserCode(server, ada, device.user_code)
      const document = 'mutation ($h: String!) { deny(input: { handle: $h }) { __typename } }'
      await server.graphql(document, { h: handle }, { headers: bearer(ada.sessionToken) })
      for (let time = 0; time < 3; time++) {
        expect((await poll(device.device_code)).body.error).toBe('access_denied')
      }
    })

    it('does not give a scope for admins by the yes of anybody else', async () => {
      const device = await requestDevice(server, app, { scope: 'root' })
      const { handle } = await enterUserCode(server, ada, device.user_code)
      await expect(server.approve(handle, ada)).rejects.toMatchObject({ code: 'invalid_scope' })
      expect((await poll(device.device_code)).body.error).toBe('authorization_pending')
    })

    it('gives nothing once its user is disabled', async () => {
      const { device } = await approved('read')
      const { core } = server.server
      await core.users.update({ ...ada.user, disabledAt: core.now() })
      expect((await poll(device.device_code)).body.error).toBe('invalid_grant')
      await core.users.update(ada.user)
    })
  })

  describe('a poll (RFC 8628 §3.5)', () => {
    it('before the decision: authorization_pending with the interval', async () => {
      const device = await requestDevice(server, app)
      const { status, body, headers } = await poll(device.device_code)
      expect([status, headers.get('cache-control')]).toEqual([400, 'no-store'])
      expect(body).toMatchObject({ error: 'authorization_pending', interval: 5 })
    })

    it('too soon: slow_down, and the interval grows by 5 seconds each time, over both faces', async () => {
      const device = await requestDevice(server, app)
      await poll(device.device_code)
      expect((await poll(device.device_code)).body).toMatchObject({ error: 'slow_down', interval: 10 })
      expect((await poll(device.device_code)).body).toMatchObject({ error: 'slow_down', interval: 15 })
      const document = `mutation ($input: ClaimDeviceTokenInput!) { claimDeviceToken(input: $input) {
        ... on SlowDownError { code intervalSeconds } ... on AuthorizationPendingError { code intervalSeconds } } }`
      const { clientId, clientSecret } = app
      const claim = () =>
        server.graphql(document, { input: { clientId, clientSecret, deviceCode: device.device_code } })
      expect((await claim()).data.claimDeviceToken).toEqual({ code: 'slow_down', intervalSeconds: 20 })
      server.clock.pass({ seconds: 20 })
      expect((await claim()).data.claimDeviceToken).toEqual({ code: 'authorization_pending', intervalSeconds: 20 })
    })

    it('too soon never keeps a decided code back', async () => {
      const { device } = await approved('read')
      expect((await poll(device.device_code)).status).toBe(200)
    })

    it('does not write the row that a person decides', async () => {
      const device = await requestDevice(server, app)
      const row = async () => (await server.server.core.approvals.byCode(device.device_code)) as object
      const before = await row()
      for (let time = 0; time < 5; time++) await poll(device.device_code)
      expect(await row()).toEqual(before)
    })

    it('by another app, or of another grant: invalid_grant (DV-04)', async () => {
      const { device } = await approved('read')
      const other = await server.createApp({ grants: [DEVICE_GRANT] })
      expect((await poll(device.device_code, other)).body.error).toBe('invalid_grant')
      expect((await poll(device.user_code)).body.error).toBe('invalid_grant')
      expect((await poll(device.device_code)).status).toBe(200)
    })

    it('after the time is over: expired_token, decided or not', async () => {
      const { device } = await approved('read')
      const waiting = await requestDevice(server, app)
      server.clock.pass({ seconds: 600 })
      expect((await poll(device.device_code)).body.error).toBe('expired_token')
      expect((await poll(waiting.device_code)).body.error).toBe('expired_token')
    })
  })

  it('approvalDecided tells a device that holds its device code, so that it need not poll', async () => {
    const device = await requestDevice(server, app, { scope: 'read' })
    const { handle } = await enterUserCode(server, ada, device.user_code)
    const listening = await server.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        query: 'subscription ($code: String!) { approvalDecided(code: $code) { status } }',
        variables: { code: device.device_code },
      }),
    })
    const told = listening.text()
    await server.approve(handle, ada)
    expect(await told).toContain('"status":"APPROVED"')
    expect((await poll(device.device_code)).status).toBe(200)
  })

  describe('a code that is drawn twice', () => {
    const ctx = () => pluginContext(server.server.core, 'device-code') as PluginContext<DeviceCodeTables>
    const draw = (code: string, seconds = 600) =>
      takeUserCode(ctx(), code, 'gqh_of-one-of-them', new Date(ctx().now().getTime() + seconds * 1000))

    it('goes to one of 20 requests that draw it at once, and to no other while it lives', async () => {
      const taken = await Promise.all(Array.from({ length: 20 }, () => draw('BCDFGHJK')))
      expect(taken.filter(Boolean)).toHaveLength(1)
      server.clock.pass({ seconds: 599 })
      expect(await draw('BCDFGHJK')).toBe(false)
    })

    it('goes to one of 20 more once it is over', async () => {
      await draw('LMNPQRST', 60)
      server.clock.pass({ seconds: 60 })
      const taken = await Promise.all(Array.from({ length: 20 }, () => draw('LMNPQRST')))
      expect(taken.filter(Boolean)).toHaveLength(1)
    })

    it('is forgotten when it is over', async () => {
      server.clock.pass({ seconds: 601 })
      await draw('VWXZBCDF')
      await sweepUserCodes(ctx())
      const rows = await ctx().db.selectFrom('device_code_user_code').select('expires_at').execute()
      expect(rows).toHaveLength(1)
    })
  })
})

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
