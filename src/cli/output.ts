import { styleText } from 'node:util'

/** What a command prints: data for programs with `--json`, else something for people. */
export function print(isJson: boolean | undefined, data: unknown, forPeople: () => string): void {
  process.stdout.write(`${isJson ? JSON.stringify(data, null, 2) : forPeople()}\n`)
}

/** Rows under their headings, in columns. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [styleText('dim', line(headings)), ...rows.map(line)].join('\n')
}

/** Names with their values, one a line. */
export function formatFields(fields: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(fields).map((name) => name.length))
  return Object.entries(fields)
    .map(([name, value]) => `${styleText('dim', name.padEnd(width))}  ${value}`)
    .join('\n')
}

/** An instant as people and programs read it: UTC, to the second. */
export function formatInstant(at: Date | null | undefined): string {
  return at ? `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC` : '–'
}
