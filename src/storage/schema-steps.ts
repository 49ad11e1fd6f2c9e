import type { CreateTableBuilder, Kysely } from 'kysely'
import type { DialectFacts } from './dialect.ts'

// biome-ignore lint/suspicious/noExplicitAny: a migration works on tables that no type describes any more, or yet
export type AnySchema = Kysely<any>

/** Begins a CREATE TABLE that may run again, with this database's table options. Add the columns and execute it. */
export function createTable(db: AnySchema, dialect: DialectFacts, table: string): CreateTableBuilder<string> {
  return db.schema.createTable(table).ifNotExists().modifyEnd(dialect.tableOptions)
}

/** Makes an index, or a unique one; does nothing where one of that name is there. */
export async function createIndex(
  db: AnySchema,
  dialect: DialectFacts,
  { table, columns, unique = false }: { table: string; columns: readonly string[]; unique?: boolean },
): Promise<void> {
  // MySQL has no IF NOT EXISTS here, so both are asked the same way.
  let index = db.schema.createIndex(`${table}_${columns.join('_')}_${unique ? 'unique' : 'index'}`).on(table)
  if (unique) index = index.unique()
  await tolerateAlreadyThere(dialect, () => index.columns([...columns]).execute())
}

/** Runs one DDL statement, and forgives that its table, column or index exists: an earlier run was killed after it. */
export async function tolerateAlreadyThere(dialect: DialectFacts, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!dialect.isAlreadyThere(error)) throw error
  }
}
