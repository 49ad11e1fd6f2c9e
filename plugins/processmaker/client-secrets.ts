import { randomInt } from 'node:crypto'
import type { App, Dialect, PluginContext } from 'grantql/plugin'
import type { ProcessmakerTables } from './tables.ts'

const ALPHANUMERICS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
/** 238 bits. */
const SECRET_LENGTH = 40

export function mintClientSecret(): string {
  return Array.from({ length: SECRET_LENGTH }, () => ALPHANUMERICS[randomInt(ALPHANUMERICS.length)]).join('')
}

const contextOf = (appId: string): string => `client secret of ${appId}`

/** Keeps the newest secret of an app, sealed, so that an admin can copy it again; forgets it with the app. */
export const keepClientSecret: NonNullable<Dialect<ProcessmakerTables>['keepClientSecret']> = async (
  ctx,
  trx,
  { id },
  secret,
) => {
  await trx.deleteFrom('processmaker_client_secret').where('app_id', '=', id).execute()
  if (secret === undefined) return
  const row = { app_id: id, sealed_secret: ctx.secrets.seal(secret, contextOf(id)), updated_at: ctx.now().getTime() }
  await trx.insertInto('processmaker_client_secret').values(row).execute()
}

/** What is kept of an app beside what core knows. */
export interface KeptSecret {
  /** Undefined where it was sealed with a secret that this server has no more. */
  readonly secret: string | undefined
  readonly updatedAt: Date
}

/** What is kept of an app; undefined for one that has no secret. */
export async function keptSecret(
  ctx: PluginContext<ProcessmakerTables>,
  { id }: Pick<App, 'id'>,
): Promise<KeptSecret | undefined> {
  const row = await ctx.db
    .selectFrom('processmaker_client_secret')
    .selectAll()
    .where('app_id', '=', id)
    .executeTakeFirst()
  return row && unsealed(ctx, row)
}

/** What is kept of all apps, by their ids. */
export async function keptSecrets(ctx: PluginContext<ProcessmakerTables>): Promise<ReadonlyMap<string, KeptSecret>> {
  const rows = await ctx.db.selectFrom('processmaker_client_secret').selectAll().execute()
  return new Map(rows.map((row) => [row.app_id, unsealed(ctx, row)]))
}

/** Notes that a client was saved. */
export async function noteSaved(ctx: PluginContext<ProcessmakerTables>, { id }: Pick<App, 'id'>): Promise<void> {
  await ctx.db
    .updateTable('processmaker_client_secret')
    .set({ updated_at: ctx.now().getTime() })
    .where('app_id', '=', id)
    .execute()
}

function unsealed(
  ctx: PluginContext<ProcessmakerTables>,
  { app_id, sealed_secret, updated_at }: ProcessmakerTables['processmaker_client_secret'],
): KeptSecret {
  return {
    secret: ctx.secrets.unseal(sealed_secret, contextOf(app_id)),
    updatedAt: new Date(Number(updated_at)),
  }
}
