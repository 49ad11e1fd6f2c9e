import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, describe, inject, it } from 'vitest'
import { coreMigrations } from '../../migrations/index.ts'
import type { Database, OpenOptions } from '../../src/storage/database.ts'
import { type MigrationStep, migrate } from '../../src/storage/migrate.ts'
import { openDatabase } from '../../src/storage/open-database.ts'
import { isSqliteOnly } from './global-setup.ts'
import { createDatabaseAt } from './mariadb.ts'

export interface TestDatabase {
  readonly name: 'sqlite' | 'mariadb'
  /** The URL of a fresh, empty database. */
  url(): Promise<string>
}

const freshName = () => `test_${randomBytes(6).toString('hex')}`

const sqlite: TestDatabase = {
  name: 'sqlite',
  url: async () => `sqlite:${join(inject('testFolder'), `${freshName()}.db`)}`,
}

const mariadb: TestDatabase = {
  name: 'mariadb',
  async url() {
    const adminUrl = inject('mariadbUrl')
    if (adminUrl === undefined) throw new Error('There is no MariaDB for the tests.')
    const name = freshName()
    await createDatabaseAt(adminUrl, name)
    return adminUrl.replace(/[^/]+$/, name)
  },
}

/** The databases that every test of a rule runs on. */
export const databases: readonly TestDatabase[] = isSqliteOnly() ? [sqlite] : [sqlite, mariadb]

export interface OpenForTest extends OpenOptions {
  /** Defaults to a fresh, empty database. */
  readonly url?: string
  /** The steps to migrate by. Defaults to the core tables; {} leaves the database empty. */
  readonly migrations?: Record<string, MigrationStep>
}

/** Opens and migrates a database. It is closed when the tests of the suite or file are through. */
export type OpenTestDatabase = (options?: OpenForTest) => Promise<Database>

/**
 * Declares the same tests for each database; the name of the database becomes a part of their names.
 *
 * @example
 * describeEachDatabase('a claim', (open) => {
 *   it('has one winner', async () => {
 *     const { db } = await open()
 *   })
 * })
 */
export function describeEachDatabase(
  title: string,
  declare: (open: OpenTestDatabase, database: TestDatabase) => void,
): void {
  for (const database of databases) declareSuite(database, title, declare)
}

/** Declares tests of what only one database does. A quick run that leaves that database out shows them as skipped. */
export function describeDatabase(
  name: TestDatabase['name'],
  title: string,
  declare: (open: OpenTestDatabase, database: TestDatabase) => void,
): void {
  const database = databases.find((each) => each.name === name)
  if (database === undefined) describe.skip(title, () => it(`needs ${name}`, () => {}))
  else declareSuite(database, title, declare)
}

function declareSuite(
  database: TestDatabase,
  title: string,
  declare: (open: OpenTestDatabase, database: TestDatabase) => void,
): void {
  describe(`${title} (${database.name})`, () => {
    const opened: Database[] = []
    afterAll(async () => {
      for (const each of opened.splice(0)) await each.close()
    })
    declare(async ({ url, migrations = coreMigrations, ...options } = {}) => {
      const each = await openDatabase(url ?? (await database.url()), options)
      opened.push(each)
      if (Object.keys(migrations).length > 0) await migrate(each, migrations)
      return each
    }, database)
  })
}
