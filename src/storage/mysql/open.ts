import { Kysely, MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler } from 'kysely'
import { createPool } from 'mysql2'
import type { OpenOptions } from '../database.ts'
import type { OpenedDialect } from '../open-database.ts'
import { someCause } from '../outcome.ts'
import { selfTest } from '../self-test.ts'
import type { CoreTables } from '../tables.ts'
import { MysqlDriver } from './driver.ts'
import { translate } from './errors.ts'
import { mysqlFacts } from './facts.ts'
import { LinkPool } from './link-pool.ts'
import { toPoolOptions } from './pool-options.ts'

const DEFAULT_POOL_SIZE = 10
const QUERY_SHARE_OF_DEADLINE = 0.8
const SELF_TEST_TIMEOUT_MS = 10_000

/** Opens a MySQL or MariaDB database, after the self-test said that it keeps what it is given. */
export async function openMysql(
  url: string,
  { deadlineMs, poolSize = DEFAULT_POOL_SIZE, log }: OpenOptions & { readonly deadlineMs: number },
): Promise<OpenedDialect> {
  const pool = new LinkPool(createPool(toPoolOptions(url, poolSize)), poolSize)
  try {
    const link = await pool.acquire(deadlineMs)
    const collation = await selfTest((sql, values = []) => link.query(sql, values, SELF_TEST_TIMEOUT_MS), log)
    link.release()
    const driver = new MysqlDriver(pool, { deadlineMs, queryMs: deadlineMs * QUERY_SHARE_OF_DEADLINE })
    const db = new Kysely<CoreTables>({
      dialect: {
        createDriver: () => driver,
        createQueryCompiler: () => new MysqlQueryCompiler(),
        createAdapter: () => new LeasedMysqlAdapter(),
        createIntrospector: (db) => new MysqlIntrospector(db),
      },
    })
    return { db, dialect: mysqlFacts(collation), close: () => pool.close() }
  } catch (error) {
    await pool.close()
    throw explain(error)
  }
}

class LeasedMysqlAdapter extends MysqlAdapter {
  // GET_LOCK is per node on Galera; the lease row of `migrate` takes its place.
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

const REFUSALS: ReadonlyMap<unknown, string> = new Map([
  ['ER_ACCESS_DENIED_ERROR', 'The database refused the user name or the password of the database URL.'],
  ['ER_DBACCESS_DENIED_ERROR', 'The user of the database URL may not use that database.'],
  ['ER_BAD_DB_ERROR', 'The server of the database URL has no database of that name. Create it first.'],
])

function explain(error: unknown): unknown {
  let sentence: string | undefined
  someCause(error, (cause) => {
    sentence ??= REFUSALS.get((cause as { code?: unknown }).code)
    return sentence !== undefined
  })
  return sentence === undefined ? translate(error) : new Error(sentence)
}
