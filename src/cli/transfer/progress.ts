import { Presets, SingleBar } from 'cli-progress'

/** Tells how far a transfer is: a bar on a terminal, a line a table elsewhere. */
export interface Progress {
  begin(totalRows: number): void
  table(name: string, rows: number): void
  advance(rows: number): void
  note(sentence: string): void
  end(): void
}

export function createProgress(output: NodeJS.WriteStream = process.stderr): Progress {
  return output.isTTY ? createBar(output) : createLines(output)
}

function createBar(stream: NodeJS.WriteStream): Progress {
  const bar = new SingleBar(
    {
      stream,
      format: '{bar} {percentage}%  {value} of {total} rows  {table}',
      hideCursor: true,
      clearOnComplete: true,
    },
    Presets.shades_classic,
  )
  let isRunning = false
  return {
    begin(totalRows) {
      bar.start(totalRows, 0, { table: '' })
      isRunning = true
    },
    table: (table) => bar.update({ table }),
    advance: (rows) => bar.increment(rows),
    note(sentence) {
      if (isRunning) bar.update({ table: sentence })
      else stream.write(`${sentence}\n`)
    },
    end() {
      if (isRunning) bar.stop()
      isRunning = false
    },
  }
}

function createLines(stream: NodeJS.WriteStream): Progress {
  return {
    begin: (totalRows) => void stream.write(`${totalRows} rows to copy\n`),
    table: (name, rows) => void stream.write(`${name}: ${rows} rows\n`),
    advance: () => undefined,
    note: (sentence) => void stream.write(`${sentence}\n`),
    end: () => undefined,
  }
}
