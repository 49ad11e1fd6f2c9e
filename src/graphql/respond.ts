import type { GraphQLError } from 'graphql'
import { getSSEProcessor } from 'graphql-yoga'
import type { GraphQLContext } from './context.ts'
import { presentError, presentResult, type Result } from './present-errors.ts'

const JSON_TYPE = 'application/json'
const GRAPHQL_TYPE = 'application/graphql-response+json'
const STREAM_TYPE = 'text/event-stream'

const HEADERS = { [JSON_TYPE]: headersOf(JSON_TYPE), [GRAPHQL_TYPE]: headersOf(GRAPHQL_TYPE) }

type MediaType = keyof typeof HEADERS | typeof STREAM_TYPE

function headersOf(type: string): Readonly<Record<string, string>> {
  return Object.freeze({ 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' })
}

/** A JSON answer as data: the HTTP layer makes one response of it, with what every answer carries. */
export interface Printed {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

/** What an execution answers: one result, or for a subscription a stream of them. */
export type Outcome = Result | AsyncIterableIterator<Result>

/** Prints what an execution answers: errors as they may be sent, the status that they mean, JSON or an event stream. */
export async function respond(outcome: Outcome, context: GraphQLContext): Promise<Printed | Response> {
  const type = acceptedType(context.facts.headers.get('accept'))
  if (isStream(outcome)) {
    if (type === STREAM_TYPE) return streamOf(presentEach(outcome, context))
    await outcome.return?.()
    return notAcceptable(STREAM_TYPE)
  }
  if (type === undefined) return notAcceptable(`${JSON_TYPE}, ${GRAPHQL_TYPE}`)
  const result = presentResult(outcome, context)
  return type === STREAM_TYPE ? streamOf(withoutHttp(result), statusOf(result)) : printResult(result, type)
}

/** One result as an answer. */
export function printResult(result: Result, type: keyof typeof HEADERS = JSON_TYPE): Printed {
  if (!result.errors?.length) return { status: 200, headers: HEADERS[type], body: JSON.stringify(result) }
  const { status, headers } = statusOf(result)
  return { status, headers: { ...HEADERS[type], ...headers }, body: JSON.stringify(withoutHttp(result)) }
}

/** The media type of the answer by the `Accept` header; undefined where we have none of what is asked for. */
export function acceptedType(accept: string | null): MediaType | undefined {
  if (accept === null || accept === '*/*' || accept === JSON_TYPE) return JSON_TYPE
  const types = accept.toLowerCase()
  if (types.includes(STREAM_TYPE)) return STREAM_TYPE
  if (types.includes(GRAPHQL_TYPE)) return GRAPHQL_TYPE
  return types.includes(JSON_TYPE) || types.includes('*/*') || types.includes('application/*') ? JSON_TYPE : undefined
}

interface Status {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * 200 where anything was answered, or where fields failed for different reasons. A request that failed as a whole has the
 * status of its reason.
 */
function statusOf({ data, errors = [] }: Result): Status {
  const wasRun = data !== undefined && data !== null
  if (wasRun && Object.values(data).some((value) => value !== null)) return { status: 200 }
  const reasons = errors.map(
    ({ extensions }) => (extensions.http ?? {}) as { status?: number; headers?: Record<string, string> },
  )
  const [first] = reasons
  const isOneReason = reasons.every(({ status }) => status === first?.status)
  if (!first || (wasRun && (!isOneReason || first.status === undefined))) return { status: 200 }
  return { status: first.status ?? 400, ...(first.headers && { headers: first.headers }) }
}

function withoutHttp<R extends Result>(result: R): R {
  const errors = result.errors?.map((error) => {
    const { http: _, ...extensions } = error.extensions
    return { ...error.toJSON(), extensions }
  })
  return errors ? { ...result, errors: errors as unknown as GraphQLError[] } : result
}

const printStream = getSSEProcessor()
const API = { Response, ReadableStream, TextEncoder } as unknown as Parameters<typeof printStream>[1]
const STREAM_HEADERS = { ...headersOf(STREAM_TYPE), 'x-accel-buffering': 'no' }

/** Yoga says `Connection` and `Content-Encoding` of streams, which are not an origin server's to say. */
async function streamOf(events: Outcome, { status = 200, headers = {} }: Partial<Status> = {}): Promise<Response> {
  const { body } = await printStream(events as never, API, STREAM_TYPE)
  return new Response(body, { status, headers: { ...STREAM_HEADERS, ...headers } })
}

function notAcceptable(accept: string): Printed {
  return { status: 406, headers: { 'cache-control': 'no-store', accept }, body: null }
}

function isStream(outcome: Outcome): outcome is AsyncIterableIterator<Result> {
  return Symbol.asyncIterator in outcome
}

/** Not a generator: leaving must reach the source at once, also while it waits. */
function presentEach(source: AsyncIterableIterator<Result>, context: GraphQLContext): AsyncIterableIterator<Result> {
  const over = { done: true as const, value: undefined }
  const iterator: AsyncIterableIterator<Result> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      try {
        const { done, value } = await source.next()
        return done ? over : { done: false, value: withoutHttp(presentResult(value as Result, context)) }
      } catch (error) {
        await source.return?.()
        return { done: false, value: withoutHttp({ errors: [presentError(error, context)] }) }
      }
    },
    return: async () => {
      await source.return?.()
      return over
    },
  }
  return iterator
}
