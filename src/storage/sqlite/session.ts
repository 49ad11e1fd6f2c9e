import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { QueryResult } from 'kysely'

interface PreparedStatement {
  readonly statement: StatementSync
  readonly returnsRows: boolean
}

const MAX_STATEMENTS = 500

/** One connection to SQLite with its prepared statements; the 500 that were used last are kept. */
export class SqliteSession {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, PreparedStatement>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** False after an error so severe that SQLite rolled everything back by itself. */
  get isInTransaction(): boolean {
    return this.#database.isTransaction
  }

  execute<Row>(sql: string, parameters: readonly unknown[] = []): QueryResult<Row> {
    const { statement, returnsRows } = this.#prepare(sql)
    // The guard let through nothing else.
    const values = parameters as readonly SQLInputValue[]
    if (returnsRows) {
      const rows = statement.all(...values).map(toPlainRow)
      return { rows: rows as Row[], numAffectedRows: BigInt(rows.length) }
    }
    const { changes, lastInsertRowid } = statement.run(...values)
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #prepare(sql: string): PreparedStatement {
    const known = this.#statements.get(sql)
    if (known !== undefined) {
      // A Map iterates in the order of insertion, so the first key is always the one that was not used for longest.
      this.#statements.delete(sql)
      this.#statements.set(sql, known)
      return known
    }
    const statement = this.#database.prepare(sql)
    const prepared = { statement, returnsRows: statement.columns().length > 0 }
    this.#statements.set(sql, prepared)
    if (this.#statements.size > MAX_STATEMENTS) {
      for (const oldest of this.#statements.keys()) {
        this.#statements.delete(oldest)
        break
      }
    }
    return prepared
  }
}

function toPlainRow(row: Record<string, unknown>): Record<string, unknown> {
  const plain: Record<string, unknown> = {}
  for (const name in row) {
    const value = row[name]
    plain[name] = value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value
  }
  return plain
}
