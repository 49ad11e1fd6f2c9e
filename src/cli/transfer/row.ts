import { hash } from 'node:crypto'

/** What both databases hold: nothing else reaches a column of ours. */
export type Value = string | number | bigint | Buffer | null

export type Row = Readonly<Record<string, Value>>

/** A table as both sides see it. */
export interface TransferTable {
  readonly name: string
  readonly columns: readonly string[]
  /** The columns of the primary key, in its order. */
  readonly keys: readonly string[]
}

/** The order in which SQLite sorts: numbers by value, text and bytes by their bytes. */
export function compareValues(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string')
    return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b))
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return Buffer.compare(a, b)
  return Number(a) - Number(b)
}

export function compareKeys({ keys }: TransferTable, a: Row, b: Row): number {
  for (const key of keys) {
    const order = compareValues(a[key] ?? null, b[key] ?? null)
    if (order !== 0) return order
  }
  return 0
}

export function equalRows({ columns }: TransferTable, a: Row, b: Row): boolean {
  return columns.every((column) => {
    const [one, other] = [a[column], b[column]]
    return Buffer.isBuffer(one) && Buffer.isBuffer(other) ? one.equals(other) : one === other
  })
}

/**
 * A checksum of a set of rows, whatever their order: the XOR of each row's SHA-256. A row that is toggled twice is out
 * again, so that a change costs no second look at the rest.
 */
export class TableDigest {
  readonly #sum = Buffer.alloc(32)
  readonly #table: TransferTable
  rows = 0

  constructor(table: TransferTable) {
    this.#table = table
  }

  add(row: Row): void {
    this.rows++
    this.#toggle(row)
  }

  remove(row: Row): void {
    this.rows--
    this.#toggle(row)
  }

  get text(): string {
    return this.#sum.toString('hex')
  }

  #toggle(row: Row): void {
    const parts = this.#table.columns.flatMap((column) => encode(row[column] ?? null))
    const digest = hash('sha256', Buffer.concat(parts), 'buffer')
    for (let index = 0; index < 32; index++) this.#sum[index] = (this.#sum[index] ?? 0) ^ (digest[index] ?? 0)
  }
}

/** Each value with its kind and length, so that no two rows are written alike. */
function encode(value: Value): Buffer[] {
  if (value === null) return [Buffer.from('n;')]
  if (typeof value === 'number' || typeof value === 'bigint') return [Buffer.from(`i${value};`)]
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value)
  return [Buffer.from(`${Buffer.isBuffer(value) ? 'b' : 's'}${bytes.length}:`), bytes]
}
