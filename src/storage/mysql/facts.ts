import { sql } from 'kysely'
import type { DialectFacts } from '../dialect.ts'
import { isAlreadyThere, isDuplicateKey, isRetryable, isUnavailable } from './errors.ts'

/**
 * The collations in which nothing but the same bytes is equal, in order of preference: MariaDB's and MySQL 8's.
 * `utf8mb4_bin` is not one of them: it pads, so that 'abc' equals 'abc '.
 */
export const EXACT_COLLATIONS = ['utf8mb4_nopad_bin', 'utf8mb4_0900_bin'] as const
export type ExactCollation = (typeof EXACT_COLLATIONS)[number]

/** What this MySQL or MariaDB server is like. */
export function mysqlFacts(collation: ExactCollation): DialectFacts {
  const exact = sql.raw(`character set utf8mb4 collate ${collation}`)
  return {
    name: 'mysql',
    isDuplicateKey,
    isRetryable,
    isUnavailable,
    isAlreadyThere,
    supportsTransactionalDdl: false,
    columns: {
      id: sql`varchar(64) ${exact}`,
      name: (length) => sql`varchar(${sql.lit(length)}) ${exact}`,
      key: sql`varbinary(38)`,
      hash: sql`binary(32)`,
      // Not JSON: on MySQL that type rewrites the text and comes back as an object, on MariaDB neither.
      json: sql`longtext ${exact}`,
      millis: sql`bigint`,
      integer: sql`int`,
      binary: sql`blob`,
    },
    tableOptions: sql`engine = InnoDB ${exact}`,
  }
}
