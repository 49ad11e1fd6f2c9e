import { randomUUID } from 'node:crypto'
import type { App, AppType } from '../apps/app.ts'
import type { Config } from '../config/define-config.ts'
import type { ProfileInput } from '../operations/check-profile.ts'
import { createApp } from '../operations/create-app.ts'
import { createUser } from '../operations/create-user.ts'
import { approve } from '../operations/decide-approval.ts'
import { updateProfile } from '../operations/update-profile.ts'
import type { Logger } from '../plugin/context.ts'
import { createServer, type Server } from '../server.ts'
import type { User } from '../users/user.ts'
import { createClock, type TestClock } from './clock.ts'

const ISSUER = 'http://localhost:3000'
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

export interface TestServerOptions extends Config {
  /** Defaults to a database in memory. */
  readonly databaseUrl?: string
  /** Defaults to `http://localhost:3000`; nothing listens there unless `server.listen` is called. */
  readonly issuer?: string
  readonly clock?: TestClock
  /** Defaults to silence. */
  readonly log?: Logger
}

export interface TestApp {
  readonly app: App
  readonly clientId: string
  readonly clientSecret: string | undefined
}

export interface TestUser {
  readonly user: User
  /** A session token: `Authorization: Bearer` at /graphql. */
  readonly sessionToken: string
}

export interface GraphQLAnswer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the test's own document asks for
  readonly data: any
  readonly errors: readonly { message: string; extensions?: Record<string, unknown> }[] | undefined
}

export interface RestAnswer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the test asks for
  readonly body: any
}

/** A whole server to test a plugin against: the real rules, a real database, a clock that the test moves. */
export interface TestServer {
  readonly server: Server
  readonly clock: TestClock
  fetch(path: string, init?: RequestInit): Promise<Response>
  graphql(
    query: string,
    variables?: Record<string, unknown>,
    options?: { readonly headers?: Record<string, string>; readonly path?: string },
  ): Promise<GraphQLAnswer>
  /** Posts a form and reads the JSON answer. */
  form(
    path: string,
    params: Record<string, string> | URLSearchParams,
    headers?: Record<string, string>,
  ): Promise<RestAnswer>
  json(path: string, body: unknown, headers?: Record<string, string>): Promise<RestAnswer>
  createApp(
    given?: Partial<Pick<App, 'name' | 'grants' | 'scopes' | 'redirectUris' | 'privileges' | 'dialect'>> & {
      type?: AppType
    },
  ): Promise<TestApp>
  createUser(given?: {
    readonly username?: string
    readonly role?: User['role']
    readonly password?: string
    /** As an admin would write it, verifications included. */
    readonly profile?: ProfileInput
  }): Promise<TestUser>
  approve(handle: string, by: TestUser, scopes?: readonly string[]): Promise<void>
  close(): Promise<void>
}

/**
 * Starts a server for tests. It has the plugins that it is given and nothing else.
 *
 * @example
 * const server = await createTestServer({ plugins: [magicLink({ send })] })
 * const app = await server.createApp({ grants: ['urn:example:magic-link'] })
 */
export async function createTestServer(options: TestServerOptions): Promise<TestServer> {
  const { databaseUrl = 'sqlite::memory:', issuer = ISSUER, clock = createClock(), log = silent, ...config } = options
  const server = await createServer({
    config,
    environment: { issuer, databaseUrl, secret: 'a secret of the tests that is long enough' },
    log,
    now: clock.now,
  })
  const { core } = server
  const owner = await createUser(core, undefined, { username: `owner-${randomUUID().slice(0, 8)}`, role: 'admin' })
  const post = (path: string, body: string, type: string, headers: Record<string, string> = {}) =>
    server.fetch(
      new Request(new URL(path, issuer), { method: 'POST', headers: { 'content-type': type, ...headers }, body }),
    )
  const read = async (response: Response): Promise<RestAnswer> => {
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
  }

  return {
    server,
    clock,
    fetch: (path, init) => server.fetch(new Request(new URL(path, issuer), init)),

    async graphql(query, variables = {}, { headers = {}, path = '/graphql' } = {}) {
      const response = await post(path, JSON.stringify({ query, variables }), 'application/json', headers)
      const { data, errors } = (await response.json()) as Pick<GraphQLAnswer, 'data' | 'errors'>
      return { status: response.status, data, errors }
    },

    form: async (path, params, headers) =>
      read(await post(path, new URLSearchParams(params).toString(), 'application/x-www-form-urlencoded', headers)),
    json: async (path, body, headers) => read(await post(path, JSON.stringify(body), 'application/json', headers)),

    async createApp({ type = 'confidential', ...given } = {}) {
      const created = await createApp(core, owner, { name: 'Test', type, ...given })
      return { ...created, clientId: created.app.clientId }
    },

    async createUser({ username = `user-${randomUUID().slice(0, 8)}`, role = 'user', password, profile } = {}) {
      const user = await createUser(core, undefined, { username, role, password })
      if (profile) await updateProfile(core, { id: undefined, role: 'admin' }, user.id, profile)
      const started = await core.sessions.start(user.id, ['pwd'])
      if (!started) throw new Error('The user cannot sign in.')
      const { token } = started
      return { user, sessionToken: token }
    },

    async approve(handle, { user, sessionToken }, scopes) {
      const session = await core.sessions.byToken(sessionToken)
      if (!session) throw new Error('The session of the test user is over.')
      await approve(core, { user, session, requestId: randomUUID() }, handle, scopes)
    },

    close: () => server.close(),
  }
}
