import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DialectAdapterBase, Kysely, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { OpenedDialect } from '../open-database.ts'
import { unavailable } from '../outcome.ts'
import { pause } from '../pause.ts'
import type { CoreTables } from '../tables.ts'
import type { SqliteFile } from './connection.ts'
import { SqliteDriver } from './driver.ts'
import { isBusy } from './errors.ts'
import { SQLITE_FACTS } from './facts.ts'
import { GroupCommit } from './group-commit.ts'
import { SqliteSession } from './session.ts'

const MEMORY = ':memory:'

/** Opens a SQLite file (made with mode 0600, its folder too where it is missing) or `:memory:`. */
export async function openSqlite(
  location: string,
  { deadlineMs }: { readonly deadlineMs: number },
): Promise<OpenedDialect> {
  const file = location === MEMORY ? openMemory(deadlineMs) : await openFile(toPath(location), deadlineMs)
  const db = new Kysely<CoreTables>({
    dialect: {
      createDriver: () => new SqliteDriver(file),
      createQueryCompiler: () => new SqliteQueryCompiler(),
      createAdapter: () => new SqliteAdapter(),
      createIntrospector: (db) => new SqliteIntrospector(db),
    },
  })
  return { db, dialect: SQLITE_FACTS, close: () => close(file) }
}

async function close({ queue, reader, writer }: SqliteFile): Promise<void> {
  await queue.drained()
  reader?.close()
  writer.close()
}

class SqliteAdapter extends DialectAdapterBase {
  override get supportsReturning(): boolean {
    return true
  }
  // The lease row of `migrate` takes its place: a lock that a killed process holds would be held forever.
  async acquireMigrationLock(): Promise<void> {}
  async releaseMigrationLock(): Promise<void> {}
}

/** The path of a SQLite URL without its scheme; `:memory:` stays as it is. */
export function toPath(location: string): string {
  const path = location.replace(/^\/\/(?=[./])/, '')
  if (path === '') throw new Error('A SQLite URL needs a path, such as sqlite:./data/grantql.db.')
  return path
}

function openMemory(deadlineMs: number): SqliteFile {
  const writer = new SqliteSession(new DatabaseSync(MEMORY))
  return { reader: undefined, writer, queue: new GroupCommit(writer, deadlineMs), deadlineMs }
}

async function openFile(path: string, deadlineMs: number): Promise<SqliteFile> {
  makeFile(path)
  const writer = await openSession(path, deadlineMs)
  const reader = await openSession(path, deadlineMs)
  reader.execute('pragma query_only = on')
  return { reader, writer, queue: new GroupCommit(writer, deadlineMs), deadlineMs }
}

function makeFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // SQLite would make the file readable by all; it gives its log the mode of the file.
    closeSync(openSync(path, 'a', 0o600))
  } catch (error) {
    throw new Error(`The database file ${path} cannot be opened for writing.`, { cause: error })
  }
}

async function openSession(path: string, deadlineMs: number): Promise<SqliteSession> {
  // A busy timeout would block the event loop for as long as it waits, so whoever waits for the lock does it outside.
  const session = new SqliteSession(new DatabaseSync(path, { timeout: 0 }))
  const until = performance.now() + deadlineMs
  for (let tries = 1; ; tries++) {
    try {
      // Busy while another process switches to the log too, or recovers it after a crash.
      session.execute('pragma journal_mode = wal')
      session.execute('pragma synchronous = full')
      session.execute('pragma journal_size_limit = 67108864')
      return session
    } catch (error) {
      if (isBusy(error) && performance.now() < until) {
        await pause(tries, 20)
        continue
      }
      session.close()
      if (isBusy(error)) throw unavailable(error)
      throw new Error(`The file ${path} cannot be used as a SQLite database.`, { cause: error })
    }
  }
}
