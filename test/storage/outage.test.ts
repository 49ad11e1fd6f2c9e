import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from '../../src/storage/database.ts'
import { describeDatabase } from '../support/database.ts'
import { startMariadb, type TestServer } from '../support/mariadb.ts'

const UNAVAILABLE = { status: 'rejected', reason: { code: 'temporarily_unavailable' } }

/** One of each kind of access. */
function askAll({ db, transaction, probe }: Database): Promise<PromiseSettledResult<unknown>[]> {
  const row = { token_id: `token-${Math.random()}`, expires_at: 1 }
  return Promise.allSettled([
    db.selectFrom('revoked_token').selectAll().execute(),
    db.insertInto('revoked_token').values(row).execute(),
    transaction((trx) => trx.updateTable('revoked_token').set({ expires_at: 2 }).execute()),
    probe(),
  ])
}

describeDatabase('mariadb', 'a database server that goes away', (open) => {
  let server: TestServer
  let url: string
  beforeAll(async () => {
    server = await startMariadb()
    await server.createDatabase('outage')
    url = server.url('outage')
  })
  afterAll(() => server.stop())

  it('is TemporarilyUnavailable within the deadline while it hangs, and works when it goes on', async () => {
    const database = await open({ url, deadlineMs: 2_000 })
    await askAll(database)
    process.kill(server.pid, 'SIGSTOP')
    const startedAt = performance.now()
    // More than the pool has connections, so that some of them wait for one.
    const outcomes = (await Promise.all(Array.from({ length: 8 }, () => askAll(database)))).flat()
    const tookMs = performance.now() - startedAt
    process.kill(server.pid, 'SIGCONT')
    for (const outcome of outcomes) expect(outcome).toMatchObject(UNAVAILABLE)
    expect(tookMs).toBeLessThan(3_000)
    for (const outcome of await askAll(database)) expect(outcome.status).toBe('fulfilled')
  })

  it('is TemporarilyUnavailable at once while it is down, and works after a restart', async () => {
    const database = await open({ url })
    // Idle connections, which will all be dead.
    await Promise.all(Array.from({ length: 10 }, () => askAll(database)))
    process.kill(server.pid, 'SIGKILL')
    await sleep(200)
    const startedAt = performance.now()
    for (const outcome of await askAll(database)) expect(outcome).toMatchObject(UNAVAILABLE)
    expect(performance.now() - startedAt).toBeLessThan(2_000)
    await server.restart()
    for (const outcome of await askAll(database)) expect(outcome.status).toBe('fulfilled')
  })

  it('that restarts between two requests is noticed by nobody', async () => {
    const database = await open({ url })
    await Promise.all(Array.from({ length: 10 }, () => askAll(database)))
    process.kill(server.pid, 'SIGKILL')
    await server.restart()
    const outcomes = (await Promise.all(Array.from({ length: 10 }, () => askAll(database)))).flat()
    for (const outcome of outcomes) expect(outcome.status).toBe('fulfilled')
  })

  it('is TemporarilyUnavailable when it is opened', async () => {
    const unused = url.replace(/:\d+\//, ':1/')
    await expect(open({ url: unused })).rejects.toMatchObject({ code: 'temporarily_unavailable' })
  })
})

describeDatabase('mariadb', 'a pool whose connections are all taken', (open) => {
  it('makes others wait, in turn, and not for ever', async () => {
    const database = await open({ poolSize: 2, deadlineMs: 1_000 })
    const release = Promise.withResolvers<void>()
    const holders = [0, 1].map(() => database.transaction(() => release.promise))
    await sleep(20)
    const impatient = database.db.selectFrom('revoked_token').selectAll().execute()
    await expect(impatient).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    const patient = database.db.selectFrom('revoked_token').selectAll().execute()
    release.resolve()
    await Promise.allSettled(holders)
    await expect(patient).resolves.toEqual([])
  })

  it('refuses more than it can serve in time', async () => {
    const database = await open({ poolSize: 1, deadlineMs: 1_000 })
    const asked = Array.from({ length: 400 }, () => database.db.selectFrom('revoked_token').selectAll().execute())
    const outcomes = await Promise.allSettled(asked)
    const refused = outcomes.filter(({ status }) => status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    for (const outcome of refused) expect(outcome).toMatchObject(UNAVAILABLE)
    await database.probe()
  })

  it('takes a connection back from a transaction that holds it until the deadline', async () => {
    const database = await open({ poolSize: 1, deadlineMs: 2000 })
    const endless = database.transaction(async (trx) => {
      await trx.insertInto('revoked_token').values({ token_id: 'a', expires_at: 1 }).execute()
      await sleep(3000)
      await trx.insertInto('revoked_token').values({ token_id: 'b', expires_at: 1 }).execute()
    })
    await expect(endless).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    expect(await database.db.selectFrom('revoked_token').selectAll().execute()).toEqual([])
  })
})
