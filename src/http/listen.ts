import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { HttpApp } from './app.ts'

export interface Listener {
  readonly port: number
  /** Accepts no more, and finishes what is under way; what takes longer is cut off. */
  close(graceMs: number): Promise<void>
}

const MAX_TARGET_BYTES = 16 * 1024

const LIMITS = {
  maxHeaderSize: 32 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  // Longer than the idle time of the usual load balancers, so that it is them who close a connection.
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 5_000,
}

const IDLE_CHECK_MS = 50

/** Serves an app on a TCP port. Node's strict parser refuses what could be smuggled. */
export async function listen(app: HttpApp, port: number): Promise<Listener> {
  const answer = getRequestListener(
    (request, env) => app(request, (env as { incoming: IncomingMessage }).incoming.socket.remoteAddress),
    {
      // HTTP/1.0 has no Host header, and nothing here reads it.
      hostname: 'localhost',
      errorHandler: () => new Response(bodyFor(400), { status: 400, headers: { ...REFUSAL } }),
    },
  )
  const server = createServer(LIMITS, answer)
  server.on('clientError', refuse)
  // Once it drains, a connection is over with its answer: a balancer under load would never let it become idle.
  server.prependListener('request', (_request, response) => {
    if (!server.listening) response.shouldKeepAlive = false
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, resolve)
  })
  return { port: (server.address() as AddressInfo).port, close: (graceMs) => close(server, graceMs) }
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cutOff = setTimeout(() => server.closeAllConnections(), graceMs)
    // What was under way becomes idle only when it is answered.
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
    server.close(() => {
      clearTimeout(cutOff)
      clearInterval(idle)
      resolve()
    })
    server.closeIdleConnections()
  })
}

const REFUSAL = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }

function bodyFor(status: number): string {
  return JSON.stringify({ error: 'invalid_request', error_description: `${STATUS_CODES[status]}.` })
}

/** Answers what is not HTTP, or too long or too slow, before any handler saw it; then the connection ends. */
function refuse(error: Error & { readonly code?: string; readonly rawPacket?: Buffer }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const status = statusOf(error)
  const body = bodyFor(status)
  const headers = Object.entries(REFUSAL).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\n${headers.join('')}content-length: ${body.length}\r\n\r\n${body}`,
  )
}

function statusOf({ code, rawPacket }: { readonly code?: string; readonly rawPacket?: Buffer }): number {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return rawPacket && hasLongTarget(rawPacket) ? 414 : 431
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 408
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 413
    default:
      return 400
  }
}

/** Whether it is the first line of the request that does not end. */
function hasLongTarget(packet: Buffer): boolean {
  const end = packet.indexOf('\r\n')
  return /^[A-Z]+ \//.test(packet.toString('latin1', 0, 20)) && (end < 0 || end > MAX_TARGET_BYTES)
}
