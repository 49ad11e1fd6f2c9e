import type { Database } from '../storage/database.ts'
import { takeLease } from '../storage/lease.ts'

type Run = (signal: AbortSignal) => Promise<void>

/** Seconds after which another node may take over from one that died. */
const SHORTEST_LEASE_SECONDS = 30

/**
 * Makes the function that runs work on one node at a time, and at most once per interval over all of them: the lease is
 * kept after the work is done, until the interval is over.
 *
 * @returns true where it ran here
 */
export function createLeasedRun(database: Pick<Database, 'db' | 'dialect'>, holder: string) {
  return async (name: string, everySeconds: number, stopping: AbortSignal, run: Run): Promise<boolean> => {
    // A little shorter than the shortest pause between two runs, so that the holder's own next run finds it free or its own.
    const ttlSeconds = Math.max(everySeconds * 0.85, SHORTEST_LEASE_SECONDS)
    const options = { holder, ttlSeconds }
    if (!(await takeLease(database, name, options))) return false
    const lost = new AbortController()
    const renew = async () => {
      // A failed renewal is no loss yet: the lease runs on, and the next try renews it.
      if (!(await takeLease(database, name, options).catch(() => true))) lost.abort()
    }
    const heartbeat = setInterval(renew, (ttlSeconds * 1000) / 4)
    heartbeat.unref()
    try {
      await run(AbortSignal.any([stopping, lost.signal]))
    } finally {
      clearInterval(heartbeat)
    }
    return true
  }
}
