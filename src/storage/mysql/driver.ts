import type { Driver, QueryCompiler, TransactionSettings } from 'kysely'
import { IdentifierNode, RawNode } from 'kysely'
import { MysqlConnection, type MysqlLimits } from './connection.ts'
import type { LinkPool } from './link-pool.ts'

type CompileQuery = QueryCompiler['compileQuery']

/** Kysely's driver over a bounded pool of connections with deadlines. */
export class MysqlDriver implements Driver {
  readonly #pool: LinkPool
  readonly #limits: MysqlLimits

  constructor(pool: LinkPool, limits: MysqlLimits) {
    this.#pool = pool
    this.#limits = limits
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<MysqlConnection> {
    return new MysqlConnection(this.#pool, this.#limits)
  }

  async beginTransaction(connection: MysqlConnection, settings: TransactionSettings): Promise<void> {
    const { isolationLevel, accessMode } = settings
    const begin = accessMode === undefined ? 'begin' : `start transaction ${accessMode}`
    await connection.begin(
      isolationLevel === undefined ? [begin] : [`set transaction isolation level ${isolationLevel}`, begin],
    )
  }

  async commitTransaction(connection: MysqlConnection): Promise<void> {
    await connection.commit()
  }

  async rollbackTransaction(connection: MysqlConnection): Promise<void> {
    await connection.rollback()
  }

  async savepoint(connection: MysqlConnection, name: string, compileQuery: CompileQuery): Promise<void> {
    await runSavepoint(connection, 'savepoint', name, compileQuery)
  }

  async rollbackToSavepoint(connection: MysqlConnection, name: string, compileQuery: CompileQuery): Promise<void> {
    await runSavepoint(connection, 'rollback to', name, compileQuery)
  }

  async releaseSavepoint(connection: MysqlConnection, name: string, compileQuery: CompileQuery): Promise<void> {
    await runSavepoint(connection, 'release savepoint', name, compileQuery)
  }

  async releaseConnection(connection: MysqlConnection): Promise<void> {
    connection.release()
  }

  // Kysely does not call this where nothing was ever asked; `Database.close` closes the pool in any case.
  async destroy(): Promise<void> {}
}

async function runSavepoint(
  connection: MysqlConnection,
  command: string,
  name: string,
  compileQuery: CompileQuery,
): Promise<void> {
  const node = RawNode.createWithChildren([RawNode.createWithSql(`${command} `), IdentifierNode.create(name)])
  await connection.control(compileQuery(node, { queryId: `savepoint ${name}` }).sql)
}
