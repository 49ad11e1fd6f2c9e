import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { describeDatabase, describeEachDatabase } from '../support/database.ts'
import { tokenIds } from './support/rows.ts'
import { countCommits } from './support/wal.ts'

const tokenRow = (id: string, expiresAt = 1) => ({ token_id: id, expires_at: expiresAt })

describeEachDatabase('writes that arrive together', (open) => {
  it('are all there', async () => {
    const { db } = await open()
    const rows = Array.from({ length: 100 }, (_, index) => tokenRow(`token-${index}`, index))
    await Promise.all(rows.map((row) => db.insertInto('revoked_token').values(row).execute()))
    expect(await db.selectFrom('revoked_token').selectAll().orderBy('expires_at').execute()).toEqual(rows)
  })

  it('fail one by one', async () => {
    const database = await open()
    const { db, dialect } = database
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'a', 'c'].map((id) => db.insertInto('revoked_token').values(tokenRow(id)).execute()),
    )
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(failures).toHaveLength(1)
    expect(failures.every(({ reason }) => dialect.isDuplicateKey(reason))).toBe(true)
    expect(await tokenIds(database)).toEqual(['a', 'b', 'c'])
  })

  it('tell how many rows each of them met', async () => {
    const { db } = await open()
    await db
      .insertInto('revoked_token')
      .values(['a', 'b', 'c'].map((id) => tokenRow(id)))
      .execute()
    const update = db.updateTable('revoked_token').set({ expires_at: 2 })
    const [one, none, all, gone] = await Promise.all([
      update.where('token_id', '=', 'a').executeTakeFirstOrThrow(),
      update.where('token_id', '=', 'x').executeTakeFirstOrThrow(),
      update.executeTakeFirstOrThrow(),
      db.deleteFrom('revoked_token').where('token_id', 'in', ['x', 'y']).executeTakeFirstOrThrow(),
    ])
    expect([one.numUpdatedRows, none.numUpdatedRows, all.numUpdatedRows, gone.numDeletedRows]).toEqual([1n, 0n, 3n, 0n])
  })
})

describeEachDatabase('a transaction that rolls back', (open) => {
  it('leaves its neighbours alone', async () => {
    const database = await open()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, (_, index) =>
        database.transaction(async (trx) => {
          await trx
            .insertInto('revoked_token')
            .values(tokenRow(`token-${index}`))
            .execute()
          if (index % 2 === 1) throw new RangeError('no')
        }),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(20)
    const even = Array.from({ length: 20 }, (_, index) => `token-${index * 2}`)
    expect(await tokenIds(database)).toEqual(even.toSorted())
  })

  it('passes on what was thrown, unchanged', async () => {
    const database = await open()
    const reason = new RangeError('no')
    await expect(database.transaction(() => Promise.reject(reason))).rejects.toBe(reason)
  })
})

describeEachDatabase('a reader', (open) => {
  it('does not see what is not committed', async () => {
    const database = await open()
    const seen = await database.transaction(async (trx) => {
      await trx.insertInto('revoked_token').values(tokenRow('a')).execute()
      const own = await trx.selectFrom('revoked_token').select('token_id').execute()
      return { own, others: await tokenIds(database) }
    })
    expect(seen).toEqual({ own: [{ token_id: 'a' }], others: [] })
    expect(await tokenIds(database)).toEqual(['a'])
  })
})

describeEachDatabase('a savepoint', (open) => {
  it('can be rolled back by itself', async () => {
    const database = await open()
    const trx = await database.db.startTransaction().execute()
    await trx.insertInto('revoked_token').values(tokenRow('a')).execute()
    const inner = await trx.savepoint('grantql_unit').execute()
    await inner.insertInto('revoked_token').values(tokenRow('b')).execute()
    await inner.rollbackToSavepoint('grantql_unit').execute()
    await trx.insertInto('revoked_token').values(tokenRow('c')).execute()
    await trx.commit().execute()
    expect(await tokenIds(database)).toEqual(['a', 'c'])
  })
})

describeDatabase('sqlite', 'group commit', (open, { url }) => {
  it('waits for the disk far less often than it writes', async () => {
    const file = await url()
    const { db } = await open({ url: file })
    const before = countCommits(file)
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        db
          .insertInto('revoked_token')
          .values(tokenRow(`${index}`))
          .execute(),
      ),
    )
    const after = countCommits(file)
    expect(after - before).toBeGreaterThanOrEqual(1)
    expect(after - before).toBeLessThanOrEqual(4)
  })

  it('shares a commit between statements and transactions', async () => {
    const file = await url()
    const database = await open({ url: file })
    const before = countCommits(file)
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        index % 2 === 0
          ? database.db
              .insertInto('revoked_token')
              .values(tokenRow(`${index}`))
              .execute()
          : database.transaction((trx) =>
              trx
                .insertInto('revoked_token')
                .values(tokenRow(`${index}`))
                .execute(),
            ),
      ),
    )
    expect(countCommits(file) - before).toBeLessThanOrEqual(4)
    expect(await tokenIds(database)).toHaveLength(30)
  })

  it('goes on when a transaction holds the writer too long', async () => {
    const database = await open({ deadlineMs: 400 })
    const never = database.transaction(async (trx) => {
      await trx.insertInto('revoked_token').values(tokenRow('stuck')).execute()
      await sleep(600)
      await trx.insertInto('revoked_token').values(tokenRow('too late')).execute()
    })
    const neighbour = database.db.insertInto('revoked_token').values(tokenRow('neighbour')).execute()
    await expect(neighbour).resolves.toBeDefined()
    await expect(never).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    expect(await tokenIds(database)).toEqual(['neighbour'])
  })

  it('does not let a swallowed error hide that the transaction is over', async () => {
    const database = await open({ deadlineMs: 200 })
    const late = database.transaction(async (trx) => {
      await sleep(300)
      await trx
        .insertInto('revoked_token')
        .values(tokenRow('x'))
        .execute()
        .catch(() => {})
    })
    await expect(late).rejects.toMatchObject({ code: 'temporarily_unavailable' })
  })
})

describeDatabase('sqlite', 'a database in memory', (open) => {
  it('shows a reader committed data only, and gives it its turn', async () => {
    const database = await open({ url: 'sqlite::memory:' })
    const inserted = Promise.withResolvers<void>()
    const unit = database.transaction(async (trx) => {
      await trx.insertInto('revoked_token').values(tokenRow('a')).execute()
      inserted.resolve()
      await sleep(50)
      throw new RangeError('no')
    })
    await inserted.promise
    const seen = tokenIds(database)
    await expect(unit).rejects.toThrow(RangeError)
    expect(await seen).toEqual([])
  })
})
