import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const READY_TIMEOUT_MS = 90_000

export const ADMIN = { username: 'admin', password: 'a password of the faults' }

/** One server process, as `npm start` runs it. */
export interface Node {
  readonly url: string
  readonly child: ChildProcess
  /** Set from the moment that it is killed on: what it answers, or fails to, is no fault from then on. */
  isKilled: boolean
  output: string
}

/** Several servers of one deployment, in one database. */
export interface Cluster {
  /** Those that serve. */
  readonly nodes: readonly Node[]
  /** Everything that the nodes complained about, dead ones included. */
  complaints(): readonly string[]
  /** Ends a process as a power cut does, and starts another in its place; resolves when that one serves. */
  replace(node: Node): Promise<void>
  stop(): Promise<void>
}

export interface ClusterOptions {
  readonly databaseUrl: string
  readonly folder: string
  readonly size: number
}

export async function startCluster({ databaseUrl, folder, size }: ClusterOptions): Promise<Cluster> {
  const all: Node[] = []
  let nodes: Node[] = []
  let issuer: string | undefined

  const start = async (): Promise<Node> => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    issuer ??= url
    const child = spawn(process.execPath, ['--conditions=source', MAIN], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        GRANTQL_CONFIG: join(import.meta.dirname, '../../grantql.config.ts'),
        GRANTQL_SECRET: 'a secret of the faults that is long enough for them all',
        GRANTQL_ADMIN_USERNAME: ADMIN.username,
        GRANTQL_ADMIN_PASSWORD: ADMIN.password,
        DATABASE_URL: databaseUrl,
        ISSUER: issuer,
        PORT: String(port),
        LOG_LEVEL: 'warn',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const node: Node = { url, child, isKilled: false, output: '' }
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (node.output += chunk))
    all.push(node)
    await ready(node)
    return node
  }

  // One first: it migrates, makes the keys and the admin.
  nodes = [await start()]
  nodes.push(...(await Promise.all(Array.from({ length: size - 1 }, start))))

  return {
    get nodes() {
      return nodes
    },
    complaints: () =>
      all.flatMap(({ output }) => output.split('\n').filter((line) => /"level":"(?:error|fatal)"/.test(line))),
    async replace(node) {
      node.isKilled = true
      node.child.kill('SIGKILL')
      nodes = nodes.filter((other) => other !== node)
      nodes = [...nodes, await start()]
    },
    async stop() {
      await Promise.all(all.map(({ child }) => end(child)))
    },
  }
}

async function ready(node: Node): Promise<void> {
  for (const until = Date.now() + READY_TIMEOUT_MS; Date.now() < until; await sleep(25)) {
    if (node.child.exitCode !== null) break
    const isReady = await fetch(`${node.url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return
  }
  throw new Error(`A server did not become ready.\n${node.output}`)
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
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
