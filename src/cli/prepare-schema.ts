import { BootError } from '../config/boot-error.ts'
import type { Config, Environment } from '../config/define-config.ts'
import type { Log } from '../log/create-log.ts'
import { allMigrations } from '../open-core.ts'
import type { Database } from '../storage/database.ts'
import { migrate, pendingMigrations } from '../storage/migrate.ts'
import { openDatabase } from '../storage/open-database.ts'
import { refuseUnfinished } from './transfer/marker.ts'

type Deployment = {
  readonly config: Pick<Config, 'plugins'>
  readonly environment: Pick<Environment, 'databaseUrl'>
  readonly log: Log
}

/** Brings the schema up to date, in one line of the log instead of one a step. Answers how many steps were missing. */
export async function prepareSchema(deployment: Deployment): Promise<number> {
  const { config, log } = deployment
  return withDatabase(deployment, async (database) => {
    const steps = allMigrations(config)
    const missing = await pendingMigrations(database, steps)
    await migrate(database, steps, { log: { info: log.debug, warn: log.warn } })
    await refuseUnfinished(database)
    if (missing.length > 0) log.info({ steps: missing.length }, 'the schema is up to date')
    return missing.length
  })
}

/** @throws {BootError} when steps are missing: a command does not migrate behind the operator's back */
export async function requireSchema(deployment: Deployment): Promise<void> {
  await withDatabase(deployment, async (database) => {
    const missing = await pendingMigrations(database, allMigrations(deployment.config))
    if (missing.length > 0)
      throw new BootError('The schema of this database is not up to date: run `grantql migrate` first.')
    await refuseUnfinished(database)
  })
}

async function withDatabase<T>({ environment, log }: Deployment, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(environment.databaseUrl, { log })
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}
