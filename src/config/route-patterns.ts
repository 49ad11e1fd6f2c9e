import { clash } from './claims.ts'

interface Route {
  readonly method: string
  readonly path: string
  readonly owner: string
}

const isParameter = (segment: string) => segment.startsWith(':')

/**
 * Which of two paths wins that match the same request: that of the lower rank. A fixed one is 0, a pattern 1, and one that
 * begins with a parameter 2: it reaches into everybody's paths.
 */
export function routeRank(path: string): 0 | 1 | 2 {
  const [, first = '', ...others] = path.split('/')
  if (isParameter(first)) return 2
  return others.some(isParameter) ? 1 : 0
}

/** Whether some path matches both patterns. */
function overlap(one: string, other: string): boolean {
  const left = one.split('/')
  const right = other.split('/')
  return (
    left.length === right.length &&
    left.every((segment, index) => isParameter(segment) || isParameter(right[index] ?? '') || segment === right[index])
  )
}

/** The routes of all plugins. The lower rank wins, so only two of the same can clash. */
export class RoutePatterns {
  readonly #routes: Route[] = []

  /** @throws {BootError} when another route of the same rank matches the same path, naming both owners */
  take(method: string, path: string, owner: string): void {
    const clashing = this.#routes.find(
      (route) => route.method === method && routeRank(route.path) === routeRank(path) && overlap(route.path, path),
    )
    if (clashing) throw clash('path', `${method} ${path}`, clashing.owner, owner)
    this.#routes.push({ method, path, owner })
  }
}
