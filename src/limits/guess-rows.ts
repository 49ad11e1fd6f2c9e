import type { Transaction } from 'kysely'
import { TemporarilyUnavailable } from '../errors/standard.ts'
import type { Database } from '../storage/database.ts'
import { createGroupRead } from '../storage/group-read.ts'
import { prepareRead } from '../storage/prepared.ts'
import type { CoreTables } from '../storage/tables.ts'
import type { GuessLimit } from './guess-limits.ts'

const MAX_TRIES = 8

/** How many a window that goes on has counted. */
export interface OpenWindow {
  readonly counted: number
  readonly endsAt: Date
}

/** What is counted, as rows that all nodes share. */
export interface GuessRows {
  /** Undefined where there is no window, or it is over. Those who ask together share a query. */
  window(key: Buffer, at: Date): Promise<OpenWindow | undefined>
  /**
   * Counts one, and begins a window with it where there is none. Of all who count at once, on whichever nodes,
   * as many are let through as the limit says.
   *
   * @returns undefined where it was counted; the end of the window where the limit is reached already
   */
  count(key: Buffer, limit: GuessLimit, at: Date): Promise<Date | undefined>
  /** Takes back one that was counted at `at`, unless its window is over. */
  takeBack(key: Buffer, limit: GuessLimit, at: Date): Promise<void>
  /** True for the first of all nodes that refuse somebody in this window. */
  markRefused(trx: Transaction<CoreTables>, key: Buffer, endsAt: Date, at: Date): Promise<boolean>
}

export function openGuessRows(database: Database): GuessRows {
  const { db, dialect } = database
  const readRows = prepareRead(db, (keys: readonly Buffer[]) =>
    db.selectFrom('guess').select(['guess_key', 'counted', 'expires_at']).where('guess_key', 'in', keys),
  )
  const textOf = (key: Buffer) => key.toString('latin1')
  const read = createGroupRead(
    async (keys: Buffer[]) => new Map((await readRows(keys)).map((row) => [textOf(row.guess_key), row])),
    textOf,
  )

  const increment = async (key: Buffer, { most }: GuessLimit, at: number) => {
    const { numUpdatedRows } = await db
      .updateTable('guess')
      .set(({ eb }) => ({ counted: eb('counted', '+', 1) }))
      .where('guess_key', '=', key)
      .where('expires_at', '>', at)
      .where('counted', '<', most)
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 1n
  }
  /** Guarded by the end of the window that is over, so that of all who find it over one begins the next. */
  const beginAgain = async (key: Buffer, over: number, until: number) => {
    const { numUpdatedRows } = await db
      .updateTable('guess')
      .set({ counted: 1, refused_at: null, expires_at: until })
      .where('guess_key', '=', key)
      .where('expires_at', '=', over)
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 1n
  }
  const begin = async (key: Buffer, until: number) => {
    try {
      await db.insertInto('guess').values({ guess_key: key, counted: 1, refused_at: null, expires_at: until }).execute()
      return true
    } catch (error) {
      if (dialect.isDuplicateKey(error)) return false
      throw error
    }
  }

  return {
    async window(key, at) {
      const row = await read(key)
      return row && row.expires_at > at.getTime()
        ? { counted: row.counted, endsAt: new Date(row.expires_at) }
        : undefined
    },

    async count(key, limit, at) {
      const now = at.getTime()
      const until = now + limit.windowSeconds * 1000
      for (let tries = 1; tries <= MAX_TRIES; tries++) {
        if (await increment(key, limit, now)) return undefined
        const row = await read(key)
        if (row && row.expires_at > now && row.counted >= limit.most) return new Date(row.expires_at)
        const isBegun = row
          ? row.expires_at <= now && (await beginAgain(key, row.expires_at, until))
          : await begin(key, until)
        if (isBegun) return undefined
      }
      throw new TemporarilyUnavailable({ retryAfterSeconds: 1 })
    },

    async takeBack(key, { windowSeconds }, at) {
      await db
        .updateTable('guess')
        .set(({ eb }) => ({ counted: eb('counted', '-', 1) }))
        .where('guess_key', '=', key)
        .where('counted', '>', 0)
        // One that ends later has begun since, and counts others.
        .where('expires_at', '<=', at.getTime() + windowSeconds * 1000)
        .execute()
    },

    async markRefused(trx, key, endsAt, at) {
      const { numUpdatedRows } = await trx
        .updateTable('guess')
        .set({ refused_at: at.getTime() })
        .where('guess_key', '=', key)
        .where('expires_at', '=', endsAt.getTime())
        .where('refused_at', 'is', null)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },
  }
}
