import { setTimeout as sleep } from 'node:timers/promises'
import type { Outcome, TestApp } from './app.ts'
import type { Cluster } from './cluster.ts'
import { type CodeEntry, tokensOf } from './ledger.ts'
import type { Random } from './random.ts'

const CODES_A_ROUND = 4
const CLAIMS_A_CODE = 6
/** Claims take some milliseconds; a kill may come before, amid or after all of them. */
const KILL_WITHIN_MS = 40
const PATIENCE_MS = 20_000

/**
 * One round: codes are claimed over every server and both faces at once, and one server is killed somewhere in it. Then,
 * as a client does who heard nothing, each code without an answer is claimed again until there is one.
 */
export async function killWhileClaiming(cluster: Cluster, app: TestApp, random: Random): Promise<CodeEntry[]> {
  const victim = random.pick(cluster.nodes)
  const killsEarly = random.below(4) === 0
  let replacing: Promise<void> | undefined
  const kill = async (withinMs: number) => {
    await sleep(random.next() * withinMs)
    replacing = cluster.replace(victim)
    // It is awaited at the end of the round; until then its failure must not count as nobody's.
    replacing.catch(() => undefined)
  }

  const early = killsEarly ? kill(KILL_WITHIN_MS * 2) : undefined
  const codes: string[] = []
  for (let index = 0; index < CODES_A_ROUND; index++) codes.push(await app.approvedCode())
  await early

  const late = killsEarly ? undefined : kill(KILL_WITHIN_MS)
  const entries = await Promise.all(codes.map((code) => claimEverywhere(cluster, app, random, code)))
  await late
  for (const entry of entries) await claimUntilAnswered(cluster, app, random, entry)
  await replacing
  return entries
}

async function claimEverywhere(cluster: Cluster, app: TestApp, random: Random, code: string): Promise<CodeEntry> {
  const outcomes: Outcome[] = []
  const claims = Array.from({ length: CLAIMS_A_CODE }, async () => {
    const node = random.pick(cluster.nodes)
    const face = random.pick(['rest', 'graphql'] as const)
    await sleep(random.next() * 10)
    outcomes.push(await app.claim(node, code, face))
  })
  await Promise.all(claims)
  return { code, outcomes }
}

async function claimUntilAnswered(cluster: Cluster, app: TestApp, random: Random, entry: CodeEntry): Promise<void> {
  const isSettled = () => tokensOf(entry).length > 0 || entry.outcomes.at(-1)?.kind === 'refused'
  for (const until = Date.now() + PATIENCE_MS; !isSettled() && Date.now() < until; await sleep(50)) {
    entry.outcomes.push(await app.claim(random.pick(cluster.nodes), entry.code, 'rest'))
  }
}
