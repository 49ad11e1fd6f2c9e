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
  /**
   * Seconds that one may wait. Defaults to 4, so that a request with two hashes ends before its deadline of 10: a hash that
   * nobody waits for any more would take the time of those who do.
   */
  readonly waitSeconds?: number
}

export interface HashQueue {
  /**
   * Runs work when its turn comes, first come first served.
   *
   * @throws {TemporarilyUnavailable} at once, when too many wait already; without the work, when it waited too long
   */
  run<Result>(work: () => Promise<Result>): Promise<Result>
  /** How many run and wait now: a gauge for the metrics. */
  readonly load: { readonly running: number; readonly waiting: number }
}

const RETRY_AFTER_SECONDS = 5

/** Bounds the password hashes that one process computes at once, so that a login storm slows logins and nothing else. */
export function createHashQueue(options: HashQueueOptions = {}): HashQueue {
  const { concurrent = defaultConcurrency(), waiting: mostWaiting = 50, waitSeconds = 4 } = options
  const turns = new Set<() => void>()
  let running = 0

  const waitForTurn = () =>
    new Promise<void>((resolve, reject) => {
      const take = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        turns.delete(take)
        reject(busy())
      }, waitSeconds * 1000)
      turns.add(take)
    })

  return {
    async run(work) {
      if (running < concurrent) running += 1
      else if (turns.size < mostWaiting) await waitForTurn()
      else throw busy()
      try {
        return await work()
      } finally {
        // The place passes straight to the next in line: nobody who arrives in between can take it.
        const [next] = turns
        if (next === undefined) {
          running -= 1
        } else {
          turns.delete(next)
          next()
        }
      }
    },
    get load() {
      return { running, waiting: turns.size }
    },
  }
}

function busy(): Error {
  return new TemporarilyUnavailable({ retryAfterSeconds: RETRY_AFTER_SECONDS })
}

function defaultConcurrency(): number {
  const threads = Number(process.env.UV_THREADPOOL_SIZE) || 4
  return Math.max(1, Math.min(Math.floor(threads / 2), availableParallelism() - 1))
}
