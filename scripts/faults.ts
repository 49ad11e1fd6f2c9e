/**
 * Kills servers with SIGKILL while codes are claimed, on SQLite and on MariaDB, three processes on one database, and
 * checks afterwards that no token is without its used code and no used code without the token that was answered.
 *
 *     npm run faults                      200 kills on each database
 *     npm run faults -- --short           12 kills on each: for CI
 *     npm run faults -- --kills 50 --database sqlite --seed 7
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startMariadb } from '../test/support/mariadb.ts'
import { type FaultsReport, runFaults } from './faults/run-faults.ts'

const FULL_KILLS = 200
const SHORT_KILLS = 12
const MOST_MINUTES = 25

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    kills: { type: 'string' },
    database: { type: 'string', multiple: true, default: ['sqlite', 'mariadb'] },
    seed: { type: 'string' },
    minutes: { type: 'string' },
  },
})
const kills = Number(values.kills ?? (values.short ? SHORT_KILLS : FULL_KILLS))
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const minutes = Number(values.minutes ?? MOST_MINUTES)

const folder = await mkdtemp(join(tmpdir(), 'grantql-faults-'))
const reports: FaultsReport[] = []
console.error(`Seed ${seed}: --seed ${seed} begins with the same choices.`)
try {
  for (const name of values.database) reports.push(await runOn(name))
} finally {
  await rm(folder, { recursive: true, force: true })
}
show(reports)
process.exitCode = reports.some(({ faults }) => faults.length > 0) ? 1 : 0

async function runOn(name: string): Promise<FaultsReport> {
  const own = join(folder, name)
  await mkdir(own)
  const options = { name, folder: own, kills, seed, until: Date.now() + minutes * 60_000 }
  if (name === 'sqlite') return runFaults({ ...options, databaseUrl: `sqlite:${join(own, 'grantql.db')}` })
  const server = await startMariadb()
  try {
    await server.createDatabase('faults')
    return await runFaults({ ...options, databaseUrl: server.url('faults') })
  } finally {
    await server.stop()
  }
}

function show(all: readonly FaultsReport[]): void {
  const columns = ['kills', 'codes', 'claims', 'tokens', 'refused', 'unavailable', 'lost'] as const
  const line = (cells: readonly (string | number)[]) => cells.map((cell) => String(cell).padStart(12)).join('')
  console.log(`\n${line(['', ...columns, 'faults', 'seconds'])}`)
  for (const report of all) {
    console.log(
      line([report.name, ...columns.map((column) => report[column]), report.faults.length, report.seconds.toFixed(0)]),
    )
  }
  for (const { name, faults, complaints } of all) {
    for (const fault of faults.slice(0, 20)) console.log(`\n${name}, a fault: ${fault}`)
    if (complaints.length > 0)
      console.log(`\n${name}: the servers logged ${complaints.length} errors, the first:\n${complaints[0]}`)
  }
  console.log(all.every(({ faults }) => faults.length === 0) ? '\nNo fault.' : '\nThere are faults.')
}
