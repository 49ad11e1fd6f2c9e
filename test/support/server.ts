import { afterAll, beforeAll, describe } from 'vitest'
import { clientCredentials } from '../../plugins/client-credentials/index.ts'
import { code } from '../../plugins/code/index.ts'
import { introspection } from '../../plugins/introspection/index.ts'
import { passwordSignIn } from '../../plugins/password-sign-in/index.ts'
import { revocation } from '../../plugins/revocation/index.ts'
import type { App } from '../../src/apps/app.ts'
import type { Config } from '../../src/config/define-config.ts'
import type { Core } from '../../src/core.ts'
import type { Actor } from '../../src/operations/actor.ts'
import { type CreatedApp, createApp } from '../../src/operations/create-app.ts'
import { createUser, type NewUser } from '../../src/operations/create-user.ts'
import { startSession } from '../../src/operations/start-session.ts'
import type { Logger } from '../../src/plugin/context.ts'
import { createServer, type Server } from '../../src/server.ts'
import type { User } from '../../src/users/user.ts'
import { createClock, type TestClock } from './clock.ts'
import { databases, type TestDatabase } from './database.ts'
import { freePort } from './free-port.ts'

export interface TestServerOptions {
  /** A database URL; `sqlite` is a fresh one in memory. Defaults to `sqlite`. */
  readonly database?: string
  /** Added to the five of the default. */
  readonly plugins?: Config['plugins']
  /** Defaults to `read` and `write`. */
  readonly scopes?: Config['scopes']
  readonly config?: Omit<Partial<Config>, 'plugins' | 'scopes'>
  readonly clock?: TestClock
  /** Defaults to `http://`, the host and the port that it listens on. */
  readonly issuer?: string
  /** By which name it is called. Defaults to `127.0.0.1`. */
  readonly host?: string
  /** Where it listens. Defaults to a free one. */
  readonly port?: number
}

type Params = Readonly<Record<string, string>> | readonly (readonly [string, string])[]
type HeaderRecord = Readonly<Record<string, string>>

/** What a document answered; the test knows its shape. */
export interface GraphQLAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: it depends on the document
  readonly data?: any
  // biome-ignore lint/suspicious/noExplicitAny: it depends on the document
  readonly errors?: any
}

/** One line of the log. */
export interface LogLine {
  readonly level: keyof Logger
  readonly message: string
  readonly fields: object
}

export interface TestServer {
  readonly core: Core
  readonly server: Server
  readonly clock: TestClock
  readonly issuer: string
  /** Where it listens, without a trailing slash. */
  readonly url: string
  readonly logLines: readonly LogLine[]
  /** A user; without a password it can be signed in by {@link TestServer.signIn} alone. */
  createUser(user?: Partial<NewUser>): Promise<User>
  /** The token of a new session. */
  signIn(user: Pick<User, 'id'>): Promise<string>
  /** An app, by default one that an admin made: confidential, `client_credentials`, `read` and `write`. */
  createApp(app?: Partial<App>, by?: Actor): Promise<CreatedApp & { readonly basic: string }>
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Posts a form, and follows no redirect. */
  form(path: string, params: Params, headers?: HeaderRecord): Promise<Response>
  graphql(query: string, variables?: object, headers?: HeaderRecord, path?: string): Promise<GraphQLAnswer>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** The value of an `Authorization: Basic` header (RFC 6749 §2.3.1: form-encoded, then joined). */
export function basic(clientId: string, clientSecret: string | undefined): string {
  const encode = (text: string) => new URLSearchParams([['', text]]).toString().slice(1)
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret ?? '')}`).toString('base64')}`
}

const ADMIN: Actor = { id: '00000000-0000-7000-8000-000000000000', role: 'admin' }

/** Starts a whole server on a free port. */
export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const clock = options.clock ?? createClock()
  const port = options.port ?? (await freePort())
  const url = `http://${options.host ?? '127.0.0.1'}:${port}`
  const issuer = options.issuer ?? url
  const logLines: LogLine[] = []
  const { database = 'sqlite' } = options
  const server = await createServer({
    config: {
      scopes: options.scopes ?? [
        { name: 'read', description: 'Read your things' },
        { name: 'write', description: 'Change your things' },
      ],
      ...options.config,
      plugins: [
        clientCredentials(),
        code(),
        introspection(),
        revocation(),
        passwordSignIn(),
        ...(options.plugins ?? []),
      ],
    },
    environment: {
      issuer,
      databaseUrl: database === 'sqlite' ? 'sqlite::memory:' : database,
      secret: 'a secret of the tests that is long enough for them all',
    },
    log: recordLog(logLines),
    now: clock.now,
  })
  await server.listen(port)
  const { core } = server
  let count = 0
  const close = () => server.close()
  const fetchPath = (path: string, init: RequestInit = {}) => fetch(url + path, { redirect: 'manual', ...init })

  return {
    core,
    server,
    clock,
    issuer,
    url,
    logLines,
    createUser: (user) => createUser(core, undefined, { username: `user-${++count}`, ...user }),
    signIn: async ({ id }) => (await startSession(core, id, ['pwd'])).token,
    async createApp(app = {}, by = ADMIN) {
      const described = {
        name: 'An app',
        type: 'confidential' as const,
        grants: ['client_credentials'],
        scopes: ['read', 'write'],
      }
      const created = await createApp(core, by, { ...described, ...app })
      return { ...created, basic: basic(created.app.clientId, created.clientSecret) }
    },
    fetch: fetchPath,
    form: (path, params, headers = {}) =>
      fetchPath(path, { method: 'POST', headers, body: new URLSearchParams(params as Record<string, string>) }),
    async graphql(query, variables = {}, headers = {}, path = '/graphql') {
      const response = await fetchPath(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      })
      return (await response.json()) as GraphQLAnswer
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function recordLog(lines: LogLine[]): Logger {
  const at = (level: keyof Logger) => (fields: object, message: string) => void lines.push({ level, message, fields })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/**
 * Declares the same tests for a whole server on each database; one server for all tests of the block.
 *
 * @param options is asked for once a server, so that each has its own plugins
 */
export function describeEachServer(
  title: string,
  options: () => Omit<TestServerOptions, 'database'> | Promise<Omit<TestServerOptions, 'database'>>,
  declare: (server: () => TestServer, database: TestDatabase) => void,
): void {
  for (const database of databases) {
    describe(`${title} (${database.name})`, () => {
      let server: TestServer
      beforeAll(async () => {
        server = await testServer({ ...(await options()), database: await database.url() })
      })
      afterAll(() => server.close())
      declare(() => server, database)
    })
  }
}
