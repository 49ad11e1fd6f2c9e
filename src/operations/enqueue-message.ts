import type { Insertable, Kysely } from 'kysely'
import type { Core } from '../core.ts'
import type { OutboxDelivery } from '../plugin/contributions.ts'
import { generateId } from '../secrets/generate-id.ts'
import { toJson } from '../storage/rows.ts'
import type { CoreTables, OutboxTable } from '../storage/tables.ts'

const DAY_SECONDS = 24 * 60 * 60

/** Stores a message of a plugin for delivery, in its own transaction or in the one that is given. */
export async function enqueueMessage(
  core: Pick<Core, 'database' | 'now' | 'registry'>,
  pluginId: string,
  { kind, payload }: { readonly kind: string; readonly payload: unknown },
  trx?: Kysely<unknown>,
): Promise<void> {
  const delivery = core.registry.outbox.get(kind)
  if (delivery?.pluginId !== pluginId) throw new Error(`The plugin "${pluginId}" has no outbox for "${kind}".`)
  // A plugin's view of a transaction reaches its own tables alone; the outbox is core's.
  const db = trx === undefined ? core.database.db : (trx.withoutPlugins() as unknown as Kysely<CoreTables>)
  await db
    .insertInto('outbox')
    .values(messageRow(core, delivery, payload))
    .execute()
}

/** A message that is due at once. */
export function messageRow(
  { now }: Pick<Core, 'now'>,
  { kind, ttlSeconds = DAY_SECONDS }: OutboxDelivery,
  payload: unknown,
): Insertable<OutboxTable> {
  const at = now()
  return {
    id: generateId(at),
    kind,
    payload: toJson(payload),
    attempts: 0,
    due_at: at.getTime(),
    expires_at: at.getTime() + ttlSeconds * 1000,
    created_at: at.getTime(),
  }
}
