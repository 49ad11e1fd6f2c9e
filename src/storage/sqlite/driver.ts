import type { Driver, QueryCompiler, TransactionSettings } from 'kysely'
import { IdentifierNode, RawNode } from 'kysely'
import { SqliteConnection, type SqliteFile } from './connection.ts'

type CompileQuery = QueryCompiler['compileQuery']

/** Kysely's driver over the sessions of one SQLite database. Every transaction is serializable, whatever is asked. */
export class SqliteDriver implements Driver {
  readonly #file: SqliteFile

  constructor(file: SqliteFile) {
    this.#file = file
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteConnection> {
    return new SqliteConnection(this.#file)
  }

  async beginTransaction(connection: SqliteConnection, _settings: TransactionSettings): Promise<void> {
    await connection.begin()
  }

  async commitTransaction(connection: SqliteConnection): Promise<void> {
    await connection.unit.release()
  }

  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    connection.unit.rollback()
  }

  async savepoint(connection: SqliteConnection, name: string, compileQuery: CompileQuery): Promise<void> {
    runSavepoint(connection, 'savepoint', name, compileQuery)
  }

  async rollbackToSavepoint(connection: SqliteConnection, name: string, compileQuery: CompileQuery): Promise<void> {
    runSavepoint(connection, 'rollback to', name, compileQuery)
  }

  async releaseSavepoint(connection: SqliteConnection, name: string, compileQuery: CompileQuery): Promise<void> {
    runSavepoint(connection, 'release', name, compileQuery)
  }

  async releaseConnection(connection: SqliteConnection): Promise<void> {
    connection.end()
  }

  // Kysely does not call this where nothing was ever asked; `Database.close` closes the file in any case.
  async destroy(): Promise<void> {}
}

function runSavepoint(connection: SqliteConnection, command: string, name: string, compileQuery: CompileQuery): void {
  const node = RawNode.createWithChildren([RawNode.createWithSql(`${command} `), IdentifierNode.create(name)])
  const { sql } = compileQuery(node, { queryId: `savepoint ${name}` })
  connection.unit.execute(sql, [])
}
