import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { findChromium } from './chromium.ts'
import { startMariadb } from './mariadb.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the tests keep their files; it goes when they end. */
    testFolder: string
    /** The URL of a database on the server that all tests share, for creating others. Undefined without MariaDB. */
    mariadbUrl: string | undefined
  }
}

/** True where only the embedded database is asked for: a quick local run. Never in CI. */
export function isSqliteOnly(): boolean {
  return process.env.GRANTQL_TEST_DATABASES === 'sqlite' && process.env.CI !== 'true'
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'grantql-test-'))
  const server = isSqliteOnly() ? undefined : await startMariadb()
  // Installed before the tests begin, where it has to be: several of them would do so at once.
  if (!isSqliteOnly()) await findChromium()
  project.provide('testFolder', folder)
  project.provide('mariadbUrl', server?.url('mysql'))
  return async () => {
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
