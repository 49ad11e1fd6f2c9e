import type { Kysely } from 'kysely'
import type { DialectFacts } from './dialect.ts'
import type { CoreTables } from './tables.ts'

const PROBE = 'probe'

/** Does one guarded write for `Database.probe`: all nodes share one row, so nothing accumulates. */
export async function probeDatabase(db: Kysely<CoreTables>, dialect: DialectFacts): Promise<void> {
  const row = { holder: PROBE, expires_at: Date.now() }
  const { numUpdatedRows } = await db.updateTable('lease').set(row).where('name', '=', PROBE).executeTakeFirstOrThrow()
  if (numUpdatedRows > 0n) return
  try {
    await db
      .insertInto('lease')
      .values({ name: PROBE, ...row })
      .execute()
  } catch (error) {
    // Another node wrote the row first, which proves as much.
    if (!dialect.isDuplicateKey(error)) throw error
  }
}
