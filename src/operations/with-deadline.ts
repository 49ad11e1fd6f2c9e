import { TemporarilyUnavailable } from '../errors/standard.ts'

const DEADLINE_MS = 10_000

/**
 * Waits for a plugin, but not for ever: one that never answers costs its own request a 503 and nothing else.
 *
 * @throws {TemporarilyUnavailable} after 10 seconds
 */
export async function withDeadline<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TemporarilyUnavailable({ cause: new Error(`${what} did not answer in time`) })), DEADLINE_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
