import { setImmediate as nextTurnOfTheLoop } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { Database } from './database.ts'
import type { CoreTables } from './tables.ts'

type TableName = keyof CoreTables

/** A table whose rows expire. */
export interface SweptTable<Table extends TableName = TableName> {
  readonly table: Table
  readonly key: string & keyof CoreTables[Table]
  /** The column, in milliseconds since the epoch, after which the row means nothing. It has an index. */
  readonly expiry: string & keyof CoreTables[Table]
  /** How long after that the row goes; `Infinity` for never. Defaults to 0. */
  readonly keepMs?: number
}

const swept = <Table extends TableName>(table: SweptTable<Table>): SweptTable<Table> => table

/** The tables that stay bounded because their rows expire. (Retired signing keys are few, and stay.) */
export const SWEPT_TABLES = [
  swept({ table: 'session', key: 'token_key', expiry: 'expires_at' }),
  swept({ table: 'approval', key: 'code_key', expiry: 'purge_at' }),
  swept({ table: 'refresh_token', key: 'token_key', expiry: 'expires_at' }),
  swept({ table: 'access_token', key: 'token_key', expiry: 'expires_at' }),
  swept({ table: 'token_family', key: 'id', expiry: 'expires_at' }),
  swept({ table: 'revoked_token', key: 'token_id', expiry: 'expires_at' }),
  swept({ table: 'used_once', key: 'use_key', expiry: 'expires_at' }),
  swept({ table: 'pace', key: 'pace_key', expiry: 'expires_at' }),
  swept({ table: 'guess', key: 'guess_key', expiry: 'expires_at' }),
  swept({ table: 'known_device', key: 'device_key', expiry: 'expires_at' }),
  swept({ table: 'app_secret', key: 'id', expiry: 'expires_at' }),
  // For as long as the operator says.
  swept({ table: 'audit_event', key: 'id', expiry: 'created_at', keepMs: Number.POSITIVE_INFINITY }),
  // Nodes poll it every second; an hour is for one that was cut off.
  swept({ table: 'change', key: 'id', expiry: 'created_at', keepMs: 3_600_000 }),
] as const

export type SweptTableName = (typeof SWEPT_TABLES)[number]['table']

/** A longer transaction would hold up everybody else: on SQLite the event loop, on Galera the whole cluster. */
export const SWEEP_BATCH_ROWS = 1_000

export interface SweepOptions {
  readonly signal?: AbortSignal
  readonly keepMs?: Readonly<Partial<Record<SweptTableName, number>>>
}

/**
 * Deletes expired rows, at most 1,000 in one transaction, until none is left. To be run under a lease.
 *
 * @param options.keepMs what takes the place of a table's own
 * @param options.signal stops it between two batches
 * @returns how many rows went, by table
 */
export async function sweepExpired(
  { db }: Pick<Database, 'db'>,
  now: Date,
  { signal, keepMs: kept = {} }: SweepOptions = {},
): Promise<Record<SweptTableName, number>> {
  const counts: Partial<Record<SweptTableName, number>> = {}
  for (const { table, key, expiry, keepMs = 0 } of SWEPT_TABLES) {
    const expiredAt = now.getTime() - (kept[table] ?? keepMs)
    counts[table] = 0
    if (expiredAt === Number.NEGATIVE_INFINITY) continue
    for (let deleted = SWEEP_BATCH_ROWS; deleted >= SWEEP_BATCH_ROWS && signal?.aborted !== true; ) {
      deleted = await deleteBatch(db, { table, key, expiry, expiredAt })
      counts[table] += deleted
      await nextTurnOfTheLoop()
    }
  }
  return counts as Record<SweptTableName, number>
}

interface Batch {
  readonly table: string
  readonly key: string
  readonly expiry: string
  readonly expiredAt: number
}

// First the keys, without a lock and by the index of expiry; then exactly those rows, by primary key. A DELETE by expiry
// would lock the index where others insert.
async function deleteBatch(db: Kysely<CoreTables>, { table, key, expiry, expiredAt }: Batch): Promise<number> {
  const [target, keyColumn, expiryColumn] = [sql.table(table), sql.ref(key), sql.ref(expiry)]
  const { rows } = await sql<{ swept_key: string | Buffer }>`
    select ${keyColumn} as swept_key from ${target} where ${expiryColumn} <= ${expiredAt}
    order by ${expiryColumn} limit ${sql.lit(SWEEP_BATCH_ROWS)}`.execute(db)
  if (rows.length === 0) return 0
  // The second condition is for a row that was renewed in between.
  await sql`
    delete from ${target} where ${keyColumn} in (${sql.join(rows.map((row) => row.swept_key))})
    and ${expiryColumn} <= ${expiredAt}`.execute(db)
  return rows.length
}
