import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import type { NamedCase } from './cases.ts'
import type { DatabaseName } from './databases.ts'
import type { Measured } from './measure.ts'

const README = new URL('./README.md', import.meta.url)
const BEGIN = '<!-- begin: npm run bench -- --write -->'
const END = '<!-- end -->'

/** CPU milliseconds of what no server can do without on this machine. */
export interface Floor {
  /** A bare node:http handler: a form in, JSON out. */
  readonly request: Measured
  readonly signatures: Readonly<Record<string, number>>
}

export interface Row extends Measured {
  readonly name: string
  readonly title: string
  readonly database: DatabaseName
  readonly targetMs: number
  readonly isMet: boolean
  /** The bare handler and, where the case signs, one signature. */
  readonly floorMs: number
}

export interface Report {
  readonly node: string
  readonly processors: string
  readonly pinned: string
  readonly floor: Floor
  readonly rows: readonly Row[]
}

export function rowOf(
  { name, title, targetMs, signs }: NamedCase,
  database: DatabaseName,
  measured: Measured,
  floor: Floor,
): Row {
  const floorMs = floor.request.medianMs + (signs === undefined ? 0 : (floor.signatures[signs] ?? 0))
  return { name, title, database, targetMs, ...measured, isMet: measured.medianMs <= targetMs, floorMs }
}

export function createReport(floor: Floor, rows: readonly Row[], pinned: string): Report {
  const models = cpus()
  return {
    node: process.version,
    processors: `${models.length} × ${models[0]?.model ?? 'unknown'}`,
    pinned,
    floor,
    rows,
  }
}

const ms = (value: number): string => value.toFixed(3)

/** Prints the figures as a Markdown table, which is readable in a terminal too. */
export function printReport({ node, processors, pinned, floor, rows }: Report): string {
  const cells = [
    ['operation', 'database', 'ms CPU', 'lowest–highest', 'target', '', '× floor', 'answers/s'],
    ...rows.map((row) => [
      `${row.name.split('-', 1)[0] === 'graphql' ? 'GraphQL' : 'REST'}: ${row.title}`,
      row.database,
      ms(row.medianMs),
      `${ms(row.lowestMs)}–${ms(row.highestMs)}`,
      `≤ ${row.targetMs}`,
      row.isMet ? 'met' : 'MISSED',
      (row.medianMs / row.floorMs).toFixed(1),
      row.perSecond.toFixed(0),
    ]),
  ]
  const { request, signatures } = floor
  return [
    `Node ${node.slice(1)}, ${processors}; ${pinned}.`,
    '',
    'Floor on this machine in the same run, ms CPU:',
    `bare node:http handler ${ms(request.medianMs)} (${ms(request.lowestMs)}–${ms(request.highestMs)}),`,
    `one signature ES256 ${ms(signatures.ES256 ?? 0)}, RS256 ${ms(signatures.RS256 ?? 0)}.`,
    '',
    ...table(cells),
  ].join('\n')
}

function table(cells: readonly string[][]): string[] {
  const [head = []] = cells
  const widths = head.map((_, column) => Math.max(3, ...cells.map((line) => line[column]?.length ?? 0)))
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [first = '', ...others] = cells.map(line)
  return [first, line(widths.map((width) => '-'.repeat(width))), ...others]
}

/** Replaces what stands between the markers in `bench/README.md`. */
export function writeReport(report: Report): void {
  const text = readFileSync(README, 'utf8')
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error('bench/README.md has lost its markers.')
  const date = new Date().toISOString().slice(0, 10)
  const written = `${BEGIN}\n\n${date}. ${printReport(report)}\n\n`
  writeFileSync(README, text.slice(0, begin) + written + text.slice(end))
}
