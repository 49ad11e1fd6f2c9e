import type { Row } from './row.ts'

const BATCH_ROWS = 500
/** Well below the longest packet that a server takes. */
const BATCH_BYTES = 1_000_000

/** Rows in portions that fit into one statement. */
export function* batches(rows: Iterable<Row>): Generator<Row[]> {
  let batch: Row[] = []
  let sizeBytes = 0
  for (const row of rows) {
    batch.push(row)
    for (const value of Object.values(row))
      sizeBytes += typeof value === 'string' || Buffer.isBuffer(value) ? value.length : 8
    if (batch.length < BATCH_ROWS && sizeBytes < BATCH_BYTES) continue
    yield batch
    batch = []
    sizeBytes = 0
  }
  if (batch.length > 0) yield batch
}
