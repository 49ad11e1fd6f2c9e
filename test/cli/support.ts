import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const READY_TIMEOUT_MS = 60_000

export type Variables = Readonly<Record<string, string>>

/** A folder of its own, as an operator has one, with the default configuration. */
export interface Deployment {
  readonly folder: string
  readonly port: number
  readonly url: string
  /** Runs a command to its end. */
  grantql(parameters: readonly string[], options?: RunOptions): Promise<Outcome>
  /** Starts the server and waits until it is ready. */
  start(variables?: Variables): Promise<RunningServer>
  /** Starts the server to its end, for where it is expected to refuse. */
  startToEnd(variables?: Variables): Promise<Outcome>
}

interface RunOptions {
  readonly input?: string
  readonly variables?: Variables
}

export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningServer {
  readonly child: ChildProcess
  readonly url: string
  stdout(): string
  stderr(): string
  /** Resolves when the process ended. */
  readonly ended: Promise<Outcome>
  stop(signal?: NodeJS.Signals): Promise<Outcome>
}

const children = new Set<ChildProcess>()
// A test that fails midway leaves them running.
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** Makes a deployment without any state. Its processes end with this one at the latest. */
export async function createDeployment(variables: Variables = {}): Promise<Deployment> {
  const folder = await mkdtemp(join(inject('testFolder'), 'deployment-'))
  const port = await freePort()

  const launch = (file: string, parameters: readonly string[], more: Variables, input?: string) => {
    const env = {
      PATH: process.env.PATH,
      GRANTQL_CONFIG: join(ROOT, 'grantql.config.ts'),
      PORT: String(port),
      ...variables,
      ...more,
    }
    const child = spawn(process.execPath, ['--conditions=source', join(ROOT, file), ...parameters], {
      cwd: folder,
      env,
    })
    children.add(child)
    child.once('exit', () => children.delete(child))
    child.stdin.on('error', () => undefined).end(input)
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    const ended = new Promise<Outcome>((done) =>
      child.once('close', (code, signal) => done({ code, signal, stdout, stderr })),
    )
    return { child, ended, stdout: () => stdout, stderr: () => stderr }
  }

  return {
    folder,
    port,
    url: `http://localhost:${port}`,
    grantql: (parameters, options = {}) =>
      launch('src/cli/grantql.ts', parameters, options.variables ?? {}, options.input).ended,
    startToEnd: (more = {}) => launch('src/main.ts', [], more).ended,
    async start(more = {}) {
      const launched = launch('src/main.ts', [], more)
      const { child, ended } = launched
      const url = `http://localhost:${more.PORT ?? port}`
      const server: RunningServer = {
        ...launched,
        url,
        stop(signal = 'SIGTERM') {
          child.kill(signal)
          return ended
        },
      }
      for (const until = Date.now() + READY_TIMEOUT_MS; Date.now() < until; await sleep(50)) {
        if (child.exitCode !== null) break
        if (await isReady(url)) return server
      }
      throw new Error(`The server did not become ready.\n${launched.stdout()}${launched.stderr()}`)
    },
  }
}

const isReady = (url: string) =>
  fetch(`${url}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  )

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer()
    probe.once('error', fail)
    probe.listen(0, () => {
      const address = probe.address()
      probe.close(() => done(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** Posts a form and reads the JSON that comes back. */
export async function postForm(
  url: string,
  params: Variables,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(params) })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

/** What `grantql app create` made, as JSON. */
export function readApp({ stdout, stderr }: Outcome): { client_id: string; client_secret: string } {
  if (stdout === '') throw new Error(`There is no app: ${stderr}`)
  const { clientId, clientSecret } = JSON.parse(stdout)
  return { client_id: clientId, client_secret: clientSecret }
}
