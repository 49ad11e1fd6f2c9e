import { OutgoingError } from '../errors/outgoing-error.ts'

/** Requests to one host that are under way or wait for a connection. */
const MOST_PER_HOST = 32
const MOST_IN_ALL = 512

/**
 * Counts what is under way, so that one slow host costs its own requests and nobody else's.
 *
 * @returns runs `work` in a place of the host. @throws {OutgoingError} `busy` when there is none left
 */
export function createPlaces(): <T>(host: string, work: () => Promise<T>) => Promise<T> {
  const taken = new Map<string, number>()
  let all = 0
  return async (host, work) => {
    const present = taken.get(host) ?? 0
    if (present >= MOST_PER_HOST || all >= MOST_IN_ALL) {
      throw new OutgoingError('busy', `Too many requests to ${host} are under way.`)
    }
    taken.set(host, present + 1)
    all += 1
    try {
      return await work()
    } finally {
      const left = (taken.get(host) ?? 1) - 1
      if (left > 0) taken.set(host, left)
      else taken.delete(host)
      all -= 1
    }
  }
}
