import type { BenchCase, Requests } from './case.ts'
import type { Child } from './child.ts'
import { openLoad } from './load.ts'

/** How much is sent. */
export interface Effort {
  /** Until the compiler has seen enough. */
  readonly warmUp: number
  readonly rounds: number
  readonly perRound: number
}

/** CPU milliseconds of the server per request. */
export interface Measured {
  readonly medianMs: number
  readonly lowestMs: number
  readonly highestMs: number
  /** Answers in a second, by the clock on the wall: on a shared machine it says little. */
  readonly perSecond: number
}

export const requestsOf = ({ warmUp, rounds, perRound }: Effort): number => warmUp + rounds * perRound

/** Loads an open server, and reads before and after each round how much CPU time its process has used. */
export async function measure(
  child: Child,
  { port, requests }: { readonly port: number; readonly requests: Requests },
  benchCase: Pick<BenchCase, 'once' | 'isRight'>,
  { warmUp, rounds, perRound }: Effort,
): Promise<Measured> {
  const load = await openLoad(port, requests, benchCase)
  try {
    await load.send(warmUp)
    const costs: number[] = []
    const startedAt = performance.now()
    for (let round = 0; round < rounds; round++) {
      const before = await child.cpuMs()
      await load.send(perRound)
      costs.push(((await child.cpuMs()) - before) / perRound)
      if (process.env.BENCH_ROUNDS) process.stderr.write(`${(costs.at(-1) as number).toFixed(3)} `)
    }
    const seconds = (performance.now() - startedAt) / 1000
    costs.sort((one, other) => one - other)
    return {
      medianMs: costs[Math.floor(rounds / 2)] as number,
      lowestMs: costs[0] as number,
      highestMs: costs.at(-1) as number,
      perSecond: (rounds * perRound) / seconds,
    }
  } finally {
    load.close()
  }
}
