import type { Command } from 'commander'
import { BootError } from '../config/boot-error.ts'
import { loadConfig } from '../config/load-config.ts'
import { loadEnvironment, type Variables } from '../config/load-environment.ts'
import { isInMemory } from '../config/server-secret.ts'
import { createServer } from '../index.ts'
import type { LogLevel } from '../log/create-log.ts'
import { type OpenedLog, openLog } from '../log/open-log.ts'
import { explainError, explainFully } from './explain-error.ts'
import { firstRun } from './first-run.ts'
import { prepareSchema } from './prepare-schema.ts'
import { requirePort } from './require-port.ts'
import { writeSecretFile } from './secret-file.ts'
import { firstRunPath, welcome } from './welcome.ts'

/** Under the 10 seconds after which orchestrators kill. */
const DRAIN_MS = 9_000
const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const

export interface ServeOptions {
  readonly variables: Variables
  readonly configPath?: string | undefined
}

/**
 * Serves until a signal ends it: SIGTERM and SIGINT drain (exit code 0, within 10 seconds), a second one forces. A mistake
 * in the configuration ends it before it begins, with a sentence and exit code 1.
 */
export async function serve(options: ServeOptions): Promise<void> {
  // Whoever read our output may leave; that is no reason to stop serving.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  try {
    await start(options)
  } catch (error) {
    const isDebugging = /^(?:debug|trace)$/.test(options.variables.LOG_LEVEL ?? '')
    process.stderr.write(`${isDebugging ? explainFully(error) : explainError(error)}\n`)
    process.exit(1)
  }
}

async function start({ variables, configPath }: ServeOptions): Promise<void> {
  const environment = loadEnvironment(variables)
  const config = await loadConfig({ path: configPath, variables })
  const opened = await openLog({ level: environment.logLevel as LogLevel })
  const { log } = opened
  endOnUnexpected(opened)

  // What is in memory is gone when it is closed, so there the server itself brings the schema.
  if (!isInMemory(environment.databaseUrl)) await prepareSchema({ config, environment, log })
  const server = await createServer({ config, environment, log })
  try {
    // Before anything with a secret is made, which nobody would be told of if the server could not go on.
    await requirePort(environment.port)
    const audience = process.stdout.isTTY ? 'terminal' : 'file'
    const made = await firstRun(server.core, environment, () => {
      if (audience === 'file' && environment.adminPassword === undefined)
        reserveSecretFile(firstRunPath(environment.databaseUrl))
    })
    const { port } = await server.listen(environment.port)
    drainOnSignals(server, opened)
    process.stdout.write(welcome({ core: server.core, environment, port, made, audience }))
  } catch (error) {
    await server.close()
    throw error
  }
}

function reserveSecretFile(path: string): void {
  try {
    writeSecretFile(path, '')
  } catch (cause) {
    throw new BootError(
      `There is no terminal to show the first admin's password on, and ${path} cannot be written: set GRANTQL_ADMIN_PASSWORD.`,
      { cause },
    )
  }
}

/** Nobody knows what state the process is in after that, and whoever watches over it starts a new one. */
function endOnUnexpected({ log, flush }: OpenedLog): void {
  const end = (err: unknown) => {
    log.fatal({ err }, 'an unexpected error ends this process')
    flush()
    process.exit(1)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}

function drainOnSignals(server: { close(): Promise<void> }, { log, flush }: OpenedLog): void {
  let isDraining = false
  const end = (code: number) => {
    flush()
    process.exit(code)
  }
  const stop = (signal: keyof typeof SIGNAL_NUMBERS) => {
    if (isDraining) return end(128 + SIGNAL_NUMBERS[signal])
    isDraining = true
    log.info({ signal }, 'draining: what is under way is finished, nothing new is taken')
    setTimeout(() => {
      log.error({}, 'some requests did not finish in time')
      end(1)
    }, DRAIN_MS).unref()
    server.close().then(
      () => end(0),
      (err: unknown) => {
        log.error({ err }, 'the server could not be closed')
        end(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

/** `grantql serve` */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('Serve GraphQL, REST and pages: what `npm start` does.')
    .action((_options, command: Command) =>
      serve({ variables: process.env, configPath: command.optsWithGlobals().config }),
    )
}
