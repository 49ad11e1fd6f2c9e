import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import { guardParameters, isRead, refuseTransactionControl } from '../guard.ts'
import { unavailable } from '../outcome.ts'
import { pause } from '../pause.ts'
import { isBusy, isRetryable, translate } from './errors.ts'
import type { GroupCommit } from './group-commit.ts'
import type { SqliteSession } from './session.ts'
import { TransactionUnit } from './transaction-unit.ts'
import { StatementUnit } from './write-unit.ts'

const MAX_TRIES = 3
const MAX_PAUSE_MS = 4

/** What all connections of one database share. */
export interface SqliteFile {
  /** Reads committed data only. Undefined in memory, where there is one connection: reads go between the groups. */
  readonly reader: SqliteSession | undefined
  readonly writer: SqliteSession
  readonly queue: GroupCommit
  readonly deadlineMs: number
}

/** One caller's view of the database: reads at once, writes through the queue, a transaction where one was begun. */
export class SqliteConnection implements DatabaseConnection {
  readonly #file: SqliteFile
  #unit: TransactionUnit | undefined

  constructor(file: SqliteFile) {
    this.#file = file
  }

  get unit(): TransactionUnit {
    if (this.#unit === undefined) throw new Error('There is no transaction.')
    return this.#unit
  }

  async begin(): Promise<void> {
    // Half of the deadline, so that those who wait behind a transaction that never ends still have their turn in time.
    this.#unit = new TransactionUnit(this.#file.deadlineMs / 2)
    this.#file.queue.add(this.#unit)
    await this.#unit.turn
  }

  end(): void {
    this.#unit?.rollback()
    this.#unit = undefined
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    refuseTransactionControl(query)
    const parameters = guardParameters(query.parameters)
    if (this.#unit !== undefined) return this.#unit.execute<Row>(query.sql, parameters)
    return isRead(query) ? this.#read<Row>(query.sql, parameters) : this.#write<Row>(query.sql, parameters)
  }

  // All at once: an open cursor would keep a snapshot alive for as long as its reader dawdles, and the log with it.
  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query)
  }

  async #read<Row>(sql: string, parameters: readonly unknown[]): Promise<QueryResult<Row>> {
    const { reader, writer, queue, deadlineMs } = this.#file
    const until = performance.now() + deadlineMs
    for (let tries = 1; ; tries++) {
      if (reader === undefined) await queue.betweenGroups()
      try {
        return (reader ?? writer).execute<Row>(sql, parameters)
      } catch (error) {
        if (!isBusy(error)) throw translate(error)
        if (performance.now() >= until) throw unavailable(error)
        await pause(tries, MAX_PAUSE_MS)
      }
    }
  }

  async #write<Row>(sql: string, parameters: readonly unknown[]): Promise<QueryResult<Row>> {
    for (let tries = 1; ; tries++) {
      const unit = new StatementUnit<Row>(sql, parameters)
      this.#file.queue.add(unit)
      try {
        return await unit.result
      } catch (error) {
        if (tries >= MAX_TRIES || !isRetryable(error)) throw error
        await pause(tries)
      }
    }
  }
}
