import { routeRank } from '../config/route-patterns.ts'
import type { RequestFacts } from '../plugin/request.ts'
import type { Answer } from '../rest/answer.ts'

/** Who may read the answer from a script on another origin: nobody, the configured origins, or everybody. */
export type Readers = 'same-origin' | 'configured' | 'everybody'

/** One method of one path. */
export interface Route {
  readonly method: string
  /** A fixed path, or a pattern with `:name` segments. */
  readonly path: string
  /** Who reads errors: a program (JSON) or a person (HTML). */
  readonly face: 'api' | 'page'
  /** Defaults to `same-origin`. */
  readonly readers?: Readers
  /** HEAD is answered as GET without its body. Defaults to false, for a GET may do something. */
  readonly answersHead?: boolean
  handle(
    request: Request,
    facts: RequestFacts,
    parameters: Readonly<Record<string, string>>,
  ): Promise<Answer | Response> | Answer
  /** The same where the body was read before, to find out whose request it is. */
  handleRead?(body: Buffer<ArrayBuffer>, facts: RequestFacts): Promise<Answer | Response>
}

/** The routes of one path. */
export interface RouteGroup {
  readonly path: string
  readonly hasParameters: boolean
  readonly face: Route['face']
  readonly routes: readonly Route[]
  /** The value of an `Allow` header. */
  readonly allow: string
  find(method: string): Route | undefined
}

/** Groups routes by path, in the order in which they win: fixed paths, patterns, patterns that begin with a parameter. */
export function groupByPath(routes: readonly Route[]): readonly RouteGroup[] {
  const groups = [...Map.groupBy(routes, ({ path }) => path)].map(([path, own]) => createGroup(path, own))
  return groups.sort((one, other) => routeRank(one.path) - routeRank(other.path))
}

function createGroup(path: string, routes: readonly Route[]): RouteGroup {
  const byMethod = new Map(routes.map((route) => [route.method, route]))
  const get = byMethod.get('GET')
  if (get?.answersHead) byMethod.set('HEAD', get)
  return {
    path,
    hasParameters: path.includes('/:'),
    face: routes.some(({ face }) => face === 'page') ? 'page' : 'api',
    routes,
    allow: [...byMethod.keys()].join(', '),
    find: (method) => byMethod.get(method),
  }
}
