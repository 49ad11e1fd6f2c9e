import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { SWEEP_BATCH_ROWS, SWEPT_TABLES, sweepExpired } from '../../src/storage/sweep.ts'
import { describeDatabase, describeEachDatabase } from '../support/database.ts'
import { approvedRow, paceRow } from './support/rows.ts'
import { countCommits } from './support/wal.ts'

const NOW = new Date('2026-11-20T12:00:00Z')
const DAY_MS = 24 * 60 * 60 * 1000
const past = NOW.getTime() - 1
const future = NOW.getTime() + 1

describeEachDatabase('the sweep', (open) => {
  it('deletes what has expired, however much it is, and nothing else', async () => {
    const database = await open()
    const { db } = database
    const rows = Array.from({ length: 2 * SWEEP_BATCH_ROWS + 50 }, (_, index) => ({
      token_id: `token-${index}`,
      expires_at: index % 50 === 0 ? future : past,
    }))
    for (let at = 0; at < rows.length; at += 500) {
      await db
        .insertInto('revoked_token')
        .values(rows.slice(at, at + 500))
        .execute()
    }
    const kept = rows.filter((row) => row.expires_at === future)
    const counts = await sweepExpired(database, NOW)
    expect(counts.revoked_token).toBe(rows.length - kept.length)
    const { left } = await db
      .selectFrom('revoked_token')
      .select((row) => row.fn.countAll<number>().as('left'))
      .executeTakeFirstOrThrow()
    expect(Number(left)).toBe(kept.length)
    expect((await sweepExpired(database, NOW)).revoked_token).toBe(0)
  })

  it('knows the column that counts in each table', async () => {
    const database = await open()
    const { db } = database
    await db
      .insertInto('approval')
      .values({ ...approvedRow(randomBytes(38)), expires_at: past, purge_at: future })
      .execute()
    await db
      .insertInto('approval')
      .values({ ...approvedRow(randomBytes(38)), expires_at: past, purge_at: past })
      .execute()
    await db
      .insertInto('pace')
      .values({ ...paceRow('a'), expires_at: past })
      .execute()
    const used = (expiresAt: number) => ({ use_key: randomBytes(32), claim_id: 'x', expires_at: expiresAt })
    await db
      .insertInto('used_once')
      .values([used(past), used(future)])
      .execute()
    const change = { kind: 'app', subject: 'x' }
    await db
      .insertInto('change')
      .values([
        { id: '1', ...change, created_at: past },
        { id: '2', ...change, created_at: past - 3_600_000 },
      ])
      .execute()
    const counts = await sweepExpired(database, NOW)
    expect(counts).toEqual({
      session: 0,
      approval: 1,
      refresh_token: 0,
      access_token: 0,
      token_family: 0,
      revoked_token: 0,
      used_once: 1,
      pace: 1,
      guess: 0,
      known_device: 0,
      app_secret: 0,
      audit_event: 0,
      change: 1,
    })
  })

  it('takes the secrets that were rotated out, and none that works', async () => {
    const database = await open()
    const secret = { app_id: 'an app', secret_hash: randomBytes(32), created_at: past }
    await database.db
      .insertInto('app_secret')
      .values([
        { id: 'over', ...secret, expires_at: past },
        { id: 'overlapping', ...secret, expires_at: future },
        { id: 'present', ...secret, expires_at: null },
      ])
      .execute()
    expect((await sweepExpired(database, NOW)).app_secret).toBe(1)
    const left = await database.db.selectFrom('app_secret').select('id').orderBy('id').execute()
    expect(left.map(({ id }) => id)).toEqual(['overlapping', 'present'])
  })

  it('leaves the audit log alone, unless it is told for how long that is kept', async () => {
    const database = await open()
    const event = { kind: 'token.issued', app_id: null, user_id: null, request_id: null, details: '{}' }
    const ages = [0, 5, 15]
    await database.db
      .insertInto('audit_event')
      .values(ages.map((days) => ({ ...event, id: `${days} days`, created_at: NOW.getTime() - days * DAY_MS })))
      .execute()
    expect((await sweepExpired(database, NOW)).audit_event).toBe(0)
    const keepMs = { audit_event: 10 * DAY_MS }
    expect((await sweepExpired(database, NOW, { keepMs })).audit_event).toBe(1)
    const left = await database.db.selectFrom('audit_event').select('id').orderBy('id').execute()
    expect(left.map(({ id }) => id)).toEqual(['0 days', '5 days'])
  })

  it('stops when it is told to', async () => {
    const database = await open()
    await database.db
      .insertInto('pace')
      .values({ ...paceRow('a'), expires_at: past })
      .execute()
    const counts = await sweepExpired(database, NOW, { signal: AbortSignal.abort() })
    expect(counts.pace).toBe(0)
  })

  it('has an index for every expiry, so that it reads what it deletes and no more', async () => {
    const { db } = await open()
    for (const { table, expiry } of SWEPT_TABLES) {
      // The step that makes it would fail on a column that is not there.
      const ran = await db
        .withTables<{ kysely_migration: { name: string } }>()
        .selectFrom('kysely_migration')
        .select('name')
        .where('name', 'like', `core/____-${table.replaceAll('_', '-')}-by-${expiry.replaceAll('_', '-')}`)
        .execute()
      expect(ran, `${table} by ${expiry}`).toHaveLength(1)
    }
  })
})

describeDatabase('sqlite', 'the sweep', (open, { url }) => {
  it('deletes at most 1,000 rows in one transaction', async () => {
    const file = await url()
    const database = await open({ url: file })
    const rows = Array.from({ length: 3_500 }, (_, index) => ({ token_id: `token-${index}`, expires_at: past }))
    await database.db.insertInto('revoked_token').values(rows).execute()
    const before = countCommits(file)
    await sweepExpired(database, NOW)
    expect(countCommits(file) - before).toBe(4)
  })
})
