import { TemporarilyUnavailable } from '../errors/standard.ts'

const DEADLINE_MS = 10_000
const TICK_MS = 1_000

interface Waiting {
  readonly until: number
  expire(): void
}

/** Oldest first, and all wait for as long: one timer for everybody looks at the oldest. */
const waiting = new Set<Waiting>()
let timer: NodeJS.Timeout | undefined

/**
 * Waits for a plugin, but not for ever: one that never answers costs its own request a 503 and nothing else.
 *
 * @throws {TemporarilyUnavailable} after 10 seconds, or up to one more
 */
export function withDeadline<T>(work: Promise<T>, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const expire = () => reject(new TemporarilyUnavailable({ cause: new Error(`${what} did not answer in time`) }))
    const entry: Waiting = { until: performance.now() + DEADLINE_MS, expire }
    waiting.add(entry)
    if (timer === undefined) timer = setTimeout(expireOverdue, TICK_MS).unref()
    work.then(
      (value) => {
        waiting.delete(entry)
        resolve(value)
      },
      (error) => {
        waiting.delete(entry)
        reject(error)
      },
    )
  })
}

function expireOverdue(): void {
  const now = performance.now()
  for (const entry of waiting) {
    if (entry.until > now) break
    waiting.delete(entry)
    entry.expire()
  }
  timer = waiting.size > 0 ? setTimeout(expireOverdue, TICK_MS).unref() : undefined
}
