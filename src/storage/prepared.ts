import type { Compilable, CompiledQuery, Insertable, Kysely } from 'kysely'
import type { CoreTables } from './tables.ts'

type Tables = CoreTables
type Runner = Pick<Kysely<Tables>, 'executeQuery'>

/** Inserts the rows by one statement, through the database or a transaction of it. */
export type PreparedInsert<Row> = (runner: Runner, rows: readonly Row[]) => Promise<void>

/**
 * Makes an insert whose SQL is built once for each number of rows: to build it takes longer than to run it.
 *
 * @param columns every column of the table; what a row leaves out becomes null
 */
export function prepareInsert<Table extends keyof Tables & string>(
  db: Kysely<Tables>,
  table: Table,
  columns: Readonly<Record<keyof Tables[Table] & string, true>>,
): PreparedInsert<Insertable<Tables[Table]>> {
  const names = Object.keys(columns)
  const placeholders = Object.fromEntries(names.map((name) => [name, null])) as Insertable<Tables[Table]>
  const build = prepare((rows: readonly unknown[]) => db.insertInto(table).values(rows.map(() => placeholders)))
  return async (runner, rows) => {
    const parameters: unknown[] = []
    for (const row of rows) for (const name of names) parameters.push(row[name as keyof typeof row] ?? null)
    await runner.executeQuery(build(rows, parameters))
  }
}

/** Reads what there is to the keys, by one statement. */
export type PreparedRead<Key, Row> = (keys: readonly Key[]) => Promise<readonly Row[]>

/**
 * Makes a read by keys whose SQL is built once for each number of keys.
 *
 * @param select the query, whose only parameters are the keys in their order
 */
export function prepareRead<Key, Row>(
  db: Kysely<Tables>,
  select: (keys: readonly Key[]) => Compilable<Row>,
): PreparedRead<Key, Row> {
  const build = prepare(select)
  return async (keys) => (await db.executeQuery(build(keys, keys))).rows
}

/**
 * Builds a query that differs by the number of its items alone, once for each number.
 *
 * @returns a function that puts other parameters into it, in the order in which they stand there
 */
export function prepare<Item, Row>(
  query: (items: readonly Item[]) => Compilable<Row>,
): (items: readonly Item[], parameters: readonly unknown[]) => CompiledQuery<Row> {
  const built: (CompiledQuery<Row> | undefined)[] = []
  return (items, parameters) => {
    const known = built[items.length]
    const compiled = known ?? query(items).compile()
    if (known === undefined) built[items.length] = compiled
    return { query: compiled.query, queryId: compiled.queryId, sql: compiled.sql, parameters }
  }
}
