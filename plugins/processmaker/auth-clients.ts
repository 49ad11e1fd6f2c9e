import { InvalidInput, type PluginContext, type User } from 'grantql/plugin'
import { type AuthClient, appChanges, type ClientInput, DIALECT } from './auth-client.ts'
import { isClientId } from './client-ids.ts'
import { keptSecret, keptSecrets, noteSaved } from './client-secrets.ts'
import type { Faults } from './json.ts'
import type { ProcessmakerTables } from './tables.ts'

type Context = PluginContext<ProcessmakerTables>

/** All clients with a secret that live, by their numbers. */
export async function listClients(ctx: Context): Promise<readonly AuthClient[]> {
  const kept = await keptSecrets(ctx)
  const found = await Promise.all(
    [...kept].map(async ([appId, secret]): Promise<AuthClient | undefined> => {
      const app = await ctx.apps.findById(appId)
      return app && !app.disabledAt ? { app, ...secret } : undefined
    }),
  )
  return found
    .filter((client) => client !== undefined)
    .sort((one, other) => Number(one.app.clientId) - Number(other.app.clientId))
}

/** @param id as it came in a path */
export async function findClient(ctx: Context, id: string | undefined): Promise<AuthClient | undefined> {
  const app = id !== undefined && isClientId(id) ? await ctx.apps.find(id) : undefined
  const kept = app?.dialect === DIALECT ? await keptSecret(ctx, app) : undefined
  return app && kept && { app, ...kept }
}

/** @throws {InvalidInput} where core wants something else; see {@link faultsOf} */
export async function createClient(ctx: Context, admin: User, input: ClientInput): Promise<AuthClient> {
  const { app } = await ctx.apps.create(admin, { ...appChanges(input), type: 'confidential', dialect: DIALECT })
  return requireKept(ctx, app)
}

/** @throws {NotFound} {InvalidInput} */
export async function updateClient(ctx: Context, admin: User, client: AuthClient, input: ClientInput) {
  const app = await ctx.apps.update(admin, client.app.id, appChanges(input, client.app))
  await noteSaved(ctx, app)
  return requireKept(ctx, app)
}

async function requireKept(ctx: Context, app: AuthClient['app']): Promise<AuthClient> {
  const kept = await keptSecret(ctx, app)
  if (!kept) throw new Error(`The client ${app.clientId} has no secret.`)
  return { app, ...kept }
}

const FIELDS: Readonly<Record<string, string>> = { name: 'name', redirectUris: 'redirect' }

/** What core does not accept, by the fields of this system. @throws anything else */
export function faultsOf(error: unknown): Faults {
  if (!(error instanceof InvalidInput)) throw error
  const [path = ''] = error.values.field
  return { [FIELDS[path] ?? 'types']: [error.message] }
}
