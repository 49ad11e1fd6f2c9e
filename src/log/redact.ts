import { REDACTED } from './scrub.ts'
import { isSecretName } from './secret-names.ts'
import { serializeError } from './serialize-error.ts'

const MOST_DEPTH = 8
const MOST_ITEMS = 100

/**
 * Copies what is to be logged without the secrets in it: by the names of fields at every depth, in objects, lists, maps,
 * headers and forms alike. Bytes are counted, not shown. Never throws and never changes what it was given.
 */
export function redact(fields: object): Record<string, unknown> {
  return copyEntries(Object.entries(fields), [fields])
}

function copy(value: unknown, parents: readonly object[]): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Error) return serializeError(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof URL) return value.href
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
  if (parents.includes(value)) return '[circular]'
  if (parents.length >= MOST_DEPTH) return '[deep]'
  const within = [...parents, value]
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].slice(0, MOST_ITEMS).map((item) => copy(item, within))
  }
  return copyEntries(entriesOf(value), within)
}

function copyEntries(
  entries: Iterable<readonly [unknown, unknown]>,
  parents: readonly object[],
): Record<string, unknown> {
  // Without a prototype: a field may be called `__proto__`.
  const copied: Record<string, unknown> = Object.create(null)
  for (const [key, value] of entries) {
    const name = String(key)
    copied[name] = isSecretField(name, value) ? REDACTED : copy(value, parents)
  }
  return copied
}

function isSecretField(name: string, value: unknown): boolean {
  if (value === undefined || value === null || !isSecretName(name)) return false
  // Errors have codes as well, and no secret reads like `invalid_grant` or `ER_LOCK_DEADLOCK`.
  return !(
    name === 'code' &&
    typeof value === 'string' &&
    /^(?:[a-z]+(?:_[a-z]+)+|E[A-Z]+|[A-Z]+(?:_[A-Z]+)+)$/.test(value)
  )
}

function entriesOf(value: object): Iterable<readonly [unknown, unknown]> {
  const isKeyed =
    value instanceof Map || value instanceof Headers || value instanceof URLSearchParams || value instanceof FormData
  if (isKeyed) return value
  try {
    return Object.entries(value)
  } catch {
    // A getter that throws.
    return [['unreadable', true]]
  }
}
