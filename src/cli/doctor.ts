import { styleText } from 'node:util'
import type { Command } from 'commander'
import { BootError } from '../config/boot-error.ts'
import type { Config, Environment } from '../config/define-config.ts'
import { loadConfig } from '../config/load-config.ts'
import { loadEnvironment } from '../config/load-environment.ts'
import { createRegistry } from '../config/registry.ts'
import { openLog } from '../log/open-log.ts'
import { openCore } from '../open-core.ts'
import { checkAdmin, checkClock, checkIssuer, checkKeys } from './doctor/check-core.ts'
import { checkDatabase } from './doctor/check-database.ts'
import { checkSecret } from './doctor/check-secret.ts'
import { type Finding, fail, ok, type Verdict } from './doctor/finding.ts'
import { explainError } from './explain-error.ts'
import { print } from './output.ts'

const STYLES: Record<Verdict, Parameters<typeof styleText>[0]> = { ok: 'green', warn: 'yellow', fail: 'red' }

/** `grantql doctor` */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('Look at everything that a deployment needs. Exits with 1 where something fails.')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const findings = await Array.fromAsync(examine(command.optsWithGlobals().config))
      print(json, findings, () => findings.map(format).join('\n'))
      process.exitCode = findings.some(({ verdict }) => verdict === 'fail') ? 1 : 0
    })
}

function format({ verdict, check, sentence }: Finding): string {
  return `${styleText(STYLES[verdict], verdict.padEnd(4))}  ${check.padEnd(13)}  ${sentence}`
}

async function* examine(configPath: string | undefined): AsyncGenerator<Finding> {
  const environment = attempt(() => loadEnvironment(process.env))
  yield* environment instanceof Error
    ? mistakes('environment', environment)
    : [ok('environment', 'Every variable makes sense.')]
  const config = await loadConfig({ path: configPath }).catch((error: Error) => error)
  if (config instanceof Error) return yield* mistakes('configuration', config)
  yield checkConfiguration(config)
  if (environment instanceof Error) return
  yield checkSecret(process.env, environment.databaseUrl)

  const { findings, isUsable } = await checkDatabase(config, environment)
  yield* findings
  if (isUsable) yield* examineCore(config, environment)
  yield await checkIssuer(environment.issuer)
}

function checkConfiguration(config: Config): Finding {
  const registry = attempt(() => createRegistry(config.plugins, config.scopes ?? [], config.resources))
  if (registry instanceof Error) return fail('configuration', registry.message)
  return ok(
    'configuration',
    `${registry.plugins.length} plugins with ${registry.grants.size} grants, and nothing claimed twice.`,
  )
}

async function* examineCore(config: Config, environment: Environment): AsyncGenerator<Finding> {
  const { log } = await openLog({ level: 'silent', to: 'stderr' })
  try {
    const { core, close } = await openCore({ config, environment, log, migrates: false })
    try {
      yield checkKeys(core)
      yield checkClock(core)
      yield await checkAdmin(core)
    } finally {
      await close()
    }
  } catch (error) {
    yield fail('keys', explainError(error))
  }
}

function attempt<T>(work: () => T): T | Error {
  try {
    return work()
  } catch (error) {
    if (error instanceof BootError) return error
    throw error
  }
}

function mistakes(check: string, error: Error): Finding[] {
  return explainError(error)
    .split('\n')
    .map((sentence) => fail(check, sentence))
}
