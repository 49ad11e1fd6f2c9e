import { createClock, createTestServer, type TestServer } from 'grantql/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deviceCode } from '../../plugins/device-code/index.ts'
import { databases, describeDatabase } from '../support/database.ts'
import { credentialsOf, DEVICE_GRANT, enterUserCode, requestDevice } from './device-flow.ts'

const scopes = [{ name: 'read', description: 'Read your data' }]

describe.each(databases)('devices at two nodes of one deployment ($name)', (database) => {
  let nodes: readonly TestServer[]
  beforeAll(async () => {
    const [databaseUrl, clock] = [await database.url(), createClock()]
    const start = () => createTestServer({ plugins: [deviceCode()], scopes, databaseUrl, clock })
    nodes = [await start(), await start()]
  })
  afterAll(() => Promise.all(nodes.map((node) => node.close())))

  const node = (index: number) => nodes[index % 2] as TestServer
  const waiting = async () => {
    const app = await node(0).createApp({ grants: [DEVICE_GRANT], scopes: ['read'] })
    const device = await requestDevice(node(0), app)
    const { device_code } = device
    const poll = async (index: number) =>
      (await node(index).form('/oauth/token', { grant_type: DEVICE_GRANT, device_code, ...credentialsOf(app) })).body
    return { device, poll }
  }

  it('polls too fast at either: the interval grows by 5 seconds each time, and both keep to it (RFC 8628 §3.5)', async () => {
    const { poll } = await waiting()
    expect(await poll(0)).toMatchObject({ error: 'authorization_pending', interval: 5 })
    for (const [index, interval] of [10, 15, 20, 25].entries()) {
      expect(await poll(index + 1)).toMatchObject({ error: 'slow_down', interval })
    }
    node(0).clock.pass({ seconds: 24 })
    expect(await poll(0)).toMatchObject({ error: 'slow_down', interval: 30 })
    node(0).clock.pass({ seconds: 30 })
    expect(await poll(1)).toMatchObject({ error: 'authorization_pending', interval: 30 })
    expect(await poll(0)).toMatchObject({ error: 'slow_down', interval: 35 })
  })

  it('40 polls at once over both: one is in time, and each of the others makes the interval longer', async () => {
    const { poll } = await waiting()
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => poll(index)))
    expect(answers.filter(({ error }) => error === 'authorization_pending')).toHaveLength(1)
    expect(answers.filter(({ error }) => error === 'slow_down')).toHaveLength(39)
    node(0).clock.pass({ seconds: 200 })
    expect(await poll(0)).toMatchObject({ error: 'authorization_pending', interval: 5 + 39 * 5 })
  })

  it('a code that one node gave out is typed, decided and claimed at the other', async () => {
    const { device, poll } = await waiting()
    const user = await node(1).createUser()
    const { handle } = await enterUserCode(node(1), user, device.user_code)
    await node(0).approve(handle, user)
    expect(await poll(1)).toHaveProperty('access_token')
  })

  it('decisions are made while their devices poll as fast as they can', async () => {
    const user = await node(0).createUser()
    for (let round = 0; round < 5; round++) {
      const { device, poll } = await waiting()
      const { handle } = await enterUserCode(node(0), user, device.user_code)
      const polls = Array.from({ length: 50 }, (_, index) => poll(index))
      await node(1).approve(handle, user)
      const answers = await Promise.all([...polls, poll(0), poll(1)])
      expect(answers.filter((answer) => 'access_token' in answer)).toHaveLength(1)
    }
  })
})

describeDatabase('mariadb', 'a poll that hangs', (open, database) => {
  it('keeps no person from deciding: it holds a row of its own', async () => {
    const databaseUrl = await database.url()
    const server = await createTestServer({ plugins: [deviceCode()], scopes, databaseUrl })
    const other = await open({ url: databaseUrl, migrations: {} })
    const app = await server.createApp({ grants: [DEVICE_GRANT], scopes: ['read'] })
    const device = await requestDevice(server, app)
    const form = { grant_type: DEVICE_GRANT, device_code: device.device_code, ...credentialsOf(app) }
    await server.form('/oauth/token', form)
    const user = await server.createUser()
    const { handle } = await enterUserCode(server, user, device.user_code)

    const [locked, decided] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const hanging = other.transaction(async (trx) => {
      await trx.updateTable('pace').set({ interval_seconds: 60 }).execute()
      locked.resolve()
      await decided.promise
    })
    await locked.promise
    await server.approve(handle, user)
    decided.resolve()
    await hanging
    expect((await server.form('/oauth/token', form)).status).toBe(200)
    await server.close()
  })
})
