import { Hono } from 'hono'
import { defineError, type OAuthError } from '../errors/oauth-error.ts'
import type { Logger } from '../plugin/context.ts'
import type { RequestFacts } from '../plugin/request.ts'
import type { Answer } from '../rest/answer.ts'
import { errorAnswer } from '../rest/error-response.ts'
import { type OwnResource, withResourceMetadata } from '../rest/protected-resources.ts'
import { limitBody } from './body-limit.ts'
import { createCrossOrigin } from './cors.ts'
import { toAnswerable } from './error-boundary.ts'
import { IncomingFacts, type Origin } from './facts.ts'
import type { RequestMeter } from './metrics.ts'
import { groupByPath, type Route, type RouteGroup } from './route.ts'
import { apiHeaders } from './security-headers.ts'
import { createSender } from './send.ts'

/** Longer than any honest authorize request, and short enough for whatever stands in front. */
const MAX_URL_LENGTH = 16_384

const UriTooLong = defineError({ code: 'invalid_request', status: 414, message: 'The URL is too long.' })
const MethodNotAllowed = defineError({ code: 'invalid_request', status: 405, message: 'This path has no such method.' })
const NoSuchPath = defineError({ code: 'not_found', status: 404, message: 'There is nothing at this path.' })

export interface HttpOptions {
  readonly origin: Origin
  readonly routes: readonly Route[]
  readonly log: Logger
  readonly meter: RequestMeter
  readonly maxBodyBytes: number
  readonly allowedOrigins: readonly string[]
  /** Those at paths of this server. */
  readonly resources: readonly OwnResource[]
  /** What a person is shown where a page fails. */
  errorPage(error: OAuthError, facts: RequestFacts): Answer | Response
}

/** Answers requests; `peer` is the address at the other end of the socket. */
export type HttpApp = (request: Request, peer?: string) => Response | Promise<Response>

export interface Arrival {
  readonly facts: IncomingFacts
  readonly startedAt: number
}

/** Makes the one function that answers requests: it routes, bounds, measures and logs them, and lets no error out. */
export function createHttpApp(options: HttpOptions): HttpApp {
  const { origin, log, meter, maxBodyBytes } = options
  const metadataUrls = new Map(options.resources.map(({ path, metadataUrl }) => [path, metadataUrl]))
  const crossOrigin = createCrossOrigin(options.allowedOrigins)
  const send = createSender({ common: apiHeaders(origin.issuer), crossOrigin, log, meter })

  const answerError = (error: unknown, face: Route['face'], facts: RequestFacts): Answer | Response => {
    const answerable = toAnswerable(error, log, facts.id)
    if (face === 'page') return options.errorPage(answerable, facts)
    const more = answerable.status === 500 ? { request_id: facts.id } : {}
    return errorAnswer(answerable, more, facts.headers.get('authorization'))
  }

  const answerOther = (group: RouteGroup, request: Request): Answer => {
    const preflight = request.method === 'OPTIONS' ? crossOrigin.preflight(group.routes, request) : undefined
    if (preflight) return preflight
    const refusal = errorAnswer(new MethodNotAllowed())
    return { ...refusal, headers: { ...refusal.headers, allow: group.allow } }
  }

  async function serve(
    group: RouteGroup,
    request: Request,
    arrival: Arrival,
    parameters: Readonly<Record<string, string>>,
  ): Promise<Response> {
    const route = group.find(request.method)
    let answer: Answer | Response
    try {
      if (request.url.length > MAX_URL_LENGTH) throw new UriTooLong()
      if (!route) answer = answerOther(group, request)
      else if (route.method === 'GET') answer = await route.handle(request, arrival.facts, parameters)
      else answer = await route.handle(await limitBody(request, maxBodyBytes), arrival.facts, parameters)
    } catch (error) {
      answer = answerError(error, group.face, arrival.facts)
    }
    const pointing = answer instanceof Response ? answer : withResourceMetadata(answer, metadataUrls.get(group.path))
    return send(arrival, group.path, route?.readers, pointing)
  }

  const app = new Hono<{ Bindings: Arrival }>()
  for (const group of groupByPath(options.routes)) {
    app.all(group.path, (c) => serve(group, c.req.raw, c.env, group.hasParameters ? c.req.param() : {}))
  }
  app.notFound((c) => {
    const error = c.req.raw.url.length > MAX_URL_LENGTH ? new UriTooLong() : new NoSuchPath()
    return send(c.env, undefined, undefined, errorAnswer(error))
  })
  return (request, peer) => {
    const startedAt = performance.now()
    return app.fetch(request, { facts: new IncomingFacts(origin, request, peer), startedAt })
  }
}
