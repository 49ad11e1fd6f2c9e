import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createConnection } from 'mysql2/promise'
import { exited, findProgram, needProgram, runProgram } from './programs.ts'

const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 20_000

/** A private MariaDB server on 127.0.0.1 with default durability. */
export interface TestServer {
  readonly pid: number
  readonly port: number
  /** The URL of one of its databases, as root. */
  url(databaseName: string): string
  createDatabase(name: string): Promise<void>
  /** Starts it again after its process was killed: same files, same port. */
  restart(): Promise<void>
  /** Ends the server and deletes its files. */
  stop(): Promise<void>
}

/**
 * Starts a private MariaDB server in a temporary folder.
 *
 * @throws {Error} with a sentence about what to install, where there is none and it cannot be installed from here
 */
export async function startMariadb(): Promise<TestServer> {
  const server = await findServer()
  const folder = await mkdtemp(join(tmpdir(), 'grantql-mariadb-'))
  const password = randomBytes(12).toString('hex')
  const port = await freePort()
  const user = process.getuid?.() === 0 ? ['--user=root'] : []
  await runProgram(findProgram('mariadb-install-db', 'mysql_install_db') ?? 'mariadb-install-db', [
    '--no-defaults',
    `--datadir=${join(folder, 'data')}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...user,
  ])
  const initFile = join(folder, 'init.sql')
  // One statement a line, as the server reads them.
  const accounts = ['root@localhost', "root@'127.0.0.1'"]
  await writeFile(
    initFile,
    accounts.map((account) => `set password for ${account} = password('${password}');\n`).join(''),
  )
  const start = () =>
    startProcess(server, [
      '--no-defaults',
      `--datadir=${join(folder, 'data')}`,
      // Of its own: a server that starts clears the temporary tables of every other one that shares the folder.
      `--tmpdir=${folder}`,
      `--socket=${join(folder, 'socket')}`,
      `--pid-file=${join(folder, 'pid')}`,
      `--init-file=${initFile}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      ...user,
    ])
  const url = (databaseName: string) => `mysql://root:${password}@127.0.0.1:${port}/${databaseName}`
  let child = start()
  // Where the test run is broken off, nobody else ends the server.
  const abandon = () => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', abandon)
  const stop = async () => {
    process.off('exit', abandon)
    child.kill('SIGCONT')
    child.kill('SIGTERM')
    const killing = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await exited(child)
    clearTimeout(killing)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await answers(url('mysql'), child)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    get pid() {
      return pidOf(child)
    },
    port,
    url,
    createDatabase: (name) => createDatabaseAt(url('mysql'), name),
    async restart() {
      await exited(child)
      child = start()
      await answers(url('mysql'), child)
    },
    stop,
  }
}

/** Creates an empty database through the URL of another one on the same server. */
export async function createDatabaseAt(adminUrl: string, name: string): Promise<void> {
  const connection = await createConnection(adminUrl)
  try {
    await connection.query('create database ??', [name])
  } finally {
    await connection.end()
  }
}

/** Not `mariadb-server`: that would start a server for the whole machine. */
const PACKAGES = ['mariadb-server-core', 'mariadb-client-core']

function findServer(): Promise<string> {
  return needProgram({
    title: 'MariaDB',
    names: ['mariadbd', 'mysqld'],
    debianPackages: PACKAGES,
    otherwise: 'or set GRANTQL_TEST_DATABASES=sqlite for a quick run that proves less',
  })
}

function startProcess(server: string, parameters: string[]): ChildProcess {
  return spawn(server, parameters, { stdio: 'ignore' })
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('MariaDB did not start.')
  return child.pid
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + START_TIMEOUT_MS
  for (;;) {
    try {
      const connection = await createConnection({ uri: url, connectTimeout: 2_000 })
      await connection.end()
      return
    } catch (error) {
      if (child.exitCode !== null || Date.now() > until) throw new Error('MariaDB did not start.', { cause: error })
      await sleep(100)
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
