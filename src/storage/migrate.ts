import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Migration, Migrator } from 'kysely/migration'
import type { Database, StorageLog } from './database.ts'
import type { ColumnTypes, DialectFacts } from './dialect.ts'
import { withLease } from './lease.ts'
import { type AnySchema, createTable } from './schema-steps.ts'

/** One step of the schema: one DDL statement, which must be able to run again after it was killed midway. */
export interface MigrationStep {
  up(db: AnySchema, columns: ColumnTypes, dialect: DialectFacts): Promise<void>
}

const LEASE = 'migrate'
const LEASE_SECONDS = 10
const POLL_MS = 250
const NAME = /^[a-z0-9][a-z0-9-]*\/[0-9]{4}-[a-z0-9-]+$/

/**
 * Brings the schema up to date: runs each step that has not run here yet, in the order of their names. Several processes
 * may do so at once: one works, the others wait for it; where it was killed, another goes on after 10 seconds.
 *
 * @param migrations steps by name: `core/0001-user`, `<plugin-id>/0001-…`
 * @throws {Error} with the step's name and its cause, where a step fails; those before it stay applied
 */
export async function migrate(
  database: Database,
  migrations: Record<string, MigrationStep>,
  { log }: { readonly log?: StorageLog } = {},
): Promise<void> {
  refuseBadNames(migrations)
  await createLeaseTable(database)
  const options = { holder: randomUUID(), ttlSeconds: LEASE_SECONDS }
  while ((await pendingMigrations(database, migrations)).length > 0) {
    const isDone = await withLease(database, LEASE, options, (signal) =>
      runPending(database, migrations, { signal, log }),
    )
    if (!isDone) await sleep(POLL_MS)
  }
}

/** Names the steps that have not run on this database, in the order in which they would. */
export async function pendingMigrations(
  database: Pick<Database, 'db' | 'dialect'>,
  migrations: Record<string, MigrationStep>,
): Promise<string[]> {
  const known = await createMigrator(database, migrations).getMigrations()
  return known.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name)
}

async function runPending(
  database: Database,
  migrations: Record<string, MigrationStep>,
  { signal, log }: { readonly signal: AbortSignal; readonly log: StorageLog | undefined },
): Promise<void> {
  const { error, results = [] } = await createMigrator(database, migrations).migrateToLatest()
  for (const { migrationName, status } of results) {
    if (status === 'Success') log?.info({ migration: migrationName }, 'The schema was migrated.')
  }
  // Whoever was stopped for longer than the lease lasts meets the steps of its heir; what is left to do is seen then.
  if (error === undefined || signal.aborted) return
  const failed = results.find(({ status }) => status === 'Error')
  throw new Error(`The migration ${failed?.migrationName ?? 'of the schema'} failed.`, { cause: error })
}

function createMigrator(
  { db, dialect }: Pick<Database, 'db' | 'dialect'>,
  migrations: Record<string, MigrationStep>,
): Migrator {
  const known = Object.entries(migrations).map(([name, step]): [string, Migration] => [
    name,
    { up: (schema) => step.up(schema, dialect.columns, dialect) },
  ])
  return new Migrator({
    db,
    // A plugin that is enabled later brings steps whose names come before ones that have run.
    allowUnorderedMigrations: true,
    provider: { getMigrations: async () => ({ ...(await executedStubs(db)), ...Object.fromEntries(known) }) },
  })
}

// Kysely takes a step that ran and is unknown now for corruption. Here it is everyday life: a plugin that was removed,
// or the previous release started again on the schema of the next.
async function executedStubs(db: AnySchema): Promise<Record<string, Migration>> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(({ name }) => name === 'kysely_migration')) return {}
  const rows: { name: string }[] = await db.selectFrom('kysely_migration').select('name').execute()
  return Object.fromEntries(rows.map(({ name }) => [name, { up: async () => {} }]))
}

async function createLeaseTable({ db, dialect }: Database): Promise<void> {
  const { name, millis } = dialect.columns
  await createTable(db, dialect, 'lease')
    .addColumn('name', name(190), (column) => column.primaryKey().notNull())
    .addColumn('holder', name(190), (column) => column.notNull())
    .addColumn('expires_at', millis, (column) => column.notNull())
    .execute()
}

function refuseBadNames(migrations: Record<string, MigrationStep>): void {
  for (const name of Object.keys(migrations)) {
    if (!NAME.test(name)) throw new Error(`The migration ${name} is not named like core/0001-user.`)
  }
}
