import { answerHeadersOf } from '../operations/answer-headers.ts'
import type { Logger } from '../plugin/context.ts'
import type { Answer } from '../rest/answer.ts'
import type { Arrival } from './app.ts'
import type { CrossOrigin } from './cors.ts'
import type { RequestMeter } from './metrics.ts'
import type { Readers } from './route.ts'

interface SenderOptions {
  readonly common: Readonly<Record<string, string>>
  readonly crossOrigin: CrossOrigin
  readonly log: Logger
  readonly meter: RequestMeter
}

type Send = (
  arrival: Arrival,
  path: string | undefined,
  readers: Readers | undefined,
  answer: Answer | Response,
) => Response

/** Makes the function through which every answer leaves: with what each carries, counted, and one line in the log. */
export function createSender({ common, crossOrigin, log, meter }: SenderOptions): Send {
  return ({ facts, startedAt }, path, readers, answer) => {
    const cors = crossOrigin.headers(readers, readers === 'configured' ? facts.headers.get('origin') : null)
    const added = answerHeadersOf(facts)
    const response = isResponse(answer)
      ? addHeaders(answer, { ...common, ...cors, ...added, 'x-request-id': facts.id })
      : new Response(answer.body, {
          status: answer.status,
          headers: join(common, cors, added ? { ...answer.headers, ...added } : answer.headers, facts.id),
        })
    const milliseconds = performance.now() - startedAt
    const { status } = answer
    meter.observe(facts.method, path, status, milliseconds)
    log.info(
      {
        method: facts.method,
        path: path ?? unknownPath(facts.url),
        status,
        ms: Math.round(milliseconds * 100) / 100,
        requestId: facts.id,
      },
      'request',
    )
    return response
  }
}

function isResponse(answer: Answer | Response): answer is Response {
  return typeof answer.headers.get === 'function'
}

type HeaderRecord = Readonly<Record<string, string>>

function join(common: HeaderRecord, cors: HeaderRecord, own: HeaderRecord, id: string): Record<string, string> {
  const headers: Record<string, string> = { ...common, ...cors, ...own, 'x-request-id': id }
  if (cors.vary !== undefined && own.vary !== undefined) headers.vary = `${own.vary}, ${cors.vary}`
  return headers
}

/** What the plugin or library said itself stays. */
function addHeaders(response: Response, more: HeaderRecord): Response {
  try {
    return addInPlace(response, more)
  } catch {
    // Headers that came from elsewhere, a fetch or a `Response.redirect`, cannot be changed.
    return addInPlace(
      new Response(response.body, { status: response.status, headers: new Headers(response.headers) }),
      more,
    )
  }
}

/** In place, because a copy would turn a ready body into a stream. */
function addInPlace(response: Response, more: HeaderRecord): Response {
  const { headers } = response
  for (const name in more) {
    const value = more[name] as string
    if (name === 'vary') headers.append(name, value)
    else if (name === 'x-request-id' || !headers.has(name)) headers.set(name, value)
  }
  return response
}

const SECRET = /gq[a-z]_[A-Za-z0-9_-]+/g

/** A path that matches no route is somebody's text: it may hold a secret, or be long. */
function unknownPath({ pathname }: URL): string {
  return pathname.slice(0, 200).replace(SECRET, '[secret]')
}
