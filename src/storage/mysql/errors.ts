import { TemporarilyUnavailable } from '../../errors/standard.ts'
import { someCause, Undone, unavailable } from '../outcome.ts'

interface ServerError {
  readonly code?: unknown
  readonly errno?: unknown
  readonly fatal?: unknown
  readonly syscall?: unknown
  readonly message?: unknown
}

const errnoOf = (error: unknown): number => {
  const { errno } = error as ServerError
  return typeof errno === 'number' ? errno : 0
}

const DUPLICATE_KEY = 1062

// Deadlock or failed certification, lock wait timeout, Galera "not prepared", changed since last read (MariaDB with
// snapshot isolation), rolled back by group replication at COMMIT, write conflict (TiDB).
const RETRYABLE: ReadonlySet<number> = new Set([1213, 1205, 1047, 1020, 3101, 9007])

// Galera "not prepared", shutdown, read-only after a failover (three ways to say it), killed, closed for idleness:
// another connection may well reach a better server.
const LEAVE_SERVER: ReadonlySet<number> = new Set([1047, 1053, 1290, 1792, 1836, 1927, 4031])

// Too many connections (of all, of this user, per hour), disk or table full, no thread, host blocked, wrong password
// (it was right when we started), interrupted or over time, network, error during COMMIT.
const AWAY: ReadonlySet<number> = new Set([
  1040, 1203, 1226, 1021, 1114, 1135, 1129, 1045, 1317, 1969, 3024, 1158, 1159, 1160, 1161, 1180,
])

const UNREACHABLE_CODES: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'HANDSHAKE_NO_SSL_SUPPORT',
])

const CLOSED_STATE = /in closed state|Pool is closed/

/** Nobody had a connection to lend in time. */
export class PoolExhausted extends Error {
  override readonly name = 'PoolExhausted'
}

/** A query took longer than its deadline; its connection is gone. */
export class QueryDeadline extends Error {
  override readonly name = 'QueryDeadline'
}

/** True where an open connection broke: whether the statement ran is unknown. */
export function isConnectionLost(error: unknown): boolean {
  const { fatal, syscall } = error as ServerError
  const errno = errnoOf(error)
  // Node's own numbers are negative; the server's fatal verdicts (a wrong password) are no loss.
  const isBroken = fatal === true && errno <= 0 && syscall !== 'connect' && syscall !== 'getaddrinfo'
  return isBroken || errno === 1053 || errno === 1927 || wasNeverSent(error)
}

/** True where the connection was dead before the statement left: it certainly did not run. */
export function wasNeverSent(error: unknown): boolean {
  const { code, message } = error as ServerError
  return errnoOf(error) === 4031 || code === 'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR' || CLOSED_STATE.test(String(message))
}

/** True where this connection, and the idle ones beside it, should not be used again. */
export function shouldLeaveServer(error: unknown): boolean {
  return LEAVE_SERVER.has(errnoOf(error)) || isConnectionLost(error) || error instanceof QueryDeadline
}

/** True where COMMIT was asked and its outcome cannot be known from this error. */
export function leavesCommitOpen(error: unknown): boolean {
  return isConnectionLost(error) || error instanceof QueryDeadline || errnoOf(error) === 1180 || errnoOf(error) === 1317
}

export function isDuplicateKey(error: unknown): boolean {
  return someCause(error, (cause) => errnoOf(cause) === DUPLICATE_KEY)
}

export function isRetryable(error: unknown): boolean {
  return someCause(error, (cause) => cause instanceof Undone || RETRYABLE.has(errnoOf(cause)))
}

export function isUnavailable(error: unknown): boolean {
  return someCause(
    error,
    (cause) =>
      cause instanceof TemporarilyUnavailable ||
      cause instanceof PoolExhausted ||
      AWAY.has(errnoOf(cause)) ||
      UNREACHABLE_CODES.has((cause as ServerError).code) ||
      shouldLeaveServer(cause),
  )
}

// Table, column and key name exist.
const ALREADY_THERE: ReadonlySet<number> = new Set([1050, 1060, 1061])

export function isAlreadyThere(error: unknown): boolean {
  return someCause(error, (cause) => ALREADY_THERE.has(errnoOf(cause)))
}

/** Turns "away or too busy" into what a caller may be told; anything else stays as it is. */
export function translate(error: unknown): unknown {
  return isRetryable(error) || isUnavailable(error) ? unavailable(error) : error
}

const QUOTED_VALUES: readonly [RegExp, string][] = [
  [/Duplicate entry '.*' for key/s, 'Duplicate entry for key'],
  [/(value:?) '.*' (for|at)/s, '$1 $2'],
]

/** Takes the values of the statement out of what the server and the client say about it: an error may be logged. */
export function withoutValues(error: Error & { sql?: string; sqlMessage?: string }, sql: string): Error {
  const redact = (text: string): string =>
    QUOTED_VALUES.reduce((redacted, [pattern, replacement]) => redacted.replace(pattern, replacement), text)
  error.message = redact(error.message)
  if (error.sqlMessage !== undefined) error.sqlMessage = redact(error.sqlMessage)
  if (error.sql !== undefined) error.sql = sql
  return error
}
