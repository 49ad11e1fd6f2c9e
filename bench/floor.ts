import { type Child, startChild } from './child.ts'
import { openLoad } from './load.ts'

const WARM_UP = 20_000
const REQUESTS = 2000
/** So many take about as long as the requests do. */
const SIGNATURES = { ES256: 1000, RS256: 100 }

const HEADERS = { 'content-type': 'application/x-www-form-urlencoded', authorization: 'Basic Zmxvb3I6Zmxvb3I=' }
const BODIES = ['grant_type=client_credentials&scope=read']

/** What no server can do without, in CPU milliseconds of this machine in these seconds. */
export interface Floor {
  /** A bare node:http handler that reads a form and answers JSON, under the same load. */
  request(): Promise<number>
  /** One signature by node:crypto. */
  signature(algorithm: keyof typeof SIGNATURES): Promise<number>
  close(): Promise<void>
}

/** Starts the process that the floor is measured on. It rests in between. */
export async function openFloor(pin: (pid: number) => void): Promise<Floor> {
  const child = await startChild('./floor-server.ts')
  pin(child.pid)
  const port = await child.ask<number>({ ask: 'open-floor' })
  const load = await openLoad(port, { path: '/', headers: HEADERS, bodies: BODIES }, { isRight })
  await load.send(WARM_UP)
  const sign = (algorithm: keyof typeof SIGNATURES, count: number) =>
    child.ask<number>({ ask: 'sign', algorithm, count })
  for (const algorithm of ['ES256', 'RS256'] as const) await sign(algorithm, 50)
  return {
    request: () => costOf(child, REQUESTS, () => load.send(REQUESTS)),
    signature: (algorithm) => sign(algorithm, SIGNATURES[algorithm]),
    async close() {
      load.close()
      await child.close()
    },
  }
}

const isRight = (body: { readonly access_token?: unknown }) => typeof body.access_token === 'string'

/** CPU milliseconds of a process for one of so many. */
export async function costOf(child: Pick<Child, 'cpuMs'>, count: number, work: () => Promise<void>): Promise<number> {
  const before = await child.cpuMs()
  await work()
  return ((await child.cpuMs()) - before) / count
}
