import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What happens to the next COMMIT: the client's connection is always cut; the server gets it, not at all, or late. */
export type CommitFate = 'delivered' | 'dropped' | { readonly deliveredAfterMs: number }

export interface CommitProxy {
  url(original: string): string
  /** Cuts the connection that sends the next COMMIT. */
  cutNextCommit(fate: CommitFate): void
  stop(): Promise<void>
}

const QUERY = 3
const COMMIT = Buffer.from('commit')

/** Starts a proxy before a MySQL server that can cut a connection exactly at COMMIT. */
export async function startProxy(serverPort: number): Promise<CommitProxy> {
  let next: CommitFate | undefined
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1')
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    server.on('data', (chunk) => client.write(chunk))
    server.on('close', () => client.destroy())
    client.on('data', (chunk: Buffer) => {
      if (next === undefined || !isCommit(chunk)) return server.write(chunk)
      const fate = next
      next = undefined
      void cut(client, server, chunk, fate)
    })
    client.on('close', () => server.end())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return {
    url: (original) => original.replace(/:\d+\//, `:${portOf(proxy)}/`),
    cutNextCommit(fate) {
      next = fate
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => proxy.close(resolve))
    },
  }
}

function isCommit(chunk: Buffer): boolean {
  return chunk[4] === QUERY && chunk.subarray(5).equals(COMMIT)
}

async function cut(client: Socket, server: Socket, chunk: Buffer, fate: CommitFate): Promise<void> {
  if (fate === 'dropped') {
    client.destroy()
    server.destroy()
    return
  }
  server.removeAllListeners('data')
  client.removeAllListeners('close')
  if (fate === 'delivered') {
    server.write(chunk)
    // The answer of the server is what the client never gets.
    await new Promise((resolve) => server.once('data', resolve))
    client.destroy()
  } else {
    client.destroy()
    await sleep(fate.deliveredAfterMs)
    server.write(chunk)
    await new Promise((resolve) => server.once('data', resolve))
  }
  server.end()
}

function portOf(server: Server): number {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The proxy has no port.')
  return address.port
}
