import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { BootError } from '../config/boot-error.ts'
import { CORE_TABLES } from '../config/core-claims.ts'
import type { Config, Environment } from '../config/define-config.ts'
import { createRegistry } from '../config/registry.ts'
import { isEmbedded, isInMemory, secretPath, sqlitePath } from '../config/server-secret.ts'
import { allMigrations } from '../open-core.ts'
import { openDatabase } from '../storage/open-database.ts'
import { explainError } from './explain-error.ts'
import { formatTable, print } from './output.ts'
import { requireSchema } from './prepare-schema.ts'
import { createProgress } from './transfer/progress.ts'
import { runTransfer, type TransferReport } from './transfer/run-transfer.ts'
import { type Deployment, loadDeployment } from './with-core.ts'

/** What belongs to the moment and the running nodes, not to the deployment. */
const OF_THE_MOMENT: readonly string[] = [
  'lease',
  'change',
  'pace',
  'guess',
  'kysely_migration',
  'kysely_migration_lock',
]
const TARGET_VARIABLE = 'GRANTQL_TRANSFER_TO'
/** A batch may wait for a lock that the server's own deadline would not wait for. */
const DEADLINE_MS = 60_000

interface Options {
  readonly to?: string
  readonly overwrite?: boolean
  readonly hold?: boolean
  readonly json?: boolean
}

/** `grantql transfer` */
export function addTransferCommand(program: Command): void {
  program
    .command('transfer')
    .description(
      'Copy this SQLite deployment to MySQL or MariaDB while it runs: apps, users, keys and live tokens work there unchanged.',
    )
    .option(
      '--to <url>',
      `mysql://user:password@host:3306/name, an empty database; or set ${TARGET_VARIABLE}, which other users of this machine cannot see`,
    )
    .option('--overwrite', 'delete what the target holds first')
    .option(
      '--hold',
      'keep the writers of the source stopped until Enter is pressed, so that nothing is written there in vain',
    )
    .option('--json', 'print JSON')
    .action(async (options: Options, command: Command) => {
      const deployment = await loadDeployment(command)
      const targetUrl = options.to ?? process.env[TARGET_VARIABLE]
      refuseUnfit(deployment.environment.databaseUrl, targetUrl)
      await requireSchema(deployment)
      const report = await transfer(deployment, targetUrl, options)
      const leftBehind = report.leftBehind.filter((name) => !OF_THE_MOMENT.includes(name))
      print(options.json, { ...report, leftBehind, frozenAt: report.frozenAt.toISOString() }, () =>
        formatReport({ ...report, leftBehind }, deployment.environment),
      )
    })
}

function refuseUnfit(sourceUrl: string, targetUrl: string | undefined): asserts targetUrl is string {
  if (!isEmbedded(sourceUrl) || isInMemory(sourceUrl) || !existsSync(sqlitePath(sourceUrl))) {
    throw new BootError('DATABASE_URL names no SQLite file: a transfer goes from there to MySQL or MariaDB.')
  }
  if (!targetUrl) throw new BootError(`Say where to: --to mysql://user:password@host:3306/name, or ${TARGET_VARIABLE}.`)
  if (!/^(?:mysql|mariadb):/.test(targetUrl)) throw new BootError('The target is a mysql:// or mariadb:// URL.')
}

async function transfer(
  { config, environment, log }: Deployment,
  targetUrl: string,
  options: Options,
): Promise<TransferReport> {
  const target = await openDatabase(targetUrl, { log, deadlineMs: DEADLINE_MS, poolSize: 2 })
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    return await runTransfer({
      sourcePath: sqlitePath(environment.databaseUrl),
      target,
      tables: transferredTables(config),
      migrations: allMigrations(config),
      overwrite: options.overwrite ?? false,
      progress: createProgress(),
      signal: interrupted.signal,
      ...(options.hold && { whileFrozen: () => waitForEnter(interrupted.signal) }),
    })
  } catch (error) {
    const sentence = explainError(error)
    const isPartial = !/--overwrite|of its own/.test(sentence)
    throw isPartial
      ? new BootError(`${sentence} The source is as it was; run it again with --overwrite.`, { cause: error })
      : error
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    await target.close()
  }
}

/** The tables of core and of the plugins that are on. */
function transferredTables({ plugins, scopes = [], resources }: Config): readonly string[] {
  const { plugins: checked } = createRegistry(plugins, scopes, resources)
  const all = [...CORE_TABLES, ...checked.flatMap(({ tables = [] }) => tables)]
  return all.filter((name) => !OF_THE_MOMENT.includes(name))
}

async function waitForEnter(signal: AbortSignal): Promise<void> {
  process.stderr.write(
    'Everything is there, and the source is frozen. Restart the servers on the target, then press Enter here.\n',
  )
  const input = createInterface({ input: process.stdin })
  signal.addEventListener('abort', () => input.close())
  // The first line, the end of the input and a signal say the same.
  for await (const _line of input) break
  input.close()
}

function formatReport(
  { tables, leftBehind, frozenMs, frozenAt }: TransferReport,
  { databaseUrl }: Pick<Environment, 'databaseUrl'>,
): string {
  const rows = Object.entries(tables).map(([name, count]) => [name, String(count)])
  const secret = process.env.GRANTQL_SECRET
    ? 'the GRANTQL_SECRET that it has now'
    : `GRANTQL_SECRET, the content of ${secretPath(databaseUrl)}`
  return `${formatTable(['table', 'rows'], rows)}

Everything is there, and compared by count and checksum. Writers waited for ${(frozenMs / 1000).toFixed(1)} s.${
    leftBehind.length === 0 ? '' : `\nLeft behind, for no plugin that is on has them: ${leftBehind.join(', ')}.`
  }

Now restart every server with
  DATABASE_URL    the URL that you gave here
  and ${secret}

What the old servers wrote after ${frozenAt.toISOString()} stays behind: the sooner they stop, the less it is.`
}
