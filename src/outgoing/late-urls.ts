const PAUSE_MS = 10_000
const MOST = 1_000

/**
 * Remembers for ten seconds who did not answer in time, so that many requests to one that hangs cost one wait and not one
 * each. By URL, without its query: nobody can have somebody else's URL taken for late.
 */
export function createLateUrls() {
  const until = new Map<string, number>()
  const keyOf = ({ origin, pathname }: URL) => origin + pathname
  return {
    has: (url: URL): boolean => (until.get(keyOf(url)) ?? 0) > performance.now(),
    add(url: URL): void {
      until.delete(keyOf(url))
      until.set(keyOf(url), performance.now() + PAUSE_MS)
      for (const oldest of until.keys()) {
        if (until.size <= MOST) break
        until.delete(oldest)
      }
    },
  }
}
