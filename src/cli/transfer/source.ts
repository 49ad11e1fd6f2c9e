import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { BootError } from '../../config/boot-error.ts'
import type { Row, TransferTable } from './row.ts'

const LOCK_PATIENCE_MS = 30_000

/** One view of a SQLite file that does not move while others write to it. */
export interface SourceView {
  tables(): readonly string[]
  describe(name: string): TransferTable
  count(table: TransferTable): number
  /** Every row in the order of the primary key. */
  rows(table: TransferTable): IterableIterator<Row>
  /** Lets go of the view, and of the lock where it holds one. */
  close(): void
}

/** Opens a view of what is committed now. Nobody waits for it, and it waits for nobody. */
export function openSnapshot(path: string): SourceView {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  database.exec('begin')
  // BEGIN by itself takes no snapshot; the first read does.
  database.prepare('select count(*) from sqlite_master').get()
  return viewOf(database)
}

/**
 * Opens a view and lets nobody write until it is closed: servers answer 503 to what writes when that takes longer than they
 * wait for a lock.
 */
export async function openFrozen(path: string): Promise<SourceView> {
  const database = new DatabaseSync(path, { timeout: 0 })
  const until = performance.now() + LOCK_PATIENCE_MS
  for (;;) {
    try {
      database.exec('begin immediate')
      return viewOf(database)
    } catch (cause) {
      if (performance.now() > until) {
        database.close()
        throw new BootError('The source could not be frozen: its servers did not stop writing for long enough.', {
          cause,
        })
      }
      await sleep(2)
    }
  }
}

function viewOf(database: DatabaseSync): SourceView {
  const names = (sql: string, ...values: string[]) =>
    database
      .prepare(sql)
      .all(...values)
      .map((row) => String(row.name))
  return {
    tables: () =>
      names(`select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'`),
    describe: (name) => ({
      name,
      columns: names('select name from pragma_table_info(?) order by name', name),
      keys: names('select name from pragma_table_info(?) where pk > 0 order by pk', name),
    }),
    count: ({ name }) => Number(database.prepare(`select count(*) as rows from ${quote(name)}`).get()?.rows),
    *rows({ name, columns, keys }) {
      const order = keys.length === 0 ? '' : ` order by ${keys.map(quote).join(', ')}`
      const statement = database.prepare(`select ${columns.map(quote).join(', ')} from ${quote(name)}${order}`)
      for (const row of statement.iterate()) yield toRow(row)
    },
    close() {
      if (database.isTransaction) database.exec('rollback')
      database.close()
    },
  }
}

/** In place: the freeze is as long as it takes to read everything. */
function toRow(row: Record<string, unknown>): Row {
  for (const column in row) {
    const value = row[column]
    if (value instanceof Uint8Array) row[column] = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  }
  return row as Row
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`
