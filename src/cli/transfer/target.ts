import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import { BootError } from '../../config/boot-error.ts'
import type { Database } from '../../storage/database.ts'
import { type MigrationStep, migrate } from '../../storage/migrate.ts'
import type { AnySchema } from '../../storage/schema-steps.ts'
import { isUnfinished, markUnfinished } from './marker.ts'
import type { Row, TransferTable } from './row.ts'

const PAGE = 1_000
const MIGRATIONS = 'kysely_migration'
const OURS_BESIDE_DATA = ['lease', 'kysely_migration_lock', MIGRATIONS]

// Tables are known by name only, those of plugins included.
// biome-ignore lint/suspicious/noExplicitAny: no type describes the tables of whichever plugins are there
type Where = ExpressionBuilder<any, any>

/**
 * Makes the target ready to be filled: empty, in the schema of this version, and marked as unfinished.
 *
 * @throws {BootError} when it has data, or a schema that this version does not know, and `overwrite` was not asked for
 */
export async function prepareTarget(
  target: Database,
  tables: readonly string[],
  migrations: Record<string, MigrationStep>,
  { overwrite }: { readonly overwrite: boolean },
): Promise<void> {
  const db = target.db as unknown as AnySchema
  const present = new Set(
    (await db.introspection.getTables({ withInternalKyselyTables: true })).map(({ name }) => name),
  )
  const ours = [...tables, ...OURS_BESIDE_DATA].filter((name) => present.has(name))
  if (ours.length > 0 && !present.has(MIGRATIONS)) {
    throw new BootError(`The target has tables of something else, such as "${ours[0]}": name a database of its own.`)
  }
  if (present.has(MIGRATIONS)) {
    if (overwrite) await dropAll(target, ours)
    else await refuseForeign(target, ours, migrations)
  }
  await migrate(target, migrations)
  await markUnfinished(target)
}

async function refuseForeign(
  target: Database,
  ours: readonly string[],
  migrations: Record<string, MigrationStep>,
): Promise<void> {
  const db = target.db as unknown as AnySchema
  const executed: { name: string }[] = await db.selectFrom(MIGRATIONS).select('name').execute()
  if (executed.some(({ name }) => !Object.hasOwn(migrations, name))) {
    throw new BootError(
      'The target has the schema of another version of GrantQL, or of other plugins. --overwrite empties it.',
    )
  }
  if (ours.includes('lease') && (await isUnfinished(target))) {
    throw new BootError(
      'The target holds a part of the data, from a transfer that was interrupted. --overwrite empties it.',
    )
  }
  for (const name of ours) {
    if (OURS_BESIDE_DATA.includes(name)) continue
    if ((await db.selectFrom(name).selectAll().limit(1).execute()).length > 0) {
      throw new BootError(`The target has data already, such as in "${name}". --overwrite deletes all of it.`)
    }
  }
}

/** The record of migrations goes last: for as long as it is there, the rest is known to be ours. */
async function dropAll(target: Database, ours: readonly string[]): Promise<void> {
  if (ours.includes('lease')) await markUnfinished(target)
  const last = OURS_BESIDE_DATA.filter((name) => ours.includes(name))
  for (const name of [...ours.filter((each) => !last.includes(each)), ...last]) {
    await target.db.schema.dropTable(name).ifExists().execute()
  }
}

/** Inserts rows in one transaction, once, whatever happens to the connection. */
export async function insertRows(target: Database, table: TransferTable, rows: readonly Row[]): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  await target.transaction<boolean>(
    async (trx) => {
      await (trx as unknown as AnySchema)
        .insertInto(table.name)
        .values([...rows])
        .execute()
      return true
    },
    { settle: async (db) => ((await hasRow(db as unknown as AnySchema, table, first)) ? true : undefined) },
  )
}

/** Deletes rows by their keys in one transaction. */
export async function deleteRows(target: Database, table: TransferTable, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return
  await target.transaction<boolean>(
    async (trx) => {
      const query = (trx as unknown as AnySchema).deleteFrom(table.name)
      await query.where((where) => where.or(rows.map((row) => hasKey(where, table, row)))).execute()
      return true
    },
    // To delete them again does no harm.
    { settle: async () => undefined },
  )
}

/** Every row of a table, page by page. */
export async function* readRows(target: Database, table: TransferTable): AsyncGenerator<Row> {
  const db = target.db as unknown as AnySchema
  for (let last: Row | undefined; ; ) {
    let query = db
      .selectFrom(table.name)
      .select([...table.columns])
      .limit(PAGE)
    for (const key of table.keys) query = query.orderBy(key)
    const from = last
    if (from !== undefined) query = query.where((where) => comesAfter(where, table, from))
    const rows: Row[] = await query.execute()
    yield* rows
    last = rows.at(-1)
    if (rows.length < PAGE) return
  }
}

async function hasRow(db: AnySchema, table: TransferTable, row: Row): Promise<boolean> {
  const found = await db
    .selectFrom(table.name)
    .select([...table.keys])
    .where((where) => hasKey(where, table, row))
    .execute()
  return found.length > 0
}

function hasKey(where: Where, { keys }: TransferTable, row: Row): Expression<SqlBool> {
  return where.and(keys.map((key) => where(key, '=', row[key])))
}

function comesAfter(where: Where, { keys }: TransferTable, row: Row): Expression<SqlBool> {
  const ways = keys.map((key, index) =>
    where.and([...keys.slice(0, index).map((before) => where(before, '=', row[before])), where(key, '>', row[key])]),
  )
  return where.or(ways)
}
