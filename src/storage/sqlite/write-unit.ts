import type { QueryResult } from 'kysely'
import { translate } from './errors.ts'
import type { SqliteSession } from './session.ts'

/** What waits for the writer: one statement, or one transaction. */
export interface WriteUnit {
  /** By `performance.now()`. */
  readonly waitsSince: number
  /** Does its part of the group, and tells whether there is something of it to commit. */
  run(session: SqliteSession): boolean | Promise<boolean>
  /** Its part is durable. */
  committed(): void
  /** It never had its turn, or all of its group is lost. */
  failed(error: unknown): void
}

/** One write outside of any transaction. */
export class StatementUnit<Row> implements WriteUnit {
  readonly waitsSince = performance.now()
  readonly #settled = Promise.withResolvers<QueryResult<Row>>()
  readonly #sql: string
  readonly #parameters: readonly unknown[]
  #result: QueryResult<Row> | undefined

  constructor(sql: string, parameters: readonly unknown[]) {
    this.#sql = sql
    this.#parameters = parameters
  }

  get result(): Promise<QueryResult<Row>> {
    return this.#settled.promise
  }

  // Without a savepoint: a statement that fails undoes itself, and there is nothing else in the unit.
  run(session: SqliteSession): boolean {
    try {
      this.#result = session.execute<Row>(this.#sql, this.#parameters)
      return true
    } catch (error) {
      this.#settled.reject(translate(error))
      return false
    }
  }

  committed(): void {
    if (this.#result !== undefined) this.#settled.resolve(this.#result)
  }

  failed(error: unknown): void {
    this.#settled.reject(error)
  }
}
