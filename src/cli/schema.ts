import type { Command } from 'commander'
import { loadConfig } from '../config/load-config.ts'
import { createRegistry } from '../config/registry.ts'

/** `grantql schema …` */
export function addSchemaCommands(program: Command): void {
  const group = program.command('schema').description('The GraphQL API as a schema document.')

  group
    .command('print')
    .description('Print the schema of the public endpoint. Reads the configuration alone, no database.')
    .option('--admin', 'that of the admin endpoint')
    .action(async ({ admin }: { admin?: boolean }, command: Command) => {
      // The other commands need none of it, and would wait for it.
      const [{ printSchema }, { createSchemas }] = await Promise.all([
        import('graphql'),
        import('../graphql/schema.ts'),
      ])
      const { plugins, scopes = [], resources, graphql } = await loadConfig({ path: command.optsWithGlobals().config })
      const schemas = createSchemas(createRegistry(plugins, scopes, resources), graphql)
      process.stdout.write(`${printSchema(admin ? schemas.admin : schemas.public)}\n`)
    })
}
