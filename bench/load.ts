import { connect } from 'node:net'
import type { BenchCase, Requests } from './case.ts'

export const CONNECTIONS = 32
const STALL_MS = 20_000

/** Sends requests over keep-alive connections, the next one on each as soon as the last was answered. */
export interface Load {
  /**
   * Sends so many, and resolves when all were answered.
   *
   * @throws {Error} at the first answer that is wrong
   */
  send(count: number): Promise<void>
  close(): void
}

/**
 * Opens the connections. There is no HTTP client between: one would take more time than the server does, and the load
 * must never be what is waited for.
 */
export async function openLoad(
  port: number,
  { path, headers, bodies }: Requests,
  { once = false, isRight }: Pick<BenchCase, 'once' | 'isRight'>,
): Promise<Load> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n${lines.join('')}`
  const messages = bodies.map((body) => `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  let turn = 0
  const nextMessage = (): string => {
    if (once && turn >= messages.length) throw new Error('There are too few requests that can be sent once.')
    return messages[turn++ % messages.length] as string
  }
  const check = (answer: HttpAnswer): void => {
    if (answer.status === 200 && isRight(JSON.parse(answer.body))) return
    throw new Error(`A wrong answer: ${answer.status} ${answer.body.slice(0, 500)}`)
  }
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(port)))
  return {
    async send(count) {
      let sent = 0
      let answered = 0
      const work = async (connection: Connection) => {
        while (sent++ < count) {
          check(await connection.ask(nextMessage()))
          answered++
        }
      }
      await watched(Promise.all(connections.map(work)), () => answered)
    },
    close() {
      for (const connection of connections) connection.close()
    },
  }
}

/** @throws {Error} when nothing is answered for a while */
async function watched(work: Promise<unknown>, answered: () => number): Promise<void> {
  let seen = -1
  const { promise: stalled, reject } = Promise.withResolvers<never>()
  const timer = setInterval(() => {
    if (answered() === seen) reject(new Error('The server does not answer any more.'))
    seen = answered()
  }, STALL_MS)
  try {
    await Promise.race([work, stalled])
  } finally {
    clearInterval(timer)
  }
}

interface HttpAnswer {
  readonly status: number
  readonly body: string
}

interface Connection {
  ask(message: string): Promise<HttpAnswer>
  close(): void
}

async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let received = ''
  let waiting: PromiseWithResolvers<HttpAnswer> | undefined
  let broken: Error | undefined
  const fail = (reason: string) => {
    broken ??= new Error(reason)
    waiting?.reject(broken)
  }
  socket.on('error', ({ message }) => fail(message))
  socket.on('close', () => fail('The server closed a connection.'))
  socket.on('data', (chunk) => {
    // One byte, one character, so that lengths are what the head says.
    received += chunk.toString('latin1')
    try {
      const read = readAnswer(received)
      if (read === undefined) return
      received = ''
      waiting?.resolve(read)
    } catch (error) {
      waiting?.reject(error)
    }
  })
  return {
    ask(message) {
      if (broken) return Promise.reject(broken)
      waiting = Promise.withResolvers()
      socket.write(message)
      return waiting.promise
    },
    close: () => socket.destroy(),
  }
}

/** Reads one whole answer; undefined where there is more to come. */
function readAnswer(received: string): HttpAnswer | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = received.slice(0, end).toLowerCase()
  const status = Number(head.slice(9, 12))
  const body = received.slice(end + 4)
  if (head.includes('\r\ntransfer-encoding: chunked')) {
    return body.endsWith('0\r\n\r\n') ? { status, body: joinChunks(body) } : undefined
  }
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1]
  if (length === undefined) throw new Error(`An answer without a length: ${head}`)
  return body.length < Number(length) ? undefined : { status, body: toUtf8(body) }
}

function joinChunks(text: string): string {
  let joined = ''
  for (let at = 0; ; ) {
    const lineEnd = text.indexOf('\r\n', at)
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    if (size === 0) return toUtf8(joined)
    joined += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 4 + size
  }
}

const toUtf8 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString()
