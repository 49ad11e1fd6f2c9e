import type { QueryResult } from 'kysely'
import { OutcomeUnknown, Undone, unavailable } from '../outcome.ts'
import { isConnectionLost, isRetryable, isUnavailable, leavesCommitOpen } from './errors.ts'
import type { MysqlLink } from './link.ts'

const MIN_TIMEOUT_MS = 50
// To give up on a COMMIT is to not know what happened, so it is given a little time even after the deadline.
const MIN_COMMIT_TIMEOUT_MS = 1_000

/** One open transaction on one connection. */
export class MysqlTransaction {
  readonly #link: MysqlLink
  readonly #until: number
  readonly #timer: NodeJS.Timeout
  #doom: unknown
  #isEnded = false

  /** @param until the deadline by `performance.now()`: then the connection is closed and the server rolls back */
  constructor(link: MysqlLink, until: number) {
    this.#link = link
    this.#until = until
    this.#timer = setTimeout(() => this.#expire(), until - performance.now())
  }

  async execute<Row>(sql: string, values: readonly unknown[], queryMs: number): Promise<QueryResult<Row>> {
    if (this.#doom !== undefined) throw this.#doom
    try {
      return await this.#link.query<Row>(sql, values, Math.max(MIN_TIMEOUT_MS, Math.min(queryMs, this.#left())))
    } catch (error) {
      throw this.#judge(error)
    }
  }

  async commit(queryMs: number): Promise<void> {
    if (this.#doom !== undefined) throw this.#doom
    clearTimeout(this.#timer)
    try {
      await this.#link.query('commit', [], Math.max(MIN_COMMIT_TIMEOUT_MS, Math.min(queryMs, this.#left())))
      this.#isEnded = true
    } catch (error) {
      if (!leavesCommitOpen(error)) throw this.#judge(error)
      this.#link.discard()
      this.#doom = unavailable(new OutcomeUnknown('The connection was lost at COMMIT.', { cause: error }))
      throw this.#doom
    }
  }

  /** Never throws: a connection that cannot roll back is closed, which does the same. */
  async rollback(queryMs: number): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#isEnded || this.#link.isGone) return
    try {
      await this.#link.query('rollback', [], queryMs)
      this.#isEnded = true
    } catch {
      this.#link.discard()
    }
  }

  /** Makes sure that nothing open goes back to the pool. */
  abandon(): void {
    clearTimeout(this.#timer)
    if (!this.#isEnded) this.#link.discard()
  }

  #left(): number {
    return this.#until - performance.now()
  }

  // After a deadlock the server has rolled everything back, and the next statement would commit by itself, outside of
  // any transaction. So from the first such error on nothing more is sent, also where the caller swallows it.
  #judge(error: unknown): unknown {
    if (isConnectionLost(error)) {
      this.#doom ??= unavailable(new Undone('The connection was lost within a transaction.', { cause: error }))
      return this.#doom
    }
    if (!isRetryable(error) && !isUnavailable(error)) return error
    this.#doom ??= unavailable(error)
    return this.#doom
  }

  #expire(): void {
    this.#doom ??= unavailable(new Error('A transaction held its connection until the deadline.'))
    this.#link.discard()
  }
}
