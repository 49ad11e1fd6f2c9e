import { compareKeys, equalRows, type Row, type TransferTable } from './row.ts'
import type { SourceView } from './source.ts'

/** What happened to a table between two views of it. A row that changed is gone in its old form and new in its present one. */
export interface TableChanges {
  readonly gone: readonly Row[]
  readonly added: readonly Row[]
}

/** Walks through both views of a table side by side, in the order of the primary key. */
export function changesBetween(table: TransferTable, before: SourceView, after: SourceView): TableChanges {
  const gone: Row[] = []
  const added: Row[] = []
  const [olds, news] = [before.rows(table), after.rows(table)]
  let [old, present] = [olds.next(), news.next()]
  while (!old.done || !present.done) {
    const order = old.done ? 1 : present.done ? -1 : compareKeys(table, old.value, present.value)
    const isBoth = order === 0 && !old.done && !present.done
    if (!isBoth || !equalRows(table, old.value as Row, present.value as Row)) {
      if (order <= 0) gone.push(old.value as Row)
      if (order >= 0) added.push(present.value as Row)
    }
    if (order <= 0) old = olds.next()
    if (order >= 0) present = news.next()
  }
  return { gone, added }
}
