import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const START_TIMEOUT_MS = 60_000

export const ADMIN = { username: 'admin', password: 'a password of the tests' }

/** The real server in a process of its own: what `npm start` runs. */
export interface ServerProcess {
  readonly url: string
  readonly child: ChildProcess
  /** All that it printed so far. */
  output(): string
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export interface ServerProcessOptions {
  readonly databaseUrl: string
  /** All processes of one deployment have the same. Defaults to the first one's own address. */
  readonly issuer?: string
  readonly variables?: Record<string, string>
}

/** Starts a server process and waits until it is ready. It is killed when the suite or file is through. */
export async function startServerProcess({
  databaseUrl,
  issuer,
  variables,
}: ServerProcessOptions): Promise<ServerProcess> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, ['--conditions=source', MAIN], {
    // Away from the checkout's own data folder; the configuration is found by its variable.
    cwd: await mkdtemp(join(tmpdir(), 'grantql-process-')),
    env: {
      PATH: process.env.PATH ?? '',
      GRANTQL_CONFIG: join(import.meta.dirname, '../../grantql.config.ts'),
      PORT: String(port),
      ISSUER: issuer ?? url,
      DATABASE_URL: databaseUrl,
      GRANTQL_SECRET: 'a secret of the tests that is long enough for them all',
      GRANTQL_ADMIN_USERNAME: ADMIN.username,
      GRANTQL_ADMIN_PASSWORD: ADMIN.password,
      LOG_LEVEL: 'warn',
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const abandon = () => void child.kill('SIGKILL')
  afterAll(abandon)
  // Where the test run is broken off, nobody else ends the server.
  process.once('exit', abandon)

  const server: ServerProcess = {
    url,
    child,
    output: () => printed,
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline) {
    if (child.exitCode !== null) break
    const isReady = await fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return server
    await sleep(50)
  }
  throw new Error(`The server did not become ready.\n${printed}`)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
