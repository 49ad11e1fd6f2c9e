import type { Database } from '../storage/database.ts'

/** What RFC 8628 §3.5 adds to the interval each time somebody is too fast. */
const STEP_SECONDS = 5
const LONGEST_SECONDS = 300

export interface Pace {
  readonly tooFast: boolean
  readonly intervalSeconds: number
}

export interface Poll {
  /** How long it waited here since does not count. */
  readonly arrivedAt: Date
  /** Seconds between polls, as long as nobody is too fast. */
  readonly intervalSeconds: number
  /** The pace is forgotten from then on. */
  readonly until: Date
}

/**
 * Notes one poll and says whether it came too soon. It has a table of its own, so that a poll never writes the row that a
 * person decides, and it is shared: whichever node is asked, the interval grows.
 *
 * @see RFC 8628 §3.5
 */
export async function keepPace(database: Database, key: Buffer, poll: Poll): Promise<Pace> {
  const at = poll.arrivedAt.getTime()
  if (await noteInTime(database, key, at)) return paceOf(database, key, false, poll.intervalSeconds)
  if (await noteTooFast(database, key, at)) return paceOf(database, key, true, poll.intervalSeconds)
  if (await noteFirst(database, key, poll)) return { tooFast: false, intervalSeconds: poll.intervalSeconds }
  // Somebody else made the first poll at the same time, so this one came too soon after it.
  await noteTooFast(database, key, at)
  return paceOf(database, key, true, poll.intervalSeconds)
}

async function noteInTime({ db }: Database, key: Buffer, at: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('pace')
    .set({ last_at: at })
    .where('pace_key', '=', key)
    .where(({ eb, ref }) => eb('last_at', '<=', eb(eb.val(at), '-', eb(ref('interval_seconds'), '*', 1000))))
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

async function noteTooFast({ db }: Database, key: Buffer, at: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('pace')
    .set(({ eb, ref, val }) => ({
      last_at: at,
      interval_seconds: eb
        .case()
        .when(ref('interval_seconds'), '>=', LONGEST_SECONDS)
        .then(val(LONGEST_SECONDS))
        .else(eb(ref('interval_seconds'), '+', STEP_SECONDS))
        .end(),
    }))
    .where('pace_key', '=', key)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

async function noteFirst(
  { db, dialect }: Database,
  key: Buffer,
  { arrivedAt, intervalSeconds, until }: Poll,
): Promise<boolean> {
  const row = { last_at: arrivedAt.getTime(), interval_seconds: intervalSeconds, expires_at: until.getTime() }
  try {
    await db
      .insertInto('pace')
      .values({ pace_key: key, ...row })
      .execute()
    return true
  } catch (error) {
    if (dialect.isDuplicateKey(error)) return false
    throw error
  }
}

async function paceOf({ db }: Database, key: Buffer, tooFast: boolean, otherwise: number): Promise<Pace> {
  const row = await db.selectFrom('pace').select('interval_seconds').where('pace_key', '=', key).executeTakeFirst()
  return { tooFast, intervalSeconds: row?.interval_seconds ?? otherwise }
}
