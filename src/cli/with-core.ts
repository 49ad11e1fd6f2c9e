import type { Command } from 'commander'
import type { Config, Environment } from '../config/define-config.ts'
import { loadConfig } from '../config/load-config.ts'
import { loadEnvironment } from '../config/load-environment.ts'
import type { Core } from '../core.ts'
import type { Log, LogLevel } from '../log/create-log.ts'
import { openLog } from '../log/open-log.ts'
import { openCore } from '../open-core.ts'
import type { Actor } from '../operations/actor.ts'
import { requireSchema } from './prepare-schema.ts'

/** Who acts where a command does: whoever has a shell here may do what an admin may. */
export const OPERATOR: Actor = { id: undefined, role: 'admin' }

/** The deployment that a command is about. */
export interface Deployment {
  readonly config: Config
  readonly environment: Environment
  readonly log: Log
}

/** Reads configuration and environment as the server would; `command` knows `--config`. */
export async function loadDeployment(command: Command): Promise<Deployment> {
  const environment = loadEnvironment(process.env)
  const config = await loadConfig({ path: command.optsWithGlobals().config })
  // A command's output is what it was asked for, so it is quiet unless somebody asks for more.
  const level = process.env.LOG_LEVEL ? (environment.logLevel as LogLevel) : 'warn'
  const { log } = await openLog({ level, to: 'stderr' })
  return { config, environment, log }
}

/** Opens everything below the faces of the server for one command, and closes it again. */
export async function withCore<T>(command: Command, work: (core: Core) => Promise<T>): Promise<T> {
  const deployment = await loadDeployment(command)
  await requireSchema(deployment)
  const { core, close } = await openCore({ ...deployment, migrates: false })
  try {
    return await work(core)
  } finally {
    await close()
  }
}
