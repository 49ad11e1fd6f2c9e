import { clash } from './claims.ts'

interface Route {
  readonly method: string
  readonly path: string
  readonly owner: string
}

const isParameter = (segment: string) => segment.startsWith(':')
const hasParameter = (path: string) => path.split('/').some(isParameter)

/** Whether some path matches both patterns. */
function overlap(one: string, other: string): boolean {
  const left = one.split('/')
  const right = other.split('/')
  return (
    left.length === right.length &&
    left.every((segment, index) => isParameter(segment) || isParameter(right[index] ?? '') || segment === right[index])
  )
}

/** The routes of all plugins. A fixed path wins over a pattern, so only two of the same sort can clash. */
export class RoutePatterns {
  readonly #routes: Route[] = []

  /** @throws {BootError} when another route of the same sort matches the same path, naming both owners */
  take(method: string, path: string, owner: string): void {
    const clashing = this.#routes.find(
      (route) =>
        route.method === method && hasParameter(route.path) === hasParameter(path) && overlap(route.path, path),
    )
    if (clashing) throw clash('path', `${method} ${path}`, clashing.owner, owner)
    this.#routes.push({ method, path, owner })
  }
}
