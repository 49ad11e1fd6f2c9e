import { statSync } from 'node:fs'
import type { Variables } from '../../config/load-environment.ts'
import { HOW_TO_MAKE_A_SECRET, isInMemory, secretPath } from '../../config/server-secret.ts'
import { type Finding, ok, warn } from './finding.ts'

/** Characters that differ in a random secret of 32 or more; one that a person made up has fewer, or repeats itself. */
const FEWEST_DIFFERENT = 14

/** Whether the secret is one that nobody guesses, kept where nobody reads it. */
export function checkSecret(variables: Variables, databaseUrl: string): Finding {
  const given = variables.GRANTQL_SECRET?.trim()
  if (given) {
    const isWeak = given.split(',').some((secret) => new Set(secret.trim()).size < FEWEST_DIFFERENT)
    return isWeak
      ? warn('secret', `GRANTQL_SECRET does not look random. ${HOW_TO_MAKE_A_SECRET}`)
      : ok('secret', 'GRANTQL_SECRET is long and varied enough.')
  }
  if (isInMemory(databaseUrl)) return ok('secret', 'It is made anew for each database in memory.')
  const path = secretPath(databaseUrl) ?? ''
  return isReadableByOthers(path)
    ? warn('secret', `Others on this machine can read ${path}: chmod 600 it.`)
    : ok('secret', `It is in ${path}, for its owner alone to read. Back it up apart from the database.`)
}

/** Bits of file modes mean nothing on Windows. */
function isReadableByOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0
}
