import type { QueryResult } from 'kysely'
import { unavailable } from '../outcome.ts'
import { translate } from './errors.ts'
import type { SqliteSession } from './session.ts'
import type { WriteUnit } from './write-unit.ts'

/** One transaction: it holds the writer from its turn until it is released or rolled back, within its group's COMMIT. */
export class TransactionUnit implements WriteUnit {
  readonly waitsSince = performance.now()
  readonly #turn = Promise.withResolvers<void>()
  readonly #end = Promise.withResolvers<boolean>()
  readonly #durable = Promise.withResolvers<void>()
  readonly #holdMs: number
  #session: SqliteSession | undefined
  #timer: NodeJS.Timeout | undefined
  #ended: Error | undefined

  /** @param holdMs how long it may hold the writer, in milliseconds */
  constructor(holdMs: number) {
    this.#holdMs = holdMs
    // A unit that is never released has nobody who listens.
    this.#durable.promise.catch(() => {})
  }

  /** Resolves when the writer is its own. */
  get turn(): Promise<void> {
    return this.#turn.promise
  }

  run(session: SqliteSession): Promise<boolean> {
    try {
      session.execute('savepoint grantql_unit')
    } catch (error) {
      this.failed(translate(error))
      return this.#end.promise
    }
    this.#session = session
    this.#timer = setTimeout(() => this.#expire(), this.#holdMs)
    this.#turn.resolve()
    return this.#end.promise
  }

  execute<Row>(sql: string, parameters: readonly unknown[]): QueryResult<Row> {
    const session = this.#active()
    try {
      return session.execute<Row>(sql, parameters)
    } catch (error) {
      // A full disk or an I/O error ends the transaction of the whole group; the queue tells the others.
      if (!session.isInTransaction) this.#finish(false, unavailable(error))
      throw translate(error)
    }
  }

  /** Hands over the writer, and resolves when the group is durable. */
  release(): Promise<void> {
    this.#active().execute('release grantql_unit')
    this.#finish(true, new Error('The transaction is committed.'))
    return this.#durable.promise
  }

  /** Undoes the unit and nothing of its neighbours; nothing where it has ended already. */
  rollback(reason: Error = new Error('The transaction is rolled back.')): void {
    const session = this.#session
    if (session === undefined || this.#ended !== undefined) return
    try {
      session.execute('rollback to grantql_unit')
      session.execute('release grantql_unit')
    } catch {
      // The group is lost already, and this unit with it; the queue finds out by itself.
    }
    this.#finish(false, reason)
  }

  committed(): void {
    this.#durable.resolve()
  }

  failed(error: unknown): void {
    clearTimeout(this.#timer)
    this.#ended ??= unavailable(error)
    this.#turn.reject(error)
    this.#end.resolve(false)
    this.#durable.reject(error)
  }

  #active(): SqliteSession {
    if (this.#ended !== undefined) throw this.#ended
    if (this.#session === undefined) throw new Error('The transaction has not begun.')
    return this.#session
  }

  #expire(): void {
    this.rollback(unavailable(new Error(`A transaction held the writer for more than ${this.#holdMs} ms.`)))
  }

  #finish(hasSomethingToCommit: boolean, reason: Error): void {
    clearTimeout(this.#timer)
    this.#ended = reason
    this.#end.resolve(hasSomethingToCommit)
  }
}
