import type { QueryResult } from 'kysely'
import type { StorageLog } from './database.ts'
import { EXACT_COLLATIONS, type ExactCollation } from './mysql/facts.ts'

/** Runs SQL on the one connection that is tested. */
export type RunStatement = <Row>(sql: string, values?: readonly unknown[]) => Promise<QueryResult<Row>>

const MAX_CLOCK_DIFFERENCE_MS = 5_000
const SAMPLES = ['abc', 'abc ', 'ABC', 'ábc', '😀', '😁']
const TOO_LONG = 'x'.repeat(21)
const DATA_TOO_LONG = 1406

interface ServerSettings {
  engine: string
  isolation: string
  nowMillis: number | string
  isDurable: number
}

/**
 * Refuses a MySQL or MariaDB server that would lose or confuse data: it writes to a temporary table and reads it back
 * through a connection that was set up as all of them are.
 *
 * @returns the collation in which strings are compared byte for byte on this server
 * @throws {Error} with a sentence about what is wrong
 */
export async function selfTest(run: RunStatement, log?: StorageLog): Promise<ExactCollation> {
  const collation = await findExactCollation(run)
  await checkSettings(run, log)
  await run('drop temporary table if exists grantql_self_test')
  await run(
    `create temporary table grantql_self_test (value varchar(20) character set utf8mb4 collate ${collation} primary key)`,
  )
  await checkStrings(run)
  await checkStrictness(run)
  await run('drop temporary table grantql_self_test')
  return collation
}

async function findExactCollation(run: RunStatement): Promise<ExactCollation> {
  const { rows } = await run<{ name: string }>(
    `select collation_name as name from information_schema.collations where collation_name in (?, ?)`,
    EXACT_COLLATIONS,
  )
  const found = EXACT_COLLATIONS.find((collation) => rows.some((row) => row.name === collation))
  if (found === undefined) {
    throw refusal(`knows neither ${EXACT_COLLATIONS.join(' nor ')}`, 'Use MariaDB 10.6 or MySQL 8.0.17, or newer.')
  }
  return found
}

async function checkSettings(run: RunStatement, log: StorageLog | undefined): Promise<void> {
  const { rows: variables } = await run<{ Variable_name: string; Value: string }>(
    `show variables where variable_name in ('tx_isolation', 'transaction_isolation')`,
  )
  const { rows } = await run<ServerSettings>(
    `select @@default_storage_engine as engine, @@innodb_flush_log_at_trx_commit = 1 as isDurable,
       round(unix_timestamp(now(3)) * 1000) as nowMillis`,
  )
  const settings = rows[0]
  if (settings === undefined) throw refusal('does not tell its settings', 'Is it MySQL or MariaDB?')
  if (settings.engine !== 'InnoDB') {
    throw refusal(`makes ${settings.engine} tables, which have no transactions`, 'Set default_storage_engine=InnoDB.')
  }
  if (variables.some(({ Value }) => Value !== 'READ-COMMITTED')) {
    throw refusal('does not give READ COMMITTED transactions', 'Is there a proxy that drops session settings?')
  }
  const differenceMs = Math.abs(Number(settings.nowMillis) - Date.now())
  if (differenceMs > MAX_CLOCK_DIFFERENCE_MS) {
    log?.warn({ differenceMs }, "The database server's clock and ours differ by more than 5 seconds.")
  }
  if (Number(settings.isDurable) !== 1) {
    log?.warn({}, 'innodb_flush_log_at_trx_commit is not 1: a crash of the database server may lose issued tokens.')
  }
}

async function checkStrings(run: RunStatement): Promise<void> {
  try {
    for (const sample of SAMPLES) await run('insert into grantql_self_test (value) values (?)', [sample])
    for (const sample of SAMPLES) {
      const { rows } = await run<{ value: string }>('select value from grantql_self_test where value = ?', [sample])
      if (rows.length !== 1 || rows[0]?.value !== sample) throw new Error('Another string came back.')
    }
  } catch (error) {
    throw refusal('does not keep strings as they are', 'Is the connection in utf8mb4?', error)
  }
}

async function checkStrictness(run: RunStatement): Promise<void> {
  try {
    await run('insert into grantql_self_test (value) values (?)', [TOO_LONG])
  } catch (error) {
    if ((error as { errno?: unknown }).errno === DATA_TOO_LONG) return
    throw error
  }
  throw refusal('cuts strings that are too long', 'Is there a proxy that drops session settings, such as sql_mode?')
}

function refusal(what: string, hint: string, cause?: unknown): Error {
  return new Error(`This database server ${what}. ${hint}`, { cause })
}
