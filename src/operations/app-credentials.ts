import type { App } from '../apps/app.ts'
import type { WriteAlso } from '../apps/apps.ts'
import type { Core } from '../core.ts'
import { generateId } from '../secrets/generate-id.ts'
import { mintSecret } from '../secrets/secret-format.ts'
import { ownTables } from './own-tables.ts'
import { pluginContext } from './plugin-context.ts'
import { withDeadline } from './with-deadline.ts'

/** A `client_id` in the shape of the app's dialect, else one of ours. */
export async function mintClientId(core: Core, dialectId: string | undefined): Promise<string> {
  const dialect = findDialect(core, dialectId)
  const minted = dialect?.mintClientId?.(pluginContext(core, dialect.pluginId))
  return minted === undefined ? generateId(core.now()) : inTime(minted, dialectId)
}

/** A secret in the shape of the app's dialect, else one of ours. Its hash alone is stored. */
export async function mintClientSecret(core: Core, app: App): Promise<string> {
  const dialect = findDialect(core, app.dialect)
  const minted = dialect?.mintClientSecret?.(pluginContext(core, dialect.pluginId), app)
  return minted === undefined ? mintSecret('appSecret', core.now()).plain : inTime(minted, app.dialect)
}

/**
 * What the app's dialect writes where a secret is stored, or where the app is deleted (undefined), in that transaction.
 * Undefined where it keeps nothing.
 */
export function keepClientSecret(core: Core, app: App, secret: string | undefined): WriteAlso | undefined {
  const dialect = findDialect(core, app.dialect)
  if (!dialect?.keepClientSecret) return undefined
  const { pluginId } = dialect
  return (trx) =>
    dialect.keepClientSecret?.(pluginContext(core, pluginId), ownTables(core, trx, pluginId), app, secret) ??
    Promise.resolve()
}

const findDialect = ({ registry }: Core, id: string | undefined) =>
  id === undefined ? undefined : registry.dialects.get(id)

const inTime = (minted: string | Promise<string>, dialectId: string | undefined) =>
  withDeadline(Promise.resolve(minted), `the ids and secrets of the dialect ${dialectId}`)
