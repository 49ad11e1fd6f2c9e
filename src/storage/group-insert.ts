import { TemporarilyUnavailable } from '../errors/standard.ts'
import { createGatherer } from './gather.ts'

const MOST_ROWS = 64

interface WaitingRow<Row> {
  readonly row: Row
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Makes an insert that resolves when its row is durable, and that shares one statement with all who call meanwhile:
 * durability costs latency, not throughput. A caller alone waits for nobody.
 *
 * @param insertMany inserts all of the rows or none: one multi-row INSERT
 * @param options `most` rows in one statement; defaults to 64
 * @returns a function that rejects for its own row only, unless the database is away
 */
export function createGroupInsert<Row>(
  insertMany: (rows: Row[]) => Promise<void>,
  { most = MOST_ROWS }: { readonly most?: number } = {},
): (row: Row) => Promise<void> {
  const add = createGatherer<WaitingRow<Row>>(async (group) => {
    try {
      await insertMany(group.map(({ row }) => row))
      for (const { resolve } of group) resolve()
    } catch (error) {
      await insertOneByOne(group, insertMany, error)
    }
  }, most)
  return (row) => new Promise<void>((resolve, reject) => add({ row, resolve, reject }))
}

async function insertOneByOne<Row>(
  group: readonly WaitingRow<Row>[],
  insertMany: (rows: Row[]) => Promise<void>,
  error: unknown,
): Promise<void> {
  // A database that is away will not do for one row what it did not do for all; and rows of a lost answer may be there.
  if (group.length === 1 || error instanceof TemporarilyUnavailable) {
    for (const { reject } of group) reject(error)
    return
  }
  await Promise.all(group.map(({ row, resolve, reject }) => insertMany([row]).then(resolve, reject)))
}
