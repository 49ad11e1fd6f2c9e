import { TemporarilyUnavailable } from '../errors/standard.ts'

/** The database certainly kept nothing of this unit of work: it may run again. */
export class Undone extends Error {
  override readonly name = 'Undone'
}

/** The connection was lost while COMMIT was under way: it may have been kept or not. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown'
}

// A chain of causes is a handful long; the bound is against one that bites its own tail.
const MAX_CAUSES = 8

/** Tells whether the error, or one of its causes, meets the condition. */
export function someCause(error: unknown, meets: (error: unknown) => boolean): boolean {
  let current = error
  for (let depth = 0; depth < MAX_CAUSES && current !== undefined && current !== null; depth++) {
    if (meets(current)) return true
    current = (current as { cause?: unknown }).cause
  }
  return false
}

/** Makes the error that a caller may be told: "come back shortly", with the reason as the cause for the operator. */
export function unavailable(cause: unknown): Error {
  if (cause instanceof TemporarilyUnavailable) return cause
  return new TemporarilyUnavailable({ cause, retryAfterSeconds: 1 })
}
