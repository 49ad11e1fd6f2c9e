import { type Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const TICK_MS = 2

/** One POST, ready to be sent. */
export interface Post {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Outcome {
  /** 0 where the connection broke. */
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** From the moment in which it was due, so that a server that makes others wait does not look fast. */
  readonly millis: number
}

export interface Offered {
  readonly outcomes: readonly Outcome[]
  /** How many were without an answer at the same time. */
  readonly mostAtOnce: number
}

/**
 * Sends so many a second whether or not the ones before are answered, as people do who do not know of each other, and
 * waits until all are answered.
 */
export async function offer(
  { port, agent }: { readonly port: number; readonly agent: Agent },
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
  postAt: (index: number) => Post,
): Promise<Offered> {
  const count = perSecond * seconds
  const startedAt = performance.now()
  const answers: Promise<Outcome>[] = []
  let open = 0
  let mostAtOnce = 0
  while (answers.length < count) {
    const elapsedMs = performance.now() - startedAt
    const due = Math.min(count, Math.ceil((elapsedMs * perSecond) / 1000))
    while (answers.length < due) {
      const dueAt = startedAt + (answers.length * 1000) / perSecond
      mostAtOnce = Math.max(mostAtOnce, ++open)
      answers.push(send(port, agent, postAt(answers.length), dueAt).finally(() => open--))
    }
    await sleep(TICK_MS)
  }
  return { outcomes: await Promise.all(answers), mostAtOnce }
}

function send(port: number, agent: Agent, { path, headers, body }: Post, dueAt: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path, agent, method: 'POST' }
    const length = { 'content-length': Buffer.byteLength(body) }
    const request = httpRequest({ ...options, headers: { ...headers, ...length } }, (response) => {
      response.resume().on('end', () => {
        const millis = performance.now() - dueAt
        resolve({ status: response.statusCode ?? 0, headers: response.headers, millis })
      })
    })
    request.on('error', () => {
      // The server had just closed a connection that lay idle: it has not seen the request.
      if (request.reusedSocket) resolve(send(port, agent, { path, headers, body }, dueAt))
      else resolve({ status: 0, headers: {}, millis: performance.now() - dueAt })
    })
    request.end(body)
  })
}
