import type { QueryResult } from 'kysely'
import type { PoolConnection } from 'mysql2'
import { QueryDeadline, shouldLeaveServer, withoutValues } from './errors.ts'

/** What the server answers to a statement without rows. */
interface ResultHeader {
  readonly affectedRows: number
  readonly changedRows?: number
  readonly insertId: number | string
}

/** One connection of the pool, with a deadline for each query. */
export class MysqlLink {
  /** By `performance.now()`. */
  lastUsedAt = performance.now()
  readonly #raw: PoolConnection
  readonly #onUnfit: () => void
  #isGone = false

  /** @param onUnfit told once when the server behind this connection is not one to talk to any more */
  constructor(raw: PoolConnection, onUnfit: () => void) {
    this.#raw = raw
    this.#onUnfit = onUnfit
    // The pool takes a broken connection out by itself; without a listener the error would end the process.
    raw.on('error', () => {
      this.#isGone = true
    })
  }

  get isGone(): boolean {
    return this.#isGone
  }

  /**
   * Runs one statement.
   *
   * @param timeoutMs after which the connection is destroyed, for its state is unknown
   * @throws {QueryDeadline} then; otherwise whatever the server or the network says, without values
   */
  query<Row>(sql: string, values: readonly unknown[], timeoutMs: number): Promise<QueryResult<Row>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const error = new QueryDeadline(`The database did not answer within ${Math.round(timeoutMs)} ms.`)
        this.#leave()
        reject(error)
      }, timeoutMs)
      this.#raw.query(sql, values as unknown[], (error, result) => {
        clearTimeout(timer)
        this.lastUsedAt = performance.now()
        if (error === null) return resolve(toQueryResult<Row>(result))
        if (shouldLeaveServer(error)) this.#leave()
        reject(withoutValues(error, sql))
      })
    })
  }

  release(): void {
    if (!this.#isGone) this.#raw.release()
  }

  /** Closes it without a word: the server rolls back what was open. */
  discard(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#raw.destroy()
  }

  #leave(): void {
    this.discard()
    this.#onUnfit()
  }
}

function toQueryResult<Row>(result: unknown): QueryResult<Row> {
  if (Array.isArray(result)) return { rows: result as Row[] }
  const { affectedRows, changedRows, insertId } = result as ResultHeader
  return {
    rows: [],
    numAffectedRows: BigInt(affectedRows),
    ...(changedRows === undefined ? {} : { numChangedRows: BigInt(changedRows) }),
    ...(insertId === 0 ? {} : { insertId: BigInt(insertId) }),
  }
}
