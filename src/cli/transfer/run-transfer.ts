import { BootError } from '../../config/boot-error.ts'
import type { Database } from '../../storage/database.ts'
import type { MigrationStep } from '../../storage/migrate.ts'
import { batches } from './batches.ts'
import { changesBetween } from './changes-between.ts'
import { markFinished } from './marker.ts'
import type { Progress } from './progress.ts'
import { TableDigest, type TransferTable } from './row.ts'
import { openFrozen, openSnapshot, type SourceView } from './source.ts'
import { deleteRows, insertRows, prepareTarget } from './target.ts'
import { type TableCopy, verifyCopies } from './verify-copies.ts'

export interface TransferOptions {
  /** The SQLite file. */
  readonly sourcePath: string
  readonly target: Database
  /** The tables of core and plugins that hold what must not be lost. */
  readonly tables: readonly string[]
  readonly migrations: Record<string, MigrationStep>
  readonly overwrite: boolean
  readonly progress: Progress
  /** Stops between two batches. */
  readonly signal?: AbortSignal
  /** Awaited while the source is still frozen, once everything is there. */
  readonly whileFrozen?: () => Promise<void>
}

export interface TransferReport {
  readonly tables: Readonly<Record<string, number>>
  /** Tables of the source that were not asked for. */
  readonly leftBehind: readonly string[]
  /** How long nobody could write to the source. */
  readonly frozenMs: number
  /** From then on the source writes alone. */
  readonly frozenAt: Date
}

/**
 * Copies a SQLite deployment into another database while its servers run: most of it from one consistent snapshot, then,
 * with the writers of the source stopped for a moment, what has changed since. Each table is counted and compared by a
 * checksum afterwards.
 *
 * @throws {BootError} when the target is not empty, or what arrived is not what was sent
 */
export async function runTransfer(options: TransferOptions): Promise<TransferReport> {
  const { sourcePath, target, tables, migrations, overwrite } = options
  const snapshot = openSnapshot(sourcePath)
  try {
    const present = new Set(snapshot.tables())
    const described = tables.filter((name) => present.has(name)).map((name) => snapshot.describe(name))
    await prepareTarget(target, tables, migrations, { overwrite })
    const copies = await copySnapshot(options, snapshot, described)
    const frozen = await catchUp(options, snapshot, copies)
    await markFinished(target)
    return {
      ...frozen,
      tables: Object.fromEntries(copies.map(({ table, digest }) => [table.name, digest.rows])),
      leftBehind: [...present].filter((name) => !tables.includes(name)),
    }
  } finally {
    options.progress.end()
    snapshot.close()
  }
}

async function copySnapshot(
  options: TransferOptions,
  snapshot: SourceView,
  tables: readonly TransferTable[],
): Promise<TableCopy[]> {
  const { target, progress, signal } = options
  const counts = tables.map((table) => snapshot.count(table))
  progress.begin(counts.reduce((sum, count) => sum + count, 0))
  const copies: TableCopy[] = []
  for (const [index, table] of tables.entries()) {
    progress.table(table.name, counts[index] ?? 0)
    const digest = new TableDigest(table)
    for (const batch of batches(snapshot.rows(table))) {
      throwIfStopped(signal)
      await insertRows(target, table, batch)
      for (const row of batch) digest.add(row)
      progress.advance(batch.length)
    }
    copies.push({ table, digest })
  }
  return copies
}

/** Its freeze is as long as it takes to read the source through once, and to write what changed. */
async function catchUp(
  options: TransferOptions,
  snapshot: SourceView,
  copies: readonly TableCopy[],
): Promise<Pick<TransferReport, 'frozenMs' | 'frozenAt'>> {
  const { progress, sourcePath, target, whileFrozen } = options
  progress.note('stopping the writers of the source for the last changes')
  const frozen = await openFrozen(sourcePath)
  const startedAt = performance.now()
  const frozenAt = new Date()
  try {
    for (const copy of copies) await applyChanges(options, copy, changesBetween(copy.table, snapshot, frozen))
    if (whileFrozen !== undefined) {
      await verifyCopies(target, copies, progress)
      await whileFrozen()
    }
  } finally {
    frozen.close()
  }
  const frozenMs = performance.now() - startedAt
  if (whileFrozen === undefined) await verifyCopies(target, copies, progress)
  return { frozenMs, frozenAt }
}

async function applyChanges(
  { target, signal }: TransferOptions,
  { table, digest }: TableCopy,
  { gone, added }: ReturnType<typeof changesBetween>,
): Promise<void> {
  // All that is gone goes first: a name that somebody gave up may be somebody else's by now.
  for (const batch of batches(gone)) {
    throwIfStopped(signal)
    await deleteRows(target, table, batch)
    for (const row of batch) digest.remove(row)
  }
  for (const batch of batches(added)) {
    throwIfStopped(signal)
    await insertRows(target, table, batch)
    for (const row of batch) digest.add(row)
  }
}

function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new BootError('The transfer was interrupted.')
}
