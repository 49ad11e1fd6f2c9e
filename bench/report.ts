import { cpus } from 'node:os'
import type { Areas } from './areas.ts'
import type { NamedCase } from './cases.ts'
import type { DatabaseName } from './databases.ts'
import type { Floor } from './floor.ts'
import { type Measured, median } from './measure.ts'

/** What the floor took, in milliseconds, on the machine for which PERFORMANCE.md sets the targets. */
const FLOOR_OF_TARGETS = { request: 0.013, ES256: 0.025, RS256: 0.269 }

/** The machine, and CPU milliseconds of the floor on it. */
export interface Machine {
  readonly node: string
  readonly processors: string
  readonly pinned: string
  readonly floorMs: { readonly request: number; readonly ES256: number; readonly RS256: number }
}

export interface Row extends Measured {
  readonly name: string
  readonly operation: string
  readonly database: DatabaseName
  readonly targetMs: number
  readonly targetTimesFloor: number
  readonly isMet: boolean
}

export interface Report extends Machine {
  readonly date: string
  readonly logLevel: string
  readonly rows: readonly Row[]
}

export async function measureMachine(floor: Floor, pinned: string): Promise<Machine> {
  const requests: number[] = []
  while (requests.length < 5) requests.push(await floor.request())
  return {
    node: process.version.slice(1),
    processors: processors(),
    pinned,
    floorMs: {
      request: median(requests),
      ES256: await floor.signature('ES256'),
      RS256: await floor.signature('RS256'),
    },
  }
}

/** How many of which processors this machine has. */
export function processors(): string {
  const models = cpus()
  return `${models.length} × ${models[0]?.model ?? 'unknown'}`
}

export function rowOf({ name, title, targetMs, signs }: NamedCase, database: DatabaseName, measured: Measured): Row {
  const floorOfTarget = FLOOR_OF_TARGETS.request + (signs ? FLOOR_OF_TARGETS[signs] : 0)
  return {
    name,
    operation: `${name.startsWith('graphql-') ? 'GraphQL' : 'REST'}: ${title}`,
    database,
    ...measured,
    targetMs,
    targetTimesFloor: targetMs / floorOfTarget,
    isMet: measured.medianMs <= targetMs,
  }
}

export function createReport(machine: Machine, rows: readonly Row[], logLevel: string): Report {
  return { date: new Date().toISOString().slice(0, 10), ...machine, logLevel, rows }
}

const ms = (value: number): string => value.toFixed(3)
const times = (value: number): string => value.toFixed(1)

/** Prints the figures as a Markdown table, which is readable in a terminal too. */
export function printReport({ date, node, processors, pinned, floorMs, logLevel, rows }: Report): string {
  const head = ['operation', 'database', 'ms CPU', 'lowest–highest', 'target', '', '× floor', 'target', 'answers/s']
  const lines = rows.map((row) => [
    row.operation,
    row.database,
    ms(row.medianMs),
    `${ms(row.lowestMs)}–${ms(row.highestMs)}`,
    `≤ ${row.targetMs}`,
    row.isMet ? 'met' : 'missed',
    times(row.timesFloor),
    `≤ ${times(row.targetTimesFloor)}`,
    row.perSecond.toFixed(0),
  ])
  return [
    `${date}, Node ${node}, ${processors}, ${pinned}; LOG_LEVEL=${logLevel}.`,
    '',
    `The floor here, in ms CPU: a bare node:http handler ${ms(floorMs.request)}, a signature ES256 ${ms(floorMs.ES256)},`,
    `RS256 ${ms(floorMs.RS256)}. (Where the targets were set: ${Object.values(FLOOR_OF_TARGETS).map(ms).join(', ')}.)`,
    '',
    ...table([head, ...lines]),
  ].join('\n')
}

/** Prints where the time goes, as microseconds a request. */
export function printAreas(areas: Areas, medianMs: number): string {
  return [...areas].map(([area, part]) => `  ${(part * medianMs * 1000).toFixed(1).padStart(6)} µs  ${area}`).join('\n')
}

/** A Markdown table; the first line is its head. */
export function table(cells: readonly string[][]): string[] {
  const [head = []] = cells
  const widths = head.map((_, column) => Math.max(3, ...cells.map((line) => line[column]?.length ?? 0)))
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [first = '', ...others] = cells.map(line)
  return [first, line(widths.map((width) => '-'.repeat(width))), ...others]
}
