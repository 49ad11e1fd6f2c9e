import { setTimeout as sleep } from 'node:timers/promises'
import { definePlugin, type OutboxVerbs, type PluginContext } from 'grantql/plugin'
import { describe, expect, it } from 'vitest'
import { deliverOutbox } from '../../src/jobs/deliver-outbox.ts'
import { createLeasedRun } from '../../src/jobs/leased-run.ts'
import { rotateKeysWhenDue } from '../../src/jobs/rotate-keys.ts'
import { pluginContext } from '../../src/operations/plugin-context.ts'
import { databases } from '../support/database.ts'
import { describeEachServer, testServer } from '../support/server.ts'

const never = new AbortController().signal

describeEachServer(
  'health and metrics',
  () => ({}),
  (server) => {
    it('is alive and ready, and no cache keeps that', async () => {
      for (const path of ['/health/live', '/health/ready']) {
        const response = await server().fetch(path)
        expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store'])
      }
    })

    it('counts requests by route, tokens by grant, the lag of the event loop', async () => {
      const { basic } = await server().createApp()
      await server().form('/oauth/token', { grant_type: 'client_credentials' }, { authorization: basic })
      await server().fetch('/made/up/path')
      const text = await (await server().fetch('/metrics')).text()
      expect(text).toContain('grantql_http_request_seconds_count{method="POST",path="/oauth/token",status="200"} 1')
      expect(text).toContain('path="none",status="404"')
      expect(text).not.toContain('/made/up')
      expect(text).toContain('grantql_tokens_issued_total{grant_type="client_credentials"} 1')
      expect(text).toMatch(/grantql_event_loop_lag_seconds\{quantile="0.99"\} \d/)
    })
  },
)

describe.each(databases)('a server that is stopped ($name)', (database) => {
  const slow = definePlugin()({
    id: 'toy-slow',
    endpoints: [
      {
        method: 'GET',
        path: '/toy/slow',
        async handle() {
          await sleep(400)
          return new Response('finished')
        },
      },
    ],
  })

  it('finishes what is under way, and accepts no more', async () => {
    const server = await testServer({ database: await database.url(), plugins: [slow] })
    const underWay = server.fetch('/toy/slow')
    await sleep(100)
    const closed = server.close()
    const ready = await server.server.fetch(new Request(`${server.url}/health/ready`))
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'not ready', because: 'draining' }])
    await expect(server.fetch('/health/live')).rejects.toThrow()
    expect(await (await underWay).text()).toBe('finished')
    await closed
    await server.close()
  })

  it('is not ready while the database is away', async () => {
    await using server = await testServer({ database: await database.url() })
    const { probe } = server.core.database
    Object.assign(server.core.database, { probe: () => new Promise(() => undefined) })
    const response = await server.fetch('/health/ready')
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
    Object.assign(server.core.database, { probe })
    await sleep(600)
    expect((await server.fetch('/health/ready')).status).toBe(200)
  })
})

describeEachServer(
  'what runs by itself',
  () => ({ plugins: [outboxToy()], config: { keys: { rotationSeconds: 1000 } } }),
  (server) => {
    const outbox = (): OutboxVerbs => pluginContext(server().core, 'toy-outbox').outbox
    const rows = () => server().core.database.db.selectFrom('outbox').selectAll().execute()

    it('delivers a message once it is due, and forgets it', async () => {
      await outbox().enqueue('toy.sent', { n: 1 })
      await deliverOutbox(server().core, never)
      expect(delivered.splice(0)).toEqual([{ n: 1 }])
      expect(await rows()).toEqual([])
    })

    it('tries again after pauses that grow, and gives up when the message expires', async () => {
      await outbox().enqueue('toy.failing', { n: 2 })
      const pauses: number[] = []
      for (let attempt = 0; attempt < 3; attempt++) {
        await deliverOutbox(server().core, never)
        const [row] = await rows()
        pauses.push((row?.due_at ?? 0) - server().clock.now().getTime())
        await deliverOutbox(server().core, never)
        expect(attempts.splice(0)).toHaveLength(1)
        server().clock.pass({ seconds: Math.ceil((pauses.at(-1) ?? 0) / 1000) })
      }
      expect(pauses[0]).toBeGreaterThanOrEqual(5000)
      expect(pauses[1]).toBeGreaterThan(pauses[0] ?? 0)
      expect(pauses[2]).toBeGreaterThan(pauses[1] ?? 0)
      server().clock.pass({ seconds: 3600 })
      await deliverOutbox(server().core, never)
      expect(await rows()).toEqual([])
    })

    it('delivers on one node, however many ask', async () => {
      await outbox().enqueue('toy.sent', { n: 3 })
      await Promise.all(Array.from({ length: 10 }, () => deliverOutbox(server().core, never)))
      expect(delivered.splice(0)).toEqual([{ n: 3 }])
    })

    it('sends a message of a transaction if and only if that commits', async () => {
      const context = pluginContext(server().core, 'toy-outbox')
      await context.transaction((trx) => context.outbox.enqueue('toy.sent', { n: 4 }, trx))
      const undone = context.transaction(async (trx) => {
        await context.outbox.enqueue('toy.sent', { n: 5 }, trx)
        throw new Error('undone')
      })
      await expect(undone).rejects.toThrow('undone')
      await deliverOutbox(server().core, never)
      expect(delivered.splice(0)).toEqual([{ n: 4 }])
    })

    it('lets no plugin send in another’s name', async () => {
      await expect(pluginContext(server().core, 'code').outbox.enqueue('toy.sent', {})).rejects.toThrow('no outbox')
    })

    it('runs a leased job on one node an interval', async () => {
      const runs: string[] = []
      const run = (node: string) =>
        createLeasedRun(server().core.database, node)('job/test', 60, never, async () => void runs.push(node))
      await Promise.all(['a', 'b', 'c'].map(run))
      await Promise.all(['a', 'b', 'c'].map(run))
      expect(new Set(runs).size).toBe(1)
    })

    it('rotates the keys when they have signed for long enough, and not before', async () => {
      const count = () => server().core.keys.list().length
      const before = count()
      await rotateKeysWhenDue(server().core, 10 ** 9)
      expect(count()).toBe(before)
      server().clock.pass({ seconds: 1001 })
      await rotateKeysWhenDue(server().core, 1000)
      await rotateKeysWhenDue(server().core, 1000)
      expect(count()).toBe(before + 2)
    })
  },
)

const delivered: unknown[] = []
const attempts: unknown[] = []

function outboxToy() {
  const deliver = async (_: PluginContext, payload: unknown) => void delivered.push(payload)
  return definePlugin()({
    id: 'toy-outbox',
    outbox: [
      { kind: 'toy.sent', deliver },
      {
        kind: 'toy.failing',
        ttlSeconds: 600,
        async deliver(_, payload) {
          attempts.push(payload)
          throw new Error('nobody answers')
        },
      },
    ],
  })
}
