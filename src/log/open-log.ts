import { isatty } from 'node:tty'
import { type DestinationStream, pino } from 'pino'
import { createLog, type Log, type LogLevel } from './create-log.ts'

export interface OpenLogOptions {
  readonly level: LogLevel
  /** Defaults to `stdout`. Commands log to `stderr`, so that their output stays theirs. */
  readonly to?: 'stdout' | 'stderr'
}

export interface OpenedLog {
  readonly log: Log
  /** Writes what is still in memory: before the process ends by itself. */
  flush(): void
}

/** Opens the log of a process: one JSON object a line, or lines for people where it goes to a terminal. */
export async function openLog({ level, to = 'stdout' }: OpenLogOptions): Promise<OpenedLog> {
  const fd = to === 'stdout' ? 1 : 2
  const pretty = isatty(fd) ? await openPretty(fd) : undefined
  if (pretty) return { log: createLog(level, pretty), flush: () => undefined }
  const destination = pino.destination({ fd, sync: false })
  return { log: createLog(level, destination), flush: () => flushNow(destination) }
}

async function openPretty(fd: 1 | 2): Promise<DestinationStream | undefined> {
  try {
    const { default: pretty } = await import('pino-pretty')
    const options = {
      destination: fd,
      sync: true,
      ignore: 'pid',
      singleLine: true,
      translateTime: 'SYS:HH:MM:ss',
    } as const
    const stream = pretty(options)
    return { write: (line) => stream.write(withoutControls(line)) }
  } catch {
    // It is there for developers only; without it a terminal gets JSON too.
    return undefined
  }
}

/** It shows messages unescaped, and a message may quote somebody who wants to write to our terminal. */
function withoutControls(line: string): string {
  // An escaped backslash is consumed as a pair, so that what follows it is not taken for an escape.
  return line.replace(/\\\\|\\u[0-9a-f]{4}|\\r/gi, (found) => (found === '\\\\' ? found : `\\${found}`))
}

function flushNow(destination: ReturnType<typeof pino.destination>): void {
  try {
    destination.flushSync()
  } catch {
    // It was not open yet: nothing was written.
  }
}
