/** `npm run bench`: the server's CPU milliseconds per request, beside what they should be. See `bench/README.md`. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { LOG_LEVELS, type LogLevel } from '../src/log/create-log.ts'
import { type Affinity, separate } from './affinity.ts'
import { readAreas } from './areas.ts'
import { loadCases, type NamedCase } from './cases.ts'
import { type Child, startChild } from './child.ts'
import { DATABASE_NAMES, openDatabases } from './databases.ts'
import { type Floor, openFloor } from './floor.ts'
import { type Measured, MOST_REQUESTS, measure } from './measure.ts'
import { createReport, measureMachine, printAreas, printReport, type Row, rowOf } from './report.ts'
import { measureStorm, printStorms, type Storm } from './storm/run.ts'
import { writeFigures } from './write-figures.ts'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    case: { type: 'string', multiple: true, default: [] },
    database: { type: 'string', multiple: true, default: [...DATABASE_NAMES] },
    json: { type: 'boolean', default: false },
    /** Puts the figures into bench/README.md. */
    write: { type: 'boolean', default: false },
    /** A folder for CPU profiles, with one for each case in it. Also prints where the time goes, and takes some itself. */
    profile: { type: 'string' },
    'log-level': { type: 'string', default: 'info' },
  },
})

if (positionals.includes('sign')) await import('./sign.ts')
else if (positionals.includes('storm')) await runStorms()
else await runBench()

async function runStorms(): Promise<void> {
  const databases = openDatabases()
  try {
    const storms: Storm[] = []
    for (const database of options.database.map((name) => oneOf(DATABASE_NAMES, name))) {
      storms.push(await measureStorm(database, await databases.fresh(database)))
    }
    const text = printStorms(storms)
    console.log(options.json ? JSON.stringify(storms, undefined, 2) : text)
    if (options.write) writeFigures('npm run bench -- storm --write', text)
  } finally {
    await databases.close()
  }
}

async function runBench(): Promise<void> {
  const cases = await loadCases([...positionals, ...options.case])
  const databaseNames = options.database.map((name) => oneOf(DATABASE_NAMES, name))
  const logLevel = oneOf(LOG_LEVELS, options['log-level'])
  const affinity = separate()
  say(affinity.description)
  const databases = openDatabases()
  try {
    const floor = await openFloor(affinity.pinServer)
    const machine = await measureMachine(floor, affinity.description)
    const rows: Row[] = []
    for (const database of databaseNames) {
      for (const benchCase of cases) {
        const databaseUrl = await databases.fresh(database)
        const name = `${benchCase.name} on ${database}`
        const measured = await measureCase(benchCase, { name, databaseUrl, logLevel, floor, affinity })
        rows.push(rowOf(benchCase, database, measured))
        say(`${name}: ${measured.medianMs.toFixed(3)} ms, ${measured.timesFloor.toFixed(1)} times the floor`)
      }
    }
    await floor.close()
    const report = createReport(machine, rows, logLevel)
    console.log(options.json ? JSON.stringify(report, undefined, 2) : printReport(report))
    if (options.write) writeFigures('npm run bench -- --write', printReport(report))
  } finally {
    await databases.close()
  }
}

interface Circumstances {
  readonly name: string
  readonly databaseUrl: string
  readonly logLevel: LogLevel
  readonly floor: Floor
  readonly affinity: Affinity
}

async function measureCase(benchCase: NamedCase, given: Circumstances): Promise<Measured> {
  const { name, databaseUrl, logLevel, floor, affinity } = given
  const folder = options.profile && join(options.profile, name.replaceAll(' ', '-'))
  try {
    const child = await startChild('./server.ts', folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [])
    affinity.pinServer(child.pid)
    const measured = await measureOpened(child, benchCase, { databaseUrl, logLevel }, floor)
    if (folder) say(printAreas(readAreas(folder), measured.medianMs))
    return measured
  } catch (cause) {
    throw new Error(`The case ${name} failed.`, { cause })
  }
}

async function measureOpened(
  child: Child,
  benchCase: NamedCase,
  how: { readonly databaseUrl: string; readonly logLevel: LogLevel },
  floor: Floor,
): Promise<Measured> {
  try {
    const question = { ask: 'open', file: `cases/${benchCase.name}.ts`, ...how, count: MOST_REQUESTS } as const
    return await measure(child, await child.ask(question), benchCase, floor)
  } finally {
    await child.close()
  }
}

function oneOf<Name extends string>(names: readonly Name[], text: string): Name {
  const found = names.find((name) => name === text)
  if (found === undefined) throw new Error(`${text} is not one of ${names.join(', ')}.`)
  return found
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
