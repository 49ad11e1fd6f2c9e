import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'

export interface TestListener {
  readonly port: number
  /** Connections that were opened to it so far, whether or not a request came. */
  readonly hits: number
}

/** A real listener that counts who knocks. It ends with the file. */
export async function listenOn(address: string, answer: RequestListener): Promise<TestListener> {
  const server = createServer(answer)
  let hits = 0
  server.on('connection', () => {
    hits += 1
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, address, resolve))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    get hits() {
      return hits
    },
  }
}
