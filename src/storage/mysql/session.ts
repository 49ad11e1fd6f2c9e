import type { QueryResult } from 'kysely'

export type RunSql = <Row>(sql: string) => Promise<QueryResult<Row>>

// Setting all of it also takes out what would change the meaning of our SQL: ANSI_QUOTES, NO_BACKSLASH_ESCAPES (under
// which the client's escaping would be wrong), PIPES_AS_CONCAT.
export const SQL_MODE =
  'STRICT_ALL_TABLES,STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO'

const LOCK_WAIT_SECONDS = 3

/** Sets up a new connection before its first use, whatever the server's defaults are. */
export async function prepareSession(run: RunSql): Promise<void> {
  await run('set names utf8mb4')
  await run(
    `set session sql_mode = '${SQL_MODE}', session time_zone = '+00:00', session autocommit = 1, ` +
      // The second is for a schema that somebody is changing: whoever waits for that makes all others wait.
      `session innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}, session lock_wait_timeout = ${LOCK_WAIT_SECONDS}`,
  )
  await run('set session transaction isolation level read committed')
  const { rows } = await run<{ Value: string }>(`show variables like 'wsrep_on'`)
  // Galera reads are stale by default, guarded updates included: a code that was approved on one node a moment ago would
  // be unknown on another. 7 makes reads, updates and inserts wait until the node has caught up.
  if (rows[0]?.Value === 'ON') await run('set session wsrep_sync_wait = 7')
}
