import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { BootError } from '../config/boot-error.ts'
import type { Environment } from '../config/define-config.ts'
import { isEmbedded } from '../config/server-secret.ts'
import type { Core } from '../core.ts'
import { InvalidInput } from '../errors/standard.ts'
import { createApp } from '../operations/create-app.ts'
import { createUser } from '../operations/create-user.ts'
import { withLease } from '../storage/lease.ts'
import type { User } from '../users/user.ts'

const LEASE = { holder: randomUUID(), ttlSeconds: 30 }
const POLL_MS = 100

/** What the first start made. Its secrets are told once. */
export interface FirstRun {
  readonly username: string
  /** Undefined where the environment gave it. */
  readonly generatedPassword: string | undefined
  readonly demoApp: DemoApp | undefined
}

export interface DemoApp {
  readonly clientId: string
  readonly clientSecret: string
}

type FirstRunEnvironment = Pick<Environment, 'adminUsername' | 'adminPassword' | 'databaseUrl'>

/**
 * Makes what a new deployment needs to be used: an admin, and on the embedded database an app to try things with. Of
 * several processes that start at once, one does so.
 *
 * @param prepare is called before anything with a secret is made, so that there is a place to tell it
 * @returns undefined where there is an admin already
 * @throws {BootError} when the admin cannot be made as the environment says
 */
export async function firstRun(
  core: Core,
  environment: FirstRunEnvironment,
  prepare: () => void = () => undefined,
): Promise<FirstRun | undefined> {
  for (;;) {
    if (await hasAdmin(core)) return undefined
    let made: FirstRun | undefined
    const isDone = await withLease(core.database, 'first-run', LEASE, async () => {
      if (await hasAdmin(core)) return
      prepare()
      made = await makeFirst(core, environment)
    })
    if (made !== undefined) return made
    if (!isDone) await sleep(POLL_MS)
  }
}

async function hasAdmin({ database }: Pick<Core, 'database'>): Promise<boolean> {
  const admin = await database.db
    .selectFrom('user')
    .select('id')
    .where('role', '=', 'admin')
    .limit(1)
    .executeTakeFirst()
  return admin !== undefined
}

async function makeFirst(core: Core, environment: FirstRunEnvironment): Promise<FirstRun> {
  const { adminUsername: username, adminPassword, databaseUrl } = environment
  const generatedPassword = adminPassword === undefined ? randomBytes(15).toString('base64url') : undefined
  const admin = await makeAdmin(core, username, adminPassword ?? generatedPassword ?? '')
  return { username, generatedPassword, demoApp: isEmbedded(databaseUrl) ? await makeDemoApp(core, admin) : undefined }
}

async function makeAdmin(core: Core, username: string, password: string): Promise<User> {
  try {
    return await createUser(core, undefined, { username, password, role: 'admin' })
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    throw new BootError(
      `The first admin cannot be made: ${error.message} See GRANTQL_ADMIN_USERNAME and GRANTQL_ADMIN_PASSWORD.`,
      { cause: error },
    )
  }
}

/** It may do all that its owner could give an app by themselves. */
async function makeDemoApp(core: Core, owner: User): Promise<DemoApp | undefined> {
  const grants = [...core.registry.grants.values()].filter(({ selfService = true }) => selfService)
  const scopes = [...core.registry.scopes.values()].filter(({ adminOnly = false }) => !adminOnly)
  const { app, clientSecret } = await createApp(core, owner, {
    name: 'Demo app',
    type: 'confidential',
    grants: grants.map(({ grantType }) => grantType),
    scopes: scopes.map(({ name }) => name),
  })
  return clientSecret === undefined ? undefined : { clientId: app.clientId, clientSecret }
}
