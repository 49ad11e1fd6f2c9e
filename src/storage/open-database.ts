import type { Kysely } from 'kysely'
import { type Database, DEFAULT_DEADLINE_MS, type OpenOptions } from './database.ts'
import type { DialectFacts } from './dialect.ts'
import { openMysql } from './mysql/open.ts'
import { probeDatabase } from './probe.ts'
import { openSqlite } from './sqlite/open.ts'
import type { CoreTables } from './tables.ts'
import { runUnitOfWork } from './unit-of-work.ts'

/** What a dialect's own `open` hands over. */
export interface OpenedDialect {
  readonly db: Kysely<CoreTables>
  readonly dialect: DialectFacts
  close(): Promise<void>
}

/**
 * Opens the database that the URL names: `sqlite:./data/grantql.db` (its folder is made where it is missing),
 * `sqlite::memory:`, or `mysql://user:password@host:3306/name` (also `mariadb://`; `?ssl=true` and `?ssl-ca=path` turn
 * TLS on). It does not migrate.
 *
 * @throws {Error} whose sentence says what is wrong with the URL or the server, and never repeats the password
 * @throws {TemporarilyUnavailable} when the server cannot be reached
 */
export async function openDatabase(url: string, options: OpenOptions = {}): Promise<Database> {
  const deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS
  const { db, dialect, close } = await openDialect(url, { ...options, deadlineMs })
  let closed: Promise<void> | undefined
  return {
    db,
    dialect,
    transaction: (work, { settle } = {}) =>
      runUnitOfWork({ db, dialect, deadlineMs, work, ...(settle === undefined ? {} : { settle }) }),
    probe: () => probeDatabase(db, dialect),
    close() {
      closed ??= close()
      return closed
    },
  }
}

function openDialect(url: string, options: OpenOptions & { readonly deadlineMs: number }): Promise<OpenedDialect> {
  const scheme = /^([a-z]+):/.exec(url)?.[1]
  switch (scheme) {
    case 'sqlite':
      return openSqlite(url.slice('sqlite:'.length), options)
    case 'mysql':
    case 'mariadb':
      return openMysql(url, options)
    default:
      throw new Error('A database URL starts with sqlite:, mysql: or mariadb:, such as sqlite:./data/grantql.db.')
  }
}
