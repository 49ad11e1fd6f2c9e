import type { Kysely, Transaction } from 'kysely'
import type { Core } from '../core.ts'
import type { PluginAuditEvent } from '../plugin/context.ts'
import type { CoreTables } from '../storage/tables.ts'

const KIND = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

/** Puts on record what happened in a plugin, under its id: on its own, or in the transaction that is given. */
export async function writePluginEvent(
  core: Pick<Core, 'audit'>,
  pluginId: string,
  { kind, ...event }: PluginAuditEvent & { readonly requestId?: string },
  trx?: Kysely<unknown>,
): Promise<void> {
  if (!KIND.test(kind))
    throw new Error(`The plugin "${pluginId}" has an audit event "${kind}", which is not kebab-case.`)
  const owned = { ...event, pluginId, kind }
  if (trx === undefined) return core.audit.write(owned)
  // A plugin's view of a transaction reaches its own tables alone; the audit log is core's.
  await core.audit.insertRow(trx.withoutPlugins() as unknown as Transaction<CoreTables>, core.audit.row(owned))
}
