import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Config, Environment } from '../../config/define-config.ts'
import { isEmbedded, isInMemory, sqlitePath } from '../../config/server-secret.ts'
import { allMigrations } from '../../open-core.ts'
import { pendingMigrations } from '../../storage/migrate.ts'
import { openDatabase } from '../../storage/open-database.ts'
import { explainError } from '../explain-error.ts'
import { isUnfinished } from '../transfer/marker.ts'
import { type Finding, fail, ok, warn } from './finding.ts'

export interface DatabaseFindings {
  readonly findings: readonly Finding[]
  /** It answers, and its schema is the one of this version: the rest can be looked at. */
  readonly isUsable: boolean
}

/**
 * Opens the database as the server would, with its self-test (strings, strictness, isolation, engine, clock), writes to it
 * once, and compares its schema.
 */
export async function checkDatabase(
  config: Config,
  { databaseUrl }: Pick<Environment, 'databaseUrl'>,
): Promise<DatabaseFindings> {
  if (isEmbedded(databaseUrl) && !isInMemory(databaseUrl) && !existsSync(sqlitePath(databaseUrl))) {
    const sentence = `There is no file ${sqlitePath(databaseUrl)} yet: the first start makes it.`
    return { findings: [warn('database', sentence)], isUsable: false }
  }
  const findings: Finding[] = []
  try {
    const log = {
      info: () => undefined,
      warn: (_fields: object, message: string) => void findings.push(warn('database', message)),
    }
    const database = await openDatabase(databaseUrl, { log })
    try {
      const missing = await pendingMigrations(database, allMigrations(config))
      if (missing.length > 0) {
        findings.push(
          warn('schema', `${missing.length} steps are missing: the next start, or \`grantql migrate\`, runs them.`),
        )
        return { findings, isUsable: false }
      }
      await database.probe()
      findings.push(
        ok(
          'database',
          isEmbedded(databaseUrl)
            ? checkFile(databaseUrl)
            : 'It answers, is durable where nothing else is said, and took a write.',
        ),
      )
      findings.push(ok('schema', 'It is up to date.'))
      if (await isUnfinished(database))
        findings.push(
          fail('transfer', 'A transfer into this database has not finished: run it again with --overwrite.'),
        )
      return { findings, isUsable: true }
    } finally {
      await database.close()
    }
  } catch (error) {
    return { findings: [...findings, fail('database', explainError(error))], isUsable: false }
  }
}

/** Reads through the file without stopping those who write to it. @throws {Error} when it is damaged */
function checkFile(databaseUrl: string): string {
  if (isInMemory(databaseUrl)) return 'It is in memory, and ends with the process.'
  const file = new DatabaseSync(sqlitePath(databaseUrl), { readOnly: true })
  try {
    const [answer] = file
      .prepare('pragma quick_check')
      .all()
      .map((row) => String(row.quick_check))
    if (answer !== 'ok') throw new Error('The file is damaged (pragma quick_check): restore a backup.')
    return `${sqlitePath(databaseUrl)} is sound and took a write.`
  } finally {
    file.close()
  }
}
