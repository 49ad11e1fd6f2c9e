import { randomUUID } from 'node:crypto'
import { type App, InvalidInput, type PluginContext, TooManySecrets } from 'grantql/plugin'
import type { ClientAssertionTables } from './tables.ts'

const TABLE = 'client_assertion_secret'
const OVERLAP_SECONDS = 24 * 60 * 60
const LONGEST_OVERLAP_SECONDS = 30 * OVERLAP_SECONDS
const MOST_SECRETS = 5

type Context = PluginContext<ClientAssertionTables>

/** The secrets that an app may sign with right now. */
export async function liveSecrets(ctx: Context, { id: appId }: Pick<App, 'id'>): Promise<readonly string[]> {
  const rows = await ctx.db
    .selectFrom(TABLE)
    .select(['id', 'sealed_secret'])
    .where('app_id', '=', appId)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', ctx.now().getTime())]))
    .execute()
  return rows.map((row) => ctx.secrets.unseal(row.sealed_secret, row.id)).filter((secret) => secret !== undefined)
}

/**
 * Gives an app a secret to sign with. Those that it has go on working for a while, so that the new one can be rolled out.
 *
 * @param overlapSeconds how long; 86,400 where left out, 0 ends them at once
 * @returns the secret, which is shown this once
 * @throws {InvalidInput} when the app is public, or the overlap is longer than 30 days
 * @throws {TooManySecrets} when five work already and would go on working
 */
export async function addSecret(ctx: Context, app: App, overlapSeconds = OVERLAP_SECONDS): Promise<string> {
  if (app.type === 'public') {
    throw new InvalidInput({ message: 'A public app proves nothing, so it has no secret.', field: ['clientId'] })
  }
  if (!Number.isInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > LONGEST_OVERLAP_SECONDS) {
    throw new InvalidInput({ message: 'The overlap is between 0 seconds and 30 days.', field: ['overlapSeconds'] })
  }
  const { plain } = ctx.secrets.mint('appSecret')
  const id = randomUUID()
  const sealed = ctx.secrets.seal(plain, id)
  const at = ctx.now().getTime()
  const othersEndAt = at + overlapSeconds * 1000
  await ctx.transaction(async (trx) => {
    await trx
      .updateTable(TABLE)
      .set({ expires_at: othersEndAt })
      .where('app_id', '=', app.id)
      .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', othersEndAt)]))
      .execute()
    const others = await trx
      .selectFrom(TABLE)
      .select('id')
      .where('app_id', '=', app.id)
      .where('expires_at', '>', at)
      .execute()
    if (others.length >= MOST_SECRETS) throw new TooManySecrets()
    const row = { id, app_id: app.id, sealed_secret: sealed, created_at: at, expires_at: null }
    await trx.insertInto(TABLE).values(row).execute()
    await ctx.audit.write({ kind: 'secret-added', appId: app.id }, trx)
  })
  return plain
}

/**
 * Seals all secrets anew: by the newest secret of this server, so that an older one can be taken away once a day has passed
 * since it was replaced.
 */
export async function resealSecrets(ctx: Context): Promise<void> {
  const rows = await ctx.db.selectFrom(TABLE).select(['app_id', 'id', 'sealed_secret']).execute()
  for (const row of rows) {
    const secret = ctx.secrets.unseal(row.sealed_secret, row.id)
    if (secret === undefined) continue
    await ctx.db
      .updateTable(TABLE)
      .set({ sealed_secret: ctx.secrets.seal(secret, row.id) })
      .where('app_id', '=', row.app_id)
      .where('id', '=', row.id)
      .execute()
  }
}

/** Forgets the secrets that are over, and those of apps that are gone. */
export async function sweepSecrets(ctx: Context): Promise<void> {
  await ctx.db.deleteFrom(TABLE).where('expires_at', '<=', ctx.now().getTime()).execute()
  const apps = await ctx.db.selectFrom(TABLE).select('app_id').distinct().execute()
  for (const { app_id: appId } of apps) {
    if (!(await ctx.apps.findById(appId))) await ctx.db.deleteFrom(TABLE).where('app_id', '=', appId).execute()
  }
}
