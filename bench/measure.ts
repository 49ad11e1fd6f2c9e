import type { BenchCase, Requests } from './case.ts'
import type { Child } from './child.ts'
import { openLoad } from './load.ts'

const WARM_UP_STEPS = 20

/** How much is sent. */
export interface Effort {
  /** Until the compiler has seen enough: so much CPU time … */
  readonly warmUpMs: number
  /** … or so many requests. */
  readonly warmUpRequests: number
  readonly rounds: number
  /** CPU time of a round, about … */
  readonly roundMs: number
  /** … and its requests at most. */
  readonly roundRequests: number
}

/** CPU milliseconds of the server per request. */
export interface Measured {
  readonly medianMs: number
  readonly lowestMs: number
  readonly highestMs: number
  /** Answers in a second, by the clock on the wall: on a shared machine it says little. */
  readonly perSecond: number
}

/** How many requests are sent at most. */
export const requestsOf = ({ warmUpRequests, rounds, roundRequests }: Effort): number =>
  warmUpRequests + rounds * roundRequests

/** Loads an open server, and reads before and after each round how much CPU time its process has used. */
export async function measure(
  child: Child,
  { port, requests }: { readonly port: number; readonly requests: Requests },
  benchCase: Pick<BenchCase, 'once' | 'isRight'>,
  effort: Effort,
): Promise<Measured> {
  const load = await openLoad(port, requests, benchCase)
  try {
    const cost = async (count: number): Promise<number> => {
      const before = await child.cpuMs()
      await load.send(count)
      return ((await child.cpuMs()) - before) / count
    }
    const perRound = await warmUp(cost, effort)
    const costs: number[] = []
    const startedAt = performance.now()
    while (costs.length < effort.rounds) costs.push(await cost(perRound))
    const seconds = (performance.now() - startedAt) / 1000
    costs.sort((one, other) => one - other)
    return {
      medianMs: costs[Math.floor(costs.length / 2)] as number,
      lowestMs: costs[0] as number,
      highestMs: costs.at(-1) as number,
      perSecond: (effort.rounds * perRound) / seconds,
    }
  } finally {
    load.close()
  }
}

/** Answers how many requests make a round. */
async function warmUp(cost: (count: number) => Promise<number>, effort: Effort): Promise<number> {
  const { warmUpMs, warmUpRequests, roundMs, roundRequests } = effort
  const step = Math.floor(warmUpRequests / WARM_UP_STEPS)
  let spentMs = 0
  let latestMs = 0
  for (let sent = 0; sent + step <= warmUpRequests && spentMs < warmUpMs; sent += step) {
    latestMs = await cost(step)
    spentMs += latestMs * step
  }
  return Math.min(roundRequests, Math.ceil(roundMs / latestMs))
}
