import { TemporarilyUnavailable } from '../../errors/standard.ts'
import { someCause, Undone, unavailable } from '../outcome.ts'

const BUSY = 5
const LOCKED = 6

// No memory, read-only, I/O error, disk full, cannot open, locking protocol, and the two above.
const AWAY: ReadonlySet<number> = new Set([BUSY, LOCKED, 7, 8, 10, 13, 14, 15])

// Primary key, unique index, rowid.
const DUPLICATES: ReadonlySet<number> = new Set([1555, 2067, 2579])

function resultCode(error: unknown): number {
  const code = (error as { errcode?: unknown } | null | undefined)?.errcode
  return typeof code === 'number' ? code : 0
}

// The low byte is the kind of failure, the rest says more about it.
const primaryCode = (error: unknown): number => resultCode(error) & 0xff

/** True where another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error)
  return code === BUSY || code === LOCKED
}

export function isDuplicateKey(error: unknown): boolean {
  return someCause(error, (cause) => DUPLICATES.has(resultCode(cause)))
}

export function isRetryable(error: unknown): boolean {
  return someCause(error, (cause) => cause instanceof Undone || isBusy(cause))
}

export function isUnavailable(error: unknown): boolean {
  return someCause(
    error,
    (cause) => cause instanceof TemporarilyUnavailable || AWAY.has(primaryCode(cause)) || isClosed(cause),
  )
}

// What Node says of a database that was closed; something still asks while the server stops.
const isClosed = (error: unknown): boolean => (error as { code?: unknown }).code === 'ERR_INVALID_STATE'

// SQLite has no code of its own for it.
const ALREADY_THERE = /already exists|duplicate column name/

export function isAlreadyThere(error: unknown): boolean {
  return someCause(error, (cause) => primaryCode(cause) === 1 && ALREADY_THERE.test(String((cause as Error).message)))
}

/** Turns "away or too busy" into what a caller may be told; anything else stays as it is. */
export function translate(error: unknown): unknown {
  return isRetryable(error) || isUnavailable(error) ? unavailable(error) : error
}
