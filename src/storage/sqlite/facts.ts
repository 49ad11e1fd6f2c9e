import { sql } from 'kysely'
import type { DialectFacts } from '../dialect.ts'
import { isAlreadyThere, isDuplicateKey, isRetryable, isUnavailable } from './errors.ts'

const text = sql`text`
const blob = sql`blob`
const integer = sql`integer`

/** What SQLite is like. Its strings compare byte for byte unless a column says otherwise, and none of ours does. */
export const SQLITE_FACTS: DialectFacts = {
  name: 'sqlite',
  isDuplicateKey,
  isRetryable,
  isUnavailable,
  isAlreadyThere,
  supportsTransactionalDdl: true,
  columns: {
    id: text,
    // SQLite bounds no length; whoever accepts the string does.
    name: () => text,
    key: blob,
    hash: blob,
    json: text,
    millis: integer,
    integer,
    binary: blob,
  },
  // STRICT refuses a value of another type, as MySQL's strict mode does; WITHOUT ROWID keeps one tree per table, not two.
  tableOptions: sql`strict, without rowid`,
}
