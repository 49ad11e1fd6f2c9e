import type { RawBuilder } from 'kysely'

type ColumnType = RawBuilder<unknown>

/** The column types of this database, for migrations. Strings compare byte for byte, without padding, in all of them. */
export interface ColumnTypes {
  /** An id of ours: up to 64 characters. */
  readonly id: ColumnType
  /** A short string of at most `length` characters; it can be indexed up to 700. */
  name(length: number): ColumnType
  /** Time ‖ SHA-256, or SHA-256 alone: up to 38 bytes. Made for primary keys. */
  readonly key: ColumnType
  /** A SHA-256: 32 bytes. */
  readonly hash: ColumnType
  /** JSON as text: parsed and printed by the code that owns the row. */
  readonly json: ColumnType
  /** Milliseconds since the epoch. */
  readonly millis: ColumnType
  readonly integer: ColumnType
  /** Up to 64 KiB of bytes. It cannot be indexed. */
  readonly binary: ColumnType
}

/** Named facts of one database, so that nobody outside the storage asks which database it is. */
export interface DialectFacts {
  readonly name: 'sqlite' | 'mysql'
  /** True where a row with the same primary or unique key exists: for an INSERT that decides who was first. */
  isDuplicateKey(error: unknown): boolean
  /** True where the database kept nothing of a unit of work and would likely accept it a moment later. */
  isRetryable(error: unknown): boolean
  /** True where the database is away, stuck, full, read-only or too busy: a 503, never a verdict on what was asked. */
  isUnavailable(error: unknown): boolean
  /** True where a DDL statement failed because the index, column or table exists: how a step runs a second time. */
  isAlreadyThere(error: unknown): boolean
  /** SQLite rolls DDL back with its transaction; MySQL commits before and after each DDL statement, whatever we ask. */
  readonly supportsTransactionalDdl: boolean
  readonly columns: ColumnTypes
  /** What ends CREATE TABLE here: type checks and clustering by primary key, or the engine that has both. */
  readonly tableOptions: RawBuilder<unknown>
}
