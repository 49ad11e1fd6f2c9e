import { openDatabase } from '../../src/storage/open-database.ts'
import { createTestApp } from './app.ts'
import { startCluster } from './cluster.ts'
import { killWhileClaiming } from './kill-while-claiming.ts'
import { type CodeEntry, checkLedger, isIntact } from './ledger.ts'
import { Progress } from './progress.ts'
import { createRandom } from './random.ts'

const NODES = 3

export interface FaultsOptions {
  readonly name: string
  readonly databaseUrl: string
  readonly folder: string
  readonly kills: number
  readonly seed: number
  /** No round begins after that. */
  readonly until: number
}

export interface FaultsReport {
  readonly name: string
  readonly kills: number
  readonly codes: number
  readonly claims: number
  readonly tokens: number
  readonly refused: number
  readonly unavailable: number
  readonly lost: number
  readonly faults: readonly string[]
  readonly complaints: readonly string[]
  readonly seconds: number
}

/** Kills servers of one database again and again, and looks at what is left. */
export async function runFaults({
  name,
  databaseUrl,
  folder,
  kills,
  seed,
  until,
}: FaultsOptions): Promise<FaultsReport> {
  const startedAt = performance.now()
  const random = createRandom(seed)
  const entries: CodeEntry[] = []
  const faults: string[] = []
  const path = databaseUrl.startsWith('sqlite:') ? databaseUrl.slice('sqlite:'.length) : undefined
  const cluster = await startCluster({ databaseUrl, folder, size: NODES })
  try {
    const app = await createTestApp(cluster)
    const progress = new Progress(name, kills)
    let done = 0
    for (; done < kills && Date.now() < until; done++) {
      entries.push(...(await killWhileClaiming(cluster, app, random)))
      if (path !== undefined && !isIntact(path)) faults.push(`after kill ${done + 1}: the SQLite file is damaged`)
      progress.show(done + 1)
    }
    progress.end()
    if (done < kills) faults.push(`only ${done} of ${kills} kills fitted into the time`)
    const database = await openDatabase(databaseUrl)
    try {
      faults.push(...(await checkLedger(entries, database, cluster, app)))
    } finally {
      await database.close()
    }
    const count = (kind: string) =>
      entries.reduce((sum, { outcomes }) => sum + outcomes.filter((each) => each.kind === kind).length, 0)
    return {
      name,
      kills: done,
      codes: entries.length,
      claims: entries.reduce((sum, { outcomes }) => sum + outcomes.length, 0),
      tokens: count('token'),
      refused: count('refused'),
      unavailable: count('unavailable'),
      lost: count('lost'),
      faults,
      complaints: cluster.complaints(),
      seconds: (performance.now() - startedAt) / 1000,
    }
  } finally {
    await cluster.stop()
  }
}
