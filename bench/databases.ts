import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMariadb } from '../test/support/mariadb.ts'

export const DATABASE_NAMES = ['sqlite', 'mariadb'] as const
export type DatabaseName = (typeof DATABASE_NAMES)[number]

/** Fresh databases for one measurement each. */
export interface Databases {
  /** The URL of an empty one. */
  fresh(name: DatabaseName): Promise<string>
  /** Ends what was started, and deletes all. */
  close(): Promise<void>
}

/** SQLite in files of a temporary folder; MariaDB as a private server, which starts when it is first needed. */
export function openDatabases(): Databases {
  const folder = mkdtempSync(join(tmpdir(), 'grantql-bench-'))
  let mariadb: ReturnType<typeof startMariadb> | undefined
  return {
    async fresh(name) {
      const database = `bench_${randomBytes(4).toString('hex')}`
      if (name === 'sqlite') return `sqlite:${join(folder, `${database}.db`)}`
      mariadb ??= startMariadb()
      const server = await mariadb
      await server.createDatabase(database)
      return server.url(database)
    },
    async close() {
      await (await mariadb)?.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
