import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { createConnection } from 'mysql2/promise'
import { expect, it } from 'vitest'
import { describeDatabase, describeEachDatabase } from '../support/database.ts'
import { paceRow, tokenIds } from './support/rows.ts'

const tokenRow = (id: string) => ({ token_id: id, expires_at: 1 })

describeDatabase('mariadb', 'a deadlock', (open) => {
  it('is retried as a whole, and both get their way', async () => {
    const database = await open()
    await database.db
      .insertInto('pace')
      .values([paceRow('a'), paceRow('b')])
      .execute()
    const held = { a: Promise.withResolvers<void>(), b: Promise.withResolvers<void>() }
    let runs = 0
    const lockBoth = (first: 'a' | 'b', second: 'a' | 'b') =>
      database.transaction(async (trx) => {
        runs++
        const raise = (name: string) =>
          trx
            .updateTable('pace')
            .set((row) => ({ last_at: row('last_at', '+', 1) }))
            .where('pace_key', '=', Buffer.from(name))
            .execute()
        await raise(first)
        held[first].resolve()
        await held[second].promise
        await raise(second)
      })
    await Promise.all([lockBoth('a', 'b'), lockBoth('b', 'a')])
    expect(runs).toBe(3)
    const rows = await database.db.selectFrom('pace').select('last_at').execute()
    expect(rows).toEqual([{ last_at: 2 }, { last_at: 2 }])
  })

  it('does not let a swallowed error commit the rest by itself', async () => {
    const database = await open()
    await database.db
      .insertInto('pace')
      .values([paceRow('a'), paceRow('b')])
      .execute()
    const held = { a: Promise.withResolvers<void>(), b: Promise.withResolvers<void>() }
    const lockBoth = (first: 'a' | 'b', second: 'a' | 'b') =>
      database.db.transaction().execute(async (trx) => {
        const lock = (name: string) =>
          trx.updateTable('pace').set({ last_at: 1 }).where('pace_key', '=', Buffer.from(name)).execute()
        await lock(first)
        held[first].resolve()
        await held[second].promise
        await lock(second).catch(() => {})
        await trx.insertInto('revoked_token').values(tokenRow(first)).execute()
      })
    const outcomes = await Promise.allSettled([lockBoth('a', 'b'), lockBoth('b', 'a')])
    const winners = outcomes.filter(({ status }) => status === 'fulfilled')
    expect(winners).toHaveLength(1)
    expect(await tokenIds(database)).toHaveLength(1)
  })
})

describeDatabase('mariadb', 'a row that somebody else has locked', (open, { url }) => {
  it('is waited for', async () => {
    const address = await url()
    const database = await open({ url: address })
    await database.db.insertInto('pace').values(paceRow('a')).execute()
    const other = await createConnection(address)
    await other.query('begin')
    await other.query('update pace set last_at = 7')
    const unit = database.transaction((trx) => trx.updateTable('pace').set({ interval_seconds: 9 }).execute())
    await sleep(3_500)
    await other.query('commit')
    await other.end()
    await unit
    const rows = await database.db.selectFrom('pace').select(['last_at', 'interval_seconds']).execute()
    expect(rows).toEqual([{ last_at: 7, interval_seconds: 9 }])
  })

  it('that stays locked ends in TemporarilyUnavailable, for a statement and for a transaction', async () => {
    const address = await url()
    const database = await open({ url: address })
    await database.db.insertInto('pace').values(paceRow('a')).execute()
    const other = await createConnection(address)
    await other.query('begin')
    await other.query('update pace set last_at = 7')
    const startedAt = performance.now()
    const update = () => database.db.updateTable('pace').set({ interval_seconds: 9 })
    const outcomes = await Promise.allSettled([
      update().execute(),
      database.transaction((trx) => trx.updateTable('pace').set({ interval_seconds: 9 }).execute()),
    ])
    expect(performance.now() - startedAt).toBeLessThan(9_000)
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'temporarily_unavailable' } })
    }
    await other.query('rollback')
    await other.end()
    await expect(update().execute()).resolves.toBeDefined()
  })
})

describeDatabase('sqlite', 'a file that another process has locked', (open, { url }) => {
  it('is waited for without blocking the event loop', async () => {
    const file = await url()
    const database = await open({ url: file })
    const other = new DatabaseSync(file.slice('sqlite:'.length))
    other.exec('begin immediate')
    const write = database.db.insertInto('revoked_token').values(tokenRow('a')).execute()
    const unit = database.transaction((trx) => trx.insertInto('revoked_token').values(tokenRow('b')).execute())
    // The lock is held by this very thread: whoever blocked it would wait for himself.
    await sleep(500)
    other.exec('commit')
    other.close()
    await Promise.all([write, unit])
    expect(await tokenIds(database)).toEqual(['a', 'b'])
  })

  it('that stays locked ends in TemporarilyUnavailable within the deadline, and reads go on', async () => {
    const file = await url()
    const database = await open({ url: file, deadlineMs: 500 })
    const other = new DatabaseSync(file.slice('sqlite:'.length))
    other.exec('begin immediate')
    const startedAt = performance.now()
    const write = database.db.insertInto('revoked_token').values(tokenRow('a')).execute()
    const unit = database.transaction((trx) => trx.insertInto('revoked_token').values(tokenRow('b')).execute())
    const probe = database.probe()
    expect(await tokenIds(database)).toEqual([])
    for (const rejected of await Promise.allSettled([write, unit, probe])) {
      expect(rejected).toMatchObject({ status: 'rejected', reason: { code: 'temporarily_unavailable' } })
    }
    expect(performance.now() - startedAt).toBeLessThan(1_500)
    other.exec('rollback')
    other.close()
    await database.probe()
  })
})

describeEachDatabase('a unit of work', (open) => {
  it('that always collides ends in TemporarilyUnavailable with the reason as its cause', async () => {
    const database = await open()
    let runs = 0
    const collision = Object.assign(new Error('collision'), { errno: 1213, errcode: 5 })
    const unit = database.transaction(async () => {
      runs++
      throw collision
    })
    await expect(unit).rejects.toMatchObject({ code: 'temporarily_unavailable', cause: collision })
    expect(runs).toBe(8)
  })
})
