import type { Kysely, Transaction } from 'kysely'
import type { DialectFacts } from './dialect.ts'
import type { CoreTables } from './tables.ts'

export interface TransactionOptions<Tables, T> {
  /**
   * Looks up on a fresh connection whether an earlier try was committed, after the connection was lost at COMMIT:
   * a value means yes and is returned, undefined means no. It may be asked more than once.
   */
  readonly settle?: (db: Kysely<Tables>) => Promise<T | undefined>
}

/** One open database: typed queries, its dialect's facts, and units of work that survive contention. */
export interface Database<Tables = CoreTables> {
  /** Usable as any Kysely: single statements and `db.transaction()`. Prefer {@link Database.transaction}: it retries. */
  readonly db: Kysely<Tables>
  readonly dialect: DialectFacts
  /**
   * Runs `work` in a transaction, and all of it again (up to 8 times, with jitter) on a deadlock, a lock wait timeout,
   * Galera's "not prepared" or a busy SQLite, also when these come at COMMIT. So `work` must have no effect outside the
   * database, must use only the transaction that it is given, and must not await anything foreign.
   *
   * @returns what `work` returned, once it is durable
   * @throws {TemporarilyUnavailable} when the tries or the deadline (5 s by default) run out, or when the connection is
   * lost at COMMIT and there is no `settle`
   * @throws whatever `work` throws, unchanged, after a rollback
   */
  transaction<T>(work: (trx: Transaction<Tables>) => Promise<T>, options?: TransactionOptions<Tables, T>): Promise<T>
  /**
   * Does a real guarded write, for readiness checks.
   *
   * @throws {TemporarilyUnavailable} when the database is away, read-only or stuck for longer than the deadline
   */
  probe(): Promise<void>
  /** Finishes what is under way and closes every connection. */
  close(): Promise<void>
}

/** What the storage has to tell the operator; a pino logger fits. */
export interface StorageLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** How a database is opened. */
export interface OpenOptions {
  /** Defaults to silence. */
  readonly log?: StorageLog
  /** How many connections to a database server at most. Defaults to 10. SQLite has no pool. */
  readonly poolSize?: number
  /** Milliseconds that a statement or a unit of work may take, waiting included. Defaults to 5000. */
  readonly deadlineMs?: number
}

export const DEFAULT_DEADLINE_MS = 5000
