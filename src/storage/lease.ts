import type { Kysely } from 'kysely'
import type { Database } from './database.ts'
import type { DialectFacts } from './dialect.ts'
import type { CoreTables } from './tables.ts'

export interface LeaseOptions {
  /** Who asks: unique for each process. */
  readonly holder: string
  /** Seconds after which others may take it, where the holder does not renew it. */
  readonly ttlSeconds: number
}

type LeaseStore = Pick<Database, 'db' | 'dialect'>

/**
 * Runs `work` on the one node that gets the lease of that name, and renews it meanwhile; everybody else passes.
 *
 * @param work is told by the signal when the lease was lost to somebody else, and should stop
 * @returns true where it ran here
 */
export async function withLease(
  database: LeaseStore,
  name: string,
  options: LeaseOptions,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  if (!(await takeLease(database, name, options))) return false
  const lost = new AbortController()
  const heartbeat = setInterval(
    async () => {
      // A failed renewal is no loss yet: the lease runs on, and the next beat tries again.
      const isOurs = await takeLease(database, name, options).catch(() => true)
      if (!isOurs) lost.abort(new Error(`The lease ${name} was taken over.`))
    },
    (options.ttlSeconds * 1000) / 4,
  )
  try {
    await work(lost.signal)
  } finally {
    clearInterval(heartbeat)
    await releaseLease(database.db, name, options.holder).catch(() => {})
  }
  return true
}

/** Takes or renews a lease: one guarded write decides. False where another holder has it. */
export async function takeLease({ db, dialect }: LeaseStore, name: string, options: LeaseOptions): Promise<boolean> {
  const now = Date.now()
  const row = { holder: options.holder, expires_at: now + options.ttlSeconds * 1000 }
  const { numUpdatedRows } = await db
    .updateTable('lease')
    .set(row)
    .where('name', '=', name)
    .where((where) => where.or([where('holder', '=', options.holder), where('expires_at', '<=', now)]))
    .executeTakeFirstOrThrow()
  if (numUpdatedRows > 0n) return true
  return insertLease(db, dialect, { name, ...row })
}

async function insertLease(db: Kysely<CoreTables>, dialect: DialectFacts, row: CoreTables['lease']): Promise<boolean> {
  try {
    await db.insertInto('lease').values(row).execute()
    return true
  } catch (error) {
    if (dialect.isDuplicateKey(error)) return false
    throw error
  }
}

async function releaseLease(db: Kysely<CoreTables>, name: string, holder: string): Promise<void> {
  await db.deleteFrom('lease').where('name', '=', name).where('holder', '=', holder).execute()
}
