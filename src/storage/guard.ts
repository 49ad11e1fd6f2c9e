import type { CompiledQuery } from 'kysely'

const MIN_INTEGER = -(2n ** 63n)
const MAX_INTEGER = 2n ** 63n - 1n

/**
 * Lets through what means the same on every database: well-formed strings without NUL, 64-bit bigints, finite numbers,
 * bytes and null.
 *
 * @throws {TypeError} that names the position and the type of anything else, never its value
 */
export function guardParameters(parameters: readonly unknown[]): unknown[] {
  const guarded = new Array<unknown>(parameters.length)
  for (let index = 0; index < parameters.length; index++) guarded[index] = guardParameter(parameters[index], index)
  return guarded
}

// With mysql2's client-side escaping, `0`, `false` or `[0]` where a string belongs matches every row, an object becomes
// a list of assignments, and a lone surrogate is stored as another character. So the wall is here, below every query.
function guardParameter(value: unknown, index: number): unknown {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw refusal(index, 'a string that is not well-formed Unicode')
      if (value.includes('\0')) throw refusal(index, 'a string that contains NUL')
      return value
    case 'number':
      if (!Number.isFinite(value)) throw refusal(index, 'a number that is not finite')
      return value
    case 'bigint':
      if (value < MIN_INTEGER || value > MAX_INTEGER) throw refusal(index, 'a bigint of more than 64 bits')
      return value
    case 'object':
      if (value === null || Buffer.isBuffer(value)) return value
      if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      throw refusal(index, Array.isArray(value) ? 'an array' : kindOfObject(value))
    default:
      throw refusal(index, value === undefined ? 'undefined' : `a ${typeof value}`)
  }
}

function kindOfObject(value: object): string {
  return value instanceof Date ? 'a Date' : 'an object'
}

function refusal(index: number, kind: string): TypeError {
  return new TypeError(
    `Parameter ${index + 1} of the statement is ${kind}; only strings, bytes, integers and null may be.`,
  )
}

const TRANSACTION_CONTROL =
  /^\s*(?:begin|start\s+transaction|commit|end|rollback|savepoint|release|set\s+autocommit)\b/i

/**
 * Refuses transaction control in raw SQL: it would end the unit of work behind the back of the driver, and on SQLite
 * that of its neighbours in the group.
 */
export function refuseTransactionControl({ query, sql }: CompiledQuery): void {
  if (query.kind === 'RawNode' && TRANSACTION_CONTROL.test(sql)) {
    throw new TypeError('Transactions are opened and ended by the storage, not by SQL.')
  }
}

const RAW_READ = /^\s*(?:select|explain|show|values)\b/i

/** True for a statement that only reads: it may run twice, and outside the queue of writers. */
export function isRead({ query, sql }: CompiledQuery): boolean {
  return query.kind === 'SelectQueryNode' || (query.kind === 'RawNode' && RAW_READ.test(sql))
}

const DDL_NODE = /^(?:Create|Alter|Drop)/
const RAW_DDL = /^\s*(?:create|alter|drop|optimize|analyze)\b/i

/** True for a statement that changes the schema: it takes as long as the table is long. */
export function isDdl({ query, sql }: CompiledQuery): boolean {
  return query.kind === 'RawNode' ? RAW_DDL.test(sql) : DDL_NODE.test(query.kind)
}
