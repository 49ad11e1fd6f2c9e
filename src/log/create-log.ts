import { type DestinationStream, pino } from 'pino'
import type { Logger } from '../plugin/context.ts'
import { redact } from './redact.ts'
import { scrub } from './scrub.ts'

/** The server's own log. Plugins are given its four quiet levels. */
export interface Log extends Logger {
  trace(fields: object, message: string): void
  fatal(fields: object, message: string): void
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/**
 * Makes a log that cannot tell secrets: fields are redacted by name at every depth, errors keep what they say and lose what
 * they carry, and the finished line is scrubbed of whatever still looks like a secret.
 *
 * There are no child loggers: their fields would pass by the redaction.
 */
export function createLog(level: LogLevel, stream: DestinationStream): Log {
  const log = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: redact },
      // Ours has serialized it already, and pino's would add what we left out.
      serializers: { err: (error) => error },
      hooks: { streamWrite: scrub },
    },
    stream,
  )
  const at = (name: Exclude<LogLevel, 'silent'>) => (fields: object, message: string) => log[name](fields, message)
  return {
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
  }
}
