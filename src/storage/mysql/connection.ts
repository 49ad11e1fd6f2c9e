import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import { guardParameters, isDdl, isRead, refuseTransactionControl } from '../guard.ts'
import { unavailable } from '../outcome.ts'
import { pause } from '../pause.ts'
import { isConnectionLost, isRetryable, translate, wasNeverSent } from './errors.ts'
import type { MysqlLink } from './link.ts'
import type { LinkPool } from './link-pool.ts'
import { MysqlTransaction } from './transaction.ts'

const MAX_TRIES = 4
const DDL_TIMEOUT_MS = 3_600_000
const MIN_TIMEOUT_MS = 50

/** How long things may take, in milliseconds. */
export interface MysqlLimits {
  /** A statement or a transaction, waiting for a connection included. */
  readonly deadlineMs: number
  /** One answer of the server. */
  readonly queryMs: number
}

/**
 * One caller's view of the database. It takes a connection from the pool when the first statement needs one and keeps
 * it until it is released, so that a session is one session; but a connection that turns out to be dead before anything
 * ran on it is replaced without anybody noticing.
 */
export class MysqlConnection implements DatabaseConnection {
  readonly #pool: LinkPool
  readonly #limits: MysqlLimits
  #link: MysqlLink | undefined
  #hasHistory = false
  #transaction: MysqlTransaction | undefined

  constructor(pool: LinkPool, limits: MysqlLimits) {
    this.#pool = pool
    this.#limits = limits
  }

  async begin(statements: readonly string[]): Promise<void> {
    const until = this.#deadline()
    for (const statement of statements) {
      // Nothing has happened yet, so beginning twice is always safe.
      await this.#retrying(until, isConnectionLost, (link) => link.query(statement, [], this.#timeout(until)))
    }
    if (this.#link === undefined) throw new Error('A transaction needs a connection.')
    this.#transaction = new MysqlTransaction(this.#link, until)
  }

  async commit(): Promise<void> {
    await this.#transaction?.commit(this.#limits.queryMs)
  }

  async rollback(): Promise<void> {
    await this.#transaction?.rollback(this.#limits.queryMs)
  }

  /** Runs a savepoint command within the transaction. */
  async control(sql: string): Promise<void> {
    await this.#inTransaction().execute(sql, [], this.#limits.queryMs)
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    refuseTransactionControl(query)
    const parameters = guardParameters(query.parameters)
    if (this.#transaction !== undefined) {
      return this.#transaction.execute<Row>(query.sql, parameters, this.#limits.queryMs)
    }
    if (isDdl(query)) {
      // It takes as long as the table is long, and is repeated for as long as others use the table.
      const until = performance.now() + DDL_TIMEOUT_MS
      return this.#retrying(until, wasNeverSent, (link) => link.query<Row>(query.sql, parameters, DDL_TIMEOUT_MS))
    }
    const until = this.#deadline()
    return this.#retrying(until, isRead(query) ? isConnectionLost : wasNeverSent, (link) =>
      link.query<Row>(query.sql, parameters, this.#timeout(until)),
    )
  }

  // All at once, as on SQLite: an open cursor would keep the connection from everybody else while its reader dawdles.
  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query)
  }

  release(): void {
    this.#transaction?.abandon()
    this.#transaction = undefined
    this.#link?.release()
    this.#link = undefined
  }

  /** Runs it on this caller's connection, again on what the server undid, and on a fresh connection where that is safe. */
  async #retrying<Row>(
    until: number,
    mayRepeatWhenLost: (error: unknown) => boolean,
    run: (link: MysqlLink) => Promise<QueryResult<Row>>,
  ): Promise<QueryResult<Row>> {
    for (let tries = 1; ; tries++) {
      try {
        this.#link ??= await this.#pool.acquire(this.#timeout(until))
        const result = await run(this.#link)
        this.#hasHistory = true
        return result
      } catch (error) {
        // Without a link there is nothing that the server could have seen.
        const isReplaceable =
          !this.#hasHistory && isConnectionLost(error) && (this.#link === undefined || mayRepeatWhenLost(error))
        if (this.#link?.isGone && !this.#hasHistory) this.#link = undefined
        if (!isReplaceable && !isRetryable(error)) throw translate(error)
        if (tries >= MAX_TRIES || performance.now() >= until) throw unavailable(error)
        if (!isReplaceable) await pause(tries)
      }
    }
  }

  #inTransaction(): MysqlTransaction {
    if (this.#transaction === undefined) throw new Error('There is no transaction.')
    return this.#transaction
  }

  #deadline(): number {
    return performance.now() + this.#limits.deadlineMs
  }

  #timeout(until: number): number {
    return Math.max(MIN_TIMEOUT_MS, Math.min(this.#limits.queryMs, until - performance.now()))
  }
}
