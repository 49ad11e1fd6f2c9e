import { connect } from 'node:net'
import type { TestServer } from '../support/server.ts'

/** Sends bytes over a socket of its own, and answers all that came back until the other side closed it or fell silent. */
export function sendRaw(
  server: TestServer,
  bytes: string | Buffer,
  silenceMs = 2_000,
): Promise<{ text: string; isClosed: boolean }> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    socket.setTimeout(silenceMs, () => {
      resolve({ text, isClosed: false })
      socket.destroy()
    })
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve({ text, isClosed: true }))
  })
}

export const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1])
