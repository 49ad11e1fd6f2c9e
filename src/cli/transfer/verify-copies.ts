import { BootError } from '../../config/boot-error.ts'
import type { Database } from '../../storage/database.ts'
import type { Progress } from './progress.ts'
import { TableDigest, type TransferTable } from './row.ts'
import { readRows } from './target.ts'

/** A table, and what was sent of it. */
export interface TableCopy {
  readonly table: TransferTable
  readonly digest: TableDigest
}

/** Reads everything back. @throws {BootError} when what arrived is not what was sent */
export async function verifyCopies(target: Database, copies: readonly TableCopy[], progress: Progress): Promise<void> {
  progress.note('comparing both sides')
  for (const { table, digest } of copies) {
    const arrived = new TableDigest(table)
    for await (const row of readRows(target, table)) arrived.add(row)
    if (arrived.rows !== digest.rows || arrived.text !== digest.text) {
      throw new BootError(
        `The table "${table.name}" did not arrive as it was sent (${arrived.rows} of ${digest.rows} rows, checksums ${arrived.text === digest.text ? 'equal' : 'differ'}).`,
      )
    }
  }
}
