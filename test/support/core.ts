import { randomUUID } from 'node:crypto'
import { formParams, type Plugin, type RequestFacts, type User } from 'grantql/plugin'
import { afterAll } from 'vitest'
import { clientCredentials } from '../../plugins/client-credentials/index.ts'
import { code } from '../../plugins/code/index.ts'
import type { App } from '../../src/apps/app.ts'
import type { Core } from '../../src/core.ts'
import { openCore } from '../../src/open-core.ts'
import { createApp } from '../../src/operations/create-app.ts'
import { createUser } from '../../src/operations/create-user.ts'
import { exchangeToken } from '../../src/operations/exchange-token.ts'
import type { SignedIn } from '../../src/operations/presented-session.ts'
import { runOperation } from '../../src/operations/run-operation.ts'
import { createClock, type TestClock } from '../../src/testing/clock.ts'
import type { TestDatabase } from './database.ts'

export const ISSUER = 'http://localhost:3000'
export const CODE = 'urn:grantql:params:oauth:grant-type:code'
export const TEST_SECRET = 'a secret of the tests that is long enough'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

export interface TestCore {
  readonly core: Core
  readonly clock: TestClock
  readonly url: string
}

/** A core on a fresh database, closed when the suite or file is through. */
export async function openTestCore(
  database: TestDatabase,
  options: { readonly plugins?: readonly Plugin[]; readonly url?: string; readonly clock?: TestClock } = {},
): Promise<TestCore> {
  const clock = options.clock ?? createClock()
  const url = options.url ?? (await database.url())
  const { core, close } = await openCore({
    config: {
      plugins: options.plugins ?? [clientCredentials(), code()],
      scopes: [
        { name: 'read', description: 'Read your data' },
        { name: 'write', description: 'Change your data' },
      ],
    },
    environment: { issuer: ISSUER, databaseUrl: url, secret: TEST_SECRET },
    log: silent,
    now: clock.now,
  })
  afterAll(close)
  return { core, clock, url }
}

/** A request as a face would describe it. */
export function facts(core: Core, headers: Record<string, string> = {}): RequestFacts {
  return {
    id: randomUUID(),
    arrivedAt: core.now(),
    method: 'POST',
    url: new URL('/oauth/token', core.issuer),
    headers: new Headers(headers),
    address: '127.0.0.1',
  }
}

export async function signedInUser(core: Core, role: User['role'] = 'user'): Promise<SignedIn & { requestId: string }> {
  const user = await createUser(core, undefined, { username: `u${randomUUID().slice(0, 8)}`, role })
  const started = await core.sessions.start(user.id, ['pwd'])
  if (!started) throw new Error('The user cannot sign in.')
  const { session } = started
  return { user, session, requestId: randomUUID() }
}

export interface TestApp {
  readonly app: App
  readonly clientSecret: string | undefined
}

export async function testApp(
  core: Core,
  type: App['type'] = 'confidential',
  given: Partial<Pick<App, 'grants' | 'scopes'>> = {},
): Promise<TestApp> {
  const owner = await createUser(core, undefined, { username: `o${randomUUID().slice(0, 8)}` })
  const every = type === 'public' ? [CODE] : ['client_credentials', CODE]
  return createApp(core, owner, {
    name: 'Test',
    type,
    grants: type === 'bot' ? ['client_credentials'] : every,
    scopes: ['read', 'write'],
    ...given,
  })
}

type Form = Record<string, string>

const credentials = ({ app, clientSecret }: TestApp) => ({ clientId: app.clientId, clientSecret })

/** A token request by an app that authenticates as it should, unless told otherwise. */
export function exchange(
  core: Core,
  app: TestApp,
  grantType: string,
  params: Form,
  others: Partial<Parameters<typeof exchangeToken>[1]> = {},
) {
  return exchangeToken(core, {
    grantType,
    params: formParams(new URLSearchParams(params)),
    credentials: credentials(app),
    request: facts(core),
    ...others,
  })
}

/** Runs a declared operation of a plugin by the name of its mutation. */
export async function run(core: Core, app: TestApp, mutation: string, params: Form): Promise<Record<string, never>> {
  const operation = core.registry.operations.find((candidate) => candidate.mutation === mutation)
  if (!operation) throw new Error(`There is no operation ${mutation}.`)
  const request = {
    params: formParams(new URLSearchParams(params)),
    credentials: credentials(app),
    request: facts(core),
  }
  return (await runOperation(core, operation, request)) as Record<string, never>
}

/** The `code` of what a promise is rejected with. */
export async function errorCode(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    return String((error as { code?: unknown }).code ?? error)
  }
  return 'no error'
}
