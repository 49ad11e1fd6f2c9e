import type { Command } from 'commander'
import { allMigrations } from '../open-core.ts'
import { migrate, pendingMigrations } from '../storage/migrate.ts'
import { openDatabase } from '../storage/open-database.ts'
import { formatTable, print } from './output.ts'
import { loadDeployment } from './with-core.ts'

interface MigrateOptions {
  readonly status?: boolean
  readonly json?: boolean
}

/** `grantql migrate` */
export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('Bring the schema up to date, for core and plugins. Safe on several nodes at once.')
    .option('--status', 'only tell which steps have run, and exit with 1 where one has not')
    .option('--json', 'print JSON')
    .action(async ({ status, json }: MigrateOptions, command: Command) => {
      const { config, environment, log } = await loadDeployment(command)
      const steps = allMigrations(config)
      const database = await openDatabase(environment.databaseUrl, { log })
      try {
        const missing = new Set(await pendingMigrations(database, steps))
        if (status) {
          const rows = Object.keys(steps)
            .sort()
            .map((name) => [name, missing.has(name) ? 'missing' : 'applied'] as const)
          print(json, Object.fromEntries(rows), () => formatTable(['step', 'status'], rows))
          process.exitCode = missing.size > 0 ? 1 : 0
          return
        }
        await migrate(database, steps, { log })
        print(json, { applied: [...missing] }, () =>
          missing.size === 0
            ? 'The schema is up to date.'
            : `The schema is up to date: ${missing.size} steps were applied.`,
        )
      } finally {
        await database.close()
      }
    })
}
