import type { BenchCase, Requests } from './case.ts'
import type { Child } from './child.ts'
import { costOf, type Floor } from './floor.ts'
import { openLoad } from './load.ts'

/** How much is sent: a warm-up until the compiler has seen enough, then rounds. */
const WARM_UP = { cpuMs: 4000, requests: 24_000, steps: 20 }
const ROUNDS = 7
/** A round takes about so much CPU time, and no more requests than that. */
const ROUND = { cpuMs: 250, requests: 2500 }

/** How many requests are sent at most. */
export const MOST_REQUESTS = WARM_UP.requests + ROUNDS * ROUND.requests

/** CPU milliseconds of the server per request. */
export interface Measured {
  readonly medianMs: number
  readonly lowestMs: number
  readonly highestMs: number
  /** The median of what the bare handler (and a signature, where the case signs) took between the rounds. */
  readonly floorMs: number
  /** The median of each round divided by the floor beside it: what a slow minute of the machine does not change. */
  readonly timesFloor: number
  /** Answers in a second, by the clock on the wall: on a shared machine it says little. */
  readonly perSecond: number
}

/** Loads an open server, and reads before and after each round how much CPU time its process has used. */
export async function measure(
  child: Child,
  { port, requests }: { readonly port: number; readonly requests: Requests },
  { once, isRight, signs }: Pick<BenchCase, 'once' | 'isRight' | 'signs'>,
  floor: Floor,
): Promise<Measured> {
  const load = await openLoad(port, requests, { ...(once && { once }), isRight })
  try {
    const cost = (count: number) => costOf(child, count, () => load.send(count))
    const perRound = await warmUp(cost)
    const costs: number[] = []
    const floors: number[] = []
    let seconds = 0
    while (costs.length < ROUNDS) {
      floors.push((await floor.request()) + (signs ? await floor.signature(signs) : 0))
      const startedAt = performance.now()
      costs.push(await cost(perRound))
      seconds += (performance.now() - startedAt) / 1000
    }
    return {
      medianMs: median(costs),
      lowestMs: Math.min(...costs),
      highestMs: Math.max(...costs),
      floorMs: median(floors),
      timesFloor: median(costs.map((each, round) => each / (floors[round] as number))),
      perSecond: (ROUNDS * perRound) / seconds,
    }
  } finally {
    load.close()
  }
}

/** Answers how many requests make a round. */
async function warmUp(cost: (count: number) => Promise<number>): Promise<number> {
  const step = WARM_UP.requests / WARM_UP.steps
  let spentMs = 0
  let latestMs = 0
  for (let sent = 0; sent < WARM_UP.requests && spentMs < WARM_UP.cpuMs; sent += step) {
    latestMs = await cost(step)
    spentMs += latestMs * step
  }
  return Math.min(ROUND.requests, Math.ceil(ROUND.cpuMs / latestMs))
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] as number
}
