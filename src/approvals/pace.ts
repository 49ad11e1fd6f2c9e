import type { Database } from '../storage/database.ts'

/** What RFC 8628 §3.5 adds to the interval each time somebody is too fast. */
const STEP_SECONDS = 5
const LONGEST_SECONDS = 300

export interface Pace {
  readonly tooFast: boolean
  readonly intervalSeconds: number
}

/**
 * Notes one poll and says whether it came too soon. It has a table of its own, so that a poll never writes the row that a
 * person decides, and it is shared: whichever node is asked, the interval grows.
 *
 * @param arrivedAt When the poll arrived; how long it waited here since does not count.
 * @see RFC 8628 §3.5
 */
export async function keepPace(
  database: Database,
  key: Buffer,
  poll: { readonly arrivedAt: Date; readonly intervalSeconds: number; readonly until: Date },
): Promise<Pace> {
  const { db } = database
  const at = poll.arrivedAt.getTime()
  const inTime = await db
    .updateTable('pace')
    .set({ last_at: at })
    .where('pace_key', '=', key)
    .where(({ eb, ref }) => eb('last_at', '<=', eb(eb.val(at), '-', eb(ref('interval_seconds'), '*', 1000))))
    .executeTakeFirst()
  if (inTime.numUpdatedRows === 1n)
    return { tooFast: false, intervalSeconds: await intervalOf(database, key, poll.intervalSeconds) }

  const slowed = await db
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
    .executeTakeFirst()
  if (slowed.numUpdatedRows === 1n)
    return { tooFast: true, intervalSeconds: await intervalOf(database, key, poll.intervalSeconds) }

  try {
    await db
      .insertInto('pace')
      .values({ pace_key: key, last_at: at, interval_seconds: poll.intervalSeconds, expires_at: poll.until.getTime() })
      .execute()
    return { tooFast: false, intervalSeconds: poll.intervalSeconds }
  } catch (error) {
    // Somebody else made the first poll at the same time, so this one came too soon after it.
    if (database.dialect.isDuplicateKey(error)) return { tooFast: true, intervalSeconds: poll.intervalSeconds }
    throw error
  }
}

async function intervalOf(database: Database, key: Buffer, otherwise: number): Promise<number> {
  const row = await database.db
    .selectFrom('pace')
    .select('interval_seconds')
    .where('pace_key', '=', key)
    .executeTakeFirst()
  return row?.interval_seconds ?? otherwise
}
