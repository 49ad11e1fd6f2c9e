import { availableParallelism } from 'node:os'
import { TemporarilyUnavailable } from 'grantql/plugin'

export interface HashQueueOptions {
  /**
   * How many run at once. Defaults to half of libuv's threads (`UV_THREADPOOL_SIZE`, 4 by default), for files and name
   * look-ups share them; and to one processor less than there are, so that tokens are still issued in a login storm.
   */
  readonly concurrent?: number
  /** How many may wait. Defaults to 50. */
  readonly waiting?: number
}

export interface HashQueue {
  /**
   * Runs work when its turn comes, first come first served.
   *
   * @throws {TemporarilyUnavailable} at once, when too many wait already.
   */
  run<Result>(work: () => Promise<Result>): Promise<Result>
  /** How many run and wait now: a gauge for the metrics. */
  readonly load: { readonly running: number; readonly waiting: number }
}

const RETRY_AFTER_SECONDS = 5

/** Bounds the password hashes that one process computes at once, so that a login storm slows logins and nothing else. */
export function createHashQueue(options: HashQueueOptions = {}): HashQueue {
  const { concurrent = defaultConcurrency(), waiting: mostWaiting = 50 } = options
  const turns: (() => void)[] = []
  let running = 0

  return {
    async run(work) {
      if (running < concurrent) {
        running += 1
      } else if (turns.length < mostWaiting) {
        await new Promise<void>((resolve) => turns.push(resolve))
      } else {
        throw new TemporarilyUnavailable({ retryAfterSeconds: RETRY_AFTER_SECONDS })
      }
      try {
        return await work()
      } finally {
        // The place passes straight to the next in line: nobody who arrives in between can take it.
        const next = turns.shift()
        if (next === undefined) running -= 1
        else next()
      }
    },
    get load() {
      return { running, waiting: turns.length }
    },
  }
}

function defaultConcurrency(): number {
  const threads = Number(process.env.UV_THREADPOOL_SIZE) || 4
  return Math.max(1, Math.min(Math.floor(threads / 2), availableParallelism() - 1))
}
