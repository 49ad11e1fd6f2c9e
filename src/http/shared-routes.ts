import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { defineError } from '../errors/oauth-error.ts'
import type { Dialect } from '../plugin/dialect.ts'
import { createDialectChoice } from '../rest/dialects.ts'
import { readBody } from '../rest/read-params.ts'
import { pageRoute } from './page-routes.ts'
import type { Route } from './route.ts'
import { endpointRoute } from './routes.ts'

const NotShared = defineError({ code: 'not_found', status: 404, message: 'There is nothing at this path.' })

/** Makes the routes of one dialect at the paths that it shares. */
type RoutesOf = (dialect: Owned<Dialect>) => readonly Route[]

export function sharedRoutes(core: Core, host: string, dialect: Owned<Dialect>): readonly Route[] {
  const { pluginId, sharedEndpoints = [], sharedPages = [] } = dialect
  const own = <T extends object>(item: T): Owned<T> => Object.assign(Object.create(item) as T, { pluginId })
  return [
    ...sharedEndpoints.map((endpoint) => endpointRoute(core, own(endpoint))),
    ...sharedPages.map((page) => pageRoute(core, host, own(page))),
  ]
}

/**
 * Puts dialects beside the routes of the standard: where one shares a path, a request that speaks it is its own, and every
 * other the standard's. A path that none shares stays as it is, and pays nothing for them.
 */
export function shareRoutes(core: Core, standard: readonly Route[], routesOf: RoutesOf): readonly Route[] {
  const shared = new Map<string, Map<Owned<Dialect>, Route>>()
  for (const dialect of core.registry.dialects.values()) {
    for (const route of routesOf(dialect)) {
      const key = keyOf(route)
      shared.set(key, (shared.get(key) ?? new Map()).set(dialect, route))
    }
  }
  const own = new Set(standard.map(keyOf))
  const added = [...shared].filter(([key]) => !own.has(key)).map(([, routes]) => withoutStandard([...routes.values()]))
  return [...standard, ...added].map((route) => {
    const sharers = shared.get(keyOf(route))
    return sharers ? share(core, route, sharers) : route
  })
}

const keyOf = ({ method, path }: Route): string => `${method} ${path}`

/** What is at a path of a dialect alone, for everybody else. */
function withoutStandard([route]: readonly Route[]): Route {
  const { method, path, face } = route as Route
  return {
    method,
    path,
    face,
    handle: () => {
      throw new NotShared()
    },
  }
}

function share(core: Core, standard: Route, sharers: ReadonlyMap<Owned<Dialect>, Route>): Route {
  const choose = createDialectChoice(core, [...sharers.keys()])
  return {
    ...standard,
    async handle(request, facts, parameters) {
      const isRead = request.method !== 'GET' && request.method !== 'HEAD'
      const body = isRead ? await readBody(request) : Buffer.alloc(0)
      const dialect = await choose(facts, body)
      const chosen = (dialect && sharers.get(dialect)) ?? standard
      if (isRead && chosen.handleRead) return chosen.handleRead(body, facts)
      return chosen.handle(isRead ? unread(request, body) : request, facts, parameters)
    },
  }
}

/** A request whose body was read, with a body to read. */
function unread(request: Request, body: Buffer<ArrayBuffer>): Request {
  return new Request(request.url, { method: request.method, headers: request.headers, body })
}
