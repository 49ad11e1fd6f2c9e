import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeDatabase } from '../support/database.ts'
import { startChild } from './support/child.ts'
import { tokenIds } from './support/rows.ts'

const token = (id: string) => ({ token_id: id, expires_at: 1 })

describeDatabase('sqlite', 'what was told to be durable', (open, { url }) => {
  it('is there after the process was killed, again and again', async () => {
    const file = await url()
    const database = await open({ url: file })
    const acknowledged: string[] = []
    for (const run of ['a', 'b', 'c', 'd', 'e']) {
      const child = startChild('write-child.ts', file, run)
      await child.said('ready')
      await sleep(40)
      child.process.kill('SIGKILL')
      acknowledged.push(...(await child.killed()))
    }
    const present = new Set(await tokenIds(database))
    expect(acknowledged.length).toBeGreaterThan(5)
    expect(acknowledged.filter((id) => !present.has(id))).toEqual([])
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(database.db)
    expect(rows).toEqual([{ integrity_check: 'ok' }])
  })

  it('is exactly what is there after the disk was full', async () => {
    const database = await open()
    const { db } = database
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(db)
    const pages = rows[0]?.page_count ?? 0
    await sql`pragma max_page_count = ${sql.lit(pages + 3)}`.execute(db)
    const id = (index: number) => `${String(index).padStart(3, '0')}-${'x'.repeat(100)}`
    const outcomes = await Promise.allSettled(
      Array.from({ length: 300 }, (_, index) =>
        index % 3 === 0
          ? database.transaction((trx) =>
              trx
                .insertInto('revoked_token')
                .values(token(id(index)))
                .execute(),
            )
          : db
              .insertInto('revoked_token')
              .values(token(id(index)))
              .execute(),
      ),
    )
    const told = outcomes.flatMap((outcome, index) => (outcome.status === 'fulfilled' ? [id(index)] : []))
    const refused = outcomes.filter(({ status }) => status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    for (const outcome of refused) expect(outcome).toMatchObject({ reason: { code: 'temporarily_unavailable' } })
    expect(await tokenIds(database)).toEqual(told)
    await sql`pragma max_page_count = ${sql.lit(pages + 1_000)}`.execute(db)
    await db.insertInto('revoked_token').values(token('zzz')).execute()
    expect(await tokenIds(database)).toEqual([...told, 'zzz'])
  })
})
