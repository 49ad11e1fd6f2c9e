import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { afterAll, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { coreMigrations } from '../../migrations/index.ts'
import { refuseUnfinished } from '../../src/cli/transfer/marker.ts'
import type { Progress } from '../../src/cli/transfer/progress.ts'
import { runTransfer, type TransferOptions } from '../../src/cli/transfer/run-transfer.ts'
import { openSnapshot } from '../../src/cli/transfer/source.ts'
import { CORE_TABLES } from '../../src/config/core-claims.ts'
import type { Database } from '../../src/storage/database.ts'
import { type MigrationStep, migrate } from '../../src/storage/migrate.ts'
import { openDatabase } from '../../src/storage/open-database.ts'
import { createTable } from '../../src/storage/schema-steps.ts'
import { databases } from '../support/database.ts'

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000 })

const TOY_MIGRATIONS: Record<string, MigrationStep> = {
  ...coreMigrations,
  'toy/0001-pair': {
    async up(db, { name, integer, binary, json }, dialect) {
      await createTable(db, dialect, 'toy_pair')
        .addColumn('left', name(100), (column) => column.notNull())
        .addColumn('right', integer, (column) => column.notNull())
        .addColumn('bytes', binary)
        .addColumn('json', json)
        .addPrimaryKeyConstraint('toy_pair_pk', ['left', 'right'])
        .execute()
    },
  },
}
const TABLES = ['user', 'setting', 'audit_event', 'toy_pair']
const opened: Database[] = []
afterAll(async () => {
  for (const each of opened) await each.close()
})

async function open(url: string): Promise<Database> {
  const database = await openDatabase(url)
  opened.push(database)
  return database
}

/** A new SQLite deployment, as a path. */
async function makeSource(): Promise<string> {
  const path = `${inject('testFolder')}/transfer-${crypto.randomUUID()}.db`
  await migrate(await open(`sqlite:${path}`), TOY_MIGRATIONS)
  return path
}

describe('the tables that a transfer takes along', () => {
  it('are all of core but those of the moment', async () => {
    const view = openSnapshot(await makeSource())
    const left = view.tables().filter((name) => !(CORE_TABLES as readonly string[]).includes(name))
    view.close()
    expect(left.sort()).toEqual(['kysely_migration', 'kysely_migration_lock', 'toy_pair'])
  })
})

describe.each(databases.filter(({ name }) => name === 'mariadb'))('runTransfer into $name', (database) => {
  let path: string
  let source: DatabaseSync
  let target: Database
  let notes: Record<string, () => unknown>

  beforeEach(async () => {
    path = await makeSource()
    source = new DatabaseSync(path, { timeout: 2_000 })
    target = await open(await database.url())
    notes = {}
  })

  const progress: Progress = {
    begin: () => undefined,
    table: (name) => notes[name]?.(),
    advance: () => undefined,
    note: (sentence) => notes[sentence.split(' ')[0] ?? '']?.(),
    end: () => undefined,
  }
  const transfer = (options: Partial<TransferOptions> = {}) =>
    runTransfer({
      sourcePath: path,
      target,
      tables: TABLES,
      migrations: TOY_MIGRATIONS,
      overwrite: false,
      progress,
      ...options,
    })
  const addUser = (id: string, name: string) =>
    source
      .prepare(
        `insert into user (id, username, username_key, role, disabled_at, created_at) values (?, ?, ?, 'user', null, 0)`,
      )
      .run(...inColumns({ id, username: name, username_key: name }))
  // Columns in the order of the table, whatever that is.
  const inColumns = (row: Record<string, string>) => ['id', 'username', 'username_key'].map((name) => row[name] ?? '')
  const addPair = (left: string, right: number, bytes: Uint8Array | null = null, json: string | null = null) =>
    source
      .prepare('insert into toy_pair ("left", "right", bytes, json) values (?, ?, ?, ?)')
      .run(left, right, bytes, json)
  const users = () => target.db.selectFrom('user').select(['id', 'username']).orderBy('id').execute()

  it('copies every kind of value as it is, from tables of plugins too', async () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    for (const left of ['', ' ', 'a', 'a ', 'A', 'ä', 'ß', '😀', '😁', '\\', "'", '"', '%', 'ﬁ', '\u200b']) {
      addPair(left, Number.MAX_SAFE_INTEGER % 2 ** 31, all, JSON.stringify({ left, deep: ['\u0000', '\\u0000'] }))
      addPair(left, -1, null, null)
    }
    expect((await transfer()).tables.toy_pair).toBe(30)
    const { rows } = await sql<{
      left: string
      bytes: Buffer
      json: string
    }>`select * from toy_pair where \`right\` > 0`.execute(target.db)
    expect(rows).toHaveLength(15)
    for (const { left, bytes, json } of rows) {
      expect(bytes.equals(all)).toBe(true)
      expect(JSON.parse(json).left).toBe(left)
    }
  })

  it('catches up with what was added, changed, removed and renamed while it ran', async () => {
    for (const name of ['anna', 'bert', 'carl']) addUser(name, name)
    for (let index = 0; index < 1200; index++) addPair('many', index)
    notes.stopping = () => {
      source.exec(`delete from user where id = 'anna'`)
      source.exec(`update user set username = 'robert' where id = 'bert'`)
      // A name that somebody gave up is taken by somebody whose row comes earlier.
      source.exec(`update user set username = 'charles', username_key = 'charles' where id = 'carl'`)
      addUser('aaron', 'carl')
      addUser('zoe', 'anna')
      source.exec(`delete from toy_pair where "right" % 7 = 0`)
      source.exec(`update toy_pair set json = '{}' where "right" % 5 = 0`)
    }
    const report = await transfer()
    expect(await users()).toEqual([
      { id: 'aaron', username: 'carl' },
      { id: 'bert', username: 'robert' },
      { id: 'carl', username: 'charles' },
      { id: 'zoe', username: 'anna' },
    ])
    expect(report.tables).toMatchObject({ user: 4, toy_pair: 1028 })
    const { rows } = await sql`select * from toy_pair where json = '{}'`.execute(target.db)
    expect(rows).toHaveLength(205)
    await expect(refuseUnfinished(target)).resolves.toBeUndefined()
  })

  it('stops the writers of the source for the last changes only, or for as long as it is told to', async () => {
    const seen: string[] = []
    const isLocked = () => {
      const other = new DatabaseSync(path, { timeout: 0 })
      try {
        other.exec('begin immediate')
        return false
      } catch {
        return true
      } finally {
        other.close()
      }
    }
    const look = (when: string) => () => seen.push(`${when}: ${isLocked() ? 'stopped' : 'free'}`)
    notes = { user: look('copying'), stopping: look('before'), comparing: look('comparing') }
    await transfer()
    await transfer({ overwrite: true, whileFrozen: async () => void look('holding')() })
    expect(seen).toEqual([
      ...['copying: free', 'before: free', 'comparing: free'],
      ...['copying: free', 'before: free', 'comparing: stopped', 'holding: stopped'],
    ])
    expect(isLocked()).toBe(false)
  })

  it('notices what did not arrive', async () => {
    addUser('anna', 'anna')
    const lossy = new Proxy(target, {
      get: (object, name) =>
        name === 'transaction'
          ? async (work: Parameters<Database['transaction']>[0]) => {
              await object.transaction(work)
              await object.db.updateTable('user').set({ username: 'Anna' }).where('id', '=', 'anna').execute()
            }
          : Reflect.get(object, name),
    })
    await expect(transfer({ target: lossy as Database })).rejects.toThrow(/"user" did not arrive as it was sent/)
    await expect(refuseUnfinished(target)).rejects.toThrow(/has not finished/)
  })

  it('says that it was interrupted, and begins anew where it is told to', async () => {
    for (let index = 0; index < 600; index++) addPair('many', index)
    const stopping = new AbortController()
    notes.toy_pair = () => stopping.abort()
    addUser('anna', 'anna')
    await expect(transfer({ signal: stopping.signal })).rejects.toThrow('The transfer was interrupted.')
    await expect(refuseUnfinished(target)).rejects.toThrow(/a part of the data is missing/)
    notes = {}
    await expect(transfer()).rejects.toThrow(/from a transfer that was interrupted/)
    expect((await transfer({ overwrite: true })).tables).toMatchObject({ user: 1, toy_pair: 600 })
    expect(await users()).toHaveLength(1)
  })

  it('refuses a target that is in use, of another version, or somebody else’s', async () => {
    addUser('anna', 'anna')
    await transfer()
    await expect(transfer()).rejects.toThrow('The target has data already, such as in "user".')
    await expect(transfer({ migrations: coreMigrations })).rejects.toThrow(/schema of another version/)
    expect(await users()).toHaveLength(1)

    await sql`drop table kysely_migration`.execute(target.db)
    await expect(transfer({ overwrite: true })).rejects.toThrow(/tables of something else/)
    expect(await users()).toHaveLength(1)
  })
})
