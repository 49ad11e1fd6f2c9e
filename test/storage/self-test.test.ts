import { type Connection, createConnection } from 'mysql2/promise'
import { afterEach, expect, it } from 'vitest'
import { type RunStatement, selfTest } from '../../src/storage/self-test.ts'
import { describeDatabase } from '../support/database.ts'

describeDatabase('mariadb', 'the self-test', (_open, { url }) => {
  const connections: Connection[] = []
  afterEach(async () => {
    for (const connection of connections.splice(0)) await connection.end()
  })

  /** A connection as it should be set up, and then one thing about it that is not. */
  async function spoilt(statement = 'do 0'): Promise<RunStatement> {
    const connection = await createConnection({ uri: await url(), charset: 'utf8mb4' })
    connections.push(connection)
    await connection.query(`set session sql_mode = 'STRICT_ALL_TABLES'`)
    await connection.query('set session transaction isolation level read committed')
    await connection.query(statement)
    return async <Row>(sql: string, values: readonly unknown[] = []) => {
      const [rows] = await connection.query(sql, [...values])
      return { rows: (Array.isArray(rows) ? rows : []) as Row[] }
    }
  }

  it('names the collation that is exact', async () => {
    expect(await selfTest(await spoilt())).toBe('utf8mb4_nopad_bin')
  })

  it('leaves nothing behind, and can run twice on one connection', async () => {
    const run = await spoilt()
    await selfTest(run)
    await selfTest(run)
  })

  it('refuses a connection in latin1, which loses characters', async () => {
    await expect(selfTest(await spoilt('set names latin1'))).rejects.toThrow('does not keep strings as they are')
  })

  it('refuses a server that is not strict, which cuts strings', async () => {
    await expect(selfTest(await spoilt(`set session sql_mode = ''`))).rejects.toThrow('cuts strings that are too long')
  })

  it('refuses an engine without transactions', async () => {
    const run = await spoilt('set session default_storage_engine = MyISAM')
    await expect(selfTest(run)).rejects.toThrow('makes MyISAM tables')
  })

  it('refuses another isolation level', async () => {
    const run = await spoilt('set session transaction isolation level read uncommitted')
    await expect(selfTest(run)).rejects.toThrow('READ COMMITTED')
  })

  it('warns where the clocks differ', async () => {
    const warnings: string[] = []
    const log = { info: () => {}, warn: (_fields: object, message: string) => warnings.push(message) }
    await selfTest(await spoilt(), log)
    expect(warnings).toEqual([])
    await selfTest(await spoilt('set session timestamp = 1000000000'), log)
    expect(warnings).toEqual([expect.stringContaining('clock')])
  })
})

describeDatabase('mariadb', 'a session', (open) => {
  it('is set up on every connection of the pool, whatever the defaults are', async () => {
    const { db } = await open({ migrations: {} })
    const rows = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const { sql } = await import('kysely')
        const found = await sql<Record<string, unknown>>`
          select @@sql_mode as mode, @@tx_isolation as isolation, @@time_zone as zone,
            @@character_set_client as client, @@innodb_lock_wait_timeout as wait, sleep(0.05)`.execute(db)
        return found.rows[0]
      }),
    )
    for (const row of rows) {
      expect(row).toMatchObject({ isolation: 'READ-COMMITTED', zone: '+00:00', client: 'utf8mb4', wait: 3 })
      expect(row?.mode).toContain('STRICT_ALL_TABLES')
      expect(row?.mode).not.toMatch(/ANSI|BACKSLASH|IGNORE_SPACE/)
    }
  })
})
