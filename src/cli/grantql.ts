#!/usr/bin/env node
import { Command } from 'commander'
import { addAppCommands } from './app.ts'
import { addDoctorCommand } from './doctor.ts'
import { explainError, explainFully } from './explain-error.ts'
import { addKeysCommands } from './keys.ts'
import { addMigrateCommand } from './migrate.ts'
import { addPluginCommands } from './plugin.ts'
import { addSchemaCommands } from './schema.ts'
import { addServeCommand } from './serve.ts'
import { addTransferCommand } from './transfer.ts'
import { addUserCommands } from './user.ts'
import { packageVersion } from './version.ts'

const program = new Command('grantql')
  .description('A self-hosted OAuth authorization server, and what its operator does with it.')
  .version(packageVersion())
  .option('--config <path>', 'the configuration; defaults to grantql.config.ts in this folder, or GRANTQL_CONFIG')
  .showHelpAfterError('(--help tells more)')

addServeCommand(program)
addMigrateCommand(program)
addUserCommands(program)
addAppCommands(program)
addKeysCommands(program)
addPluginCommands(program)
addSchemaCommands(program)
addDoctorCommand(program)
addTransferCommand(program)

try {
  await program.parseAsync()
} catch (error) {
  const isDebugging = /^(?:debug|trace)$/.test(process.env.LOG_LEVEL ?? '')
  process.stderr.write(`${isDebugging ? explainFully(error) : explainError(error)}\n`)
  process.exitCode = 1
}
