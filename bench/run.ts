/** `npm run bench`: the server's CPU milliseconds per request, beside what they should be. See `bench/README.md`. */
import { parseArgs } from 'node:util'
import { separate } from './affinity.ts'
import { loadCases, type NamedCase } from './cases.ts'
import { type Child, startChild } from './child.ts'
import { DATABASE_NAMES, type DatabaseName, type Databases, openDatabases } from './databases.ts'
import { type Effort, type Measured, measure, requestsOf } from './measure.ts'
import { createReport, type Floor, printReport, type Row, rowOf, writeReport } from './report.ts'

const EFFORT: Effort = { warmUpMs: 4000, warmUpRequests: 24_000, rounds: 7, roundMs: 250, roundRequests: 2500 }
const FLOOR_EFFORT: Effort = { ...EFFORT, warmUpMs: 400, roundMs: 80, roundRequests: 5000 }
const FLOOR_PLAN = { isRight: (body: { access_token?: unknown }) => typeof body.access_token === 'string' }

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    case: { type: 'string', multiple: true, default: [] },
    database: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
    /** Puts the figures into bench/README.md. */
    write: { type: 'boolean', default: false },
    /** A folder for CPU profiles of the server: the figures are higher then. */
    profile: { type: 'string' },
  },
})

if (positionals.includes('sign')) await import('./sign.ts')
else await runBench()

async function runBench(): Promise<void> {
  const cases = await loadCases([...positionals, ...options.case])
  const affinity = separate()
  say(affinity.description)
  const databases = openDatabases()
  try {
    const floor = await measureFloor(affinity.pinServer)
    const rows: Row[] = []
    for (const database of chosenDatabases()) {
      for (const benchCase of cases) {
        const measured = await measureCase(benchCase, database, databases, affinity.pinServer)
        rows.push(rowOf(benchCase, database, measured, floor))
      }
    }
    const report = createReport(floor, rows, affinity.description)
    console.log(options.json ? JSON.stringify(report, undefined, 2) : printReport(report))
    if (options.write) writeReport(report)
  } finally {
    await databases.close()
  }
}

function chosenDatabases(): readonly DatabaseName[] {
  for (const name of options.database) {
    if (!DATABASE_NAMES.some((known) => known === name)) throw new Error(`There is no database ${name} here.`)
  }
  return DATABASE_NAMES.filter((name) => options.database.length === 0 || options.database.includes(name))
}

async function measureFloor(pin: (pid: number) => void): Promise<Floor> {
  return withChild('./floor.ts', pin, async (child) => {
    const signatures = await child.ask<Record<string, number>>({ ask: 'signatures' })
    const request = await measureOpened(child, { caseName: 'floor', databaseUrl: '' }, FLOOR_PLAN, FLOOR_EFFORT)
    say(`floor: ${request.medianMs.toFixed(3)} ms`)
    return { request, signatures }
  })
}

async function measureCase(
  benchCase: NamedCase,
  database: DatabaseName,
  databases: Databases,
  pin: (pid: number) => void,
): Promise<Measured> {
  const databaseUrl = await databases.fresh(database)
  try {
    return await withChild('./server.ts', pin, async (child) => {
      const measured = await measureOpened(child, { caseName: benchCase.name, databaseUrl }, benchCase, EFFORT)
      say(
        `${benchCase.name} on ${database}: ${measured.medianMs.toFixed(3)} ms, ${measured.perSecond.toFixed(0)} a second`,
      )
      return measured
    })
  } catch (cause) {
    throw new Error(`The case ${benchCase.name} on ${database} failed.`, { cause })
  }
}

async function measureOpened(
  child: Child,
  what: { readonly caseName: string; readonly databaseUrl: string },
  benchCase: Parameters<typeof measure>[2],
  effort: Effort,
): Promise<Measured> {
  const opened = await child.ask<Parameters<typeof measure>[1]>({ ask: 'open', ...what, count: requestsOf(effort) })
  return measure(child, opened, benchCase, effort)
}

async function withChild<T>(file: string, pin: (pid: number) => void, work: (child: Child) => Promise<T>): Promise<T> {
  const profiling = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`]
  const child = await startChild(file, profiling)
  pin(child.pid)
  try {
    return await work(child)
  } finally {
    await child.close()
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
