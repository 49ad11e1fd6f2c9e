import { hash, randomBytes } from 'node:crypto'
import { type App, InvalidRequest, type PluginContext, type RawParams } from 'grantql/plugin'
import type { PushedAuthorizationTables } from './tables.ts'

/** What every `request_uri` of ours begins with (RFC 9126 §2.2). */
export const URI_PREFIX = 'urn:ietf:params:oauth:request_uri:'

const TIME_BYTES = 6
const RANDOM_BYTES = 32
const BATCH = 1000

/** The parameters of a request as they are stored. */
export type StoredParams = Readonly<Record<string, string | readonly string[]>>

type Needs = Pick<PluginContext<PushedAuthorizationTables>, 'db' | 'now' | 'transaction'>

/** Stores a request for an app under a name that nobody can guess (RFC 9126 §7.1). Only the hash of it is stored. */
export async function storeRequest(ctx: Needs, app: App, params: string, ttlSeconds: number): Promise<string> {
  const endsAt = ctx.now().getTime() + ttlSeconds * 1000
  const reference = Buffer.concat([timePrefix(endsAt), randomBytes(RANDOM_BYTES)])
  const row = { request_key: keyOf(reference), app_id: app.id, params, used_at: null }
  await ctx.db.insertInto('pushed_authorization_request').values(row).execute()
  return `${URI_PREFIX}${reference.toString('base64url')}`
}

/**
 * Uses a request up: of all who bring it at once, one gets its parameters. Another app's is left as it is.
 *
 * @returns undefined where it is unknown, over, used or another app's
 */
export async function takeRequest(ctx: Needs, app: App, uri: string): Promise<StoredParams | undefined> {
  const reference = Buffer.from(uri.slice(URI_PREFIX.length), 'base64url')
  if (reference.length !== TIME_BYTES + RANDOM_BYTES) return undefined
  const now = ctx.now().getTime()
  if (reference.readUIntBE(0, TIME_BYTES) <= now) return undefined
  const key = keyOf(reference)
  const isFirst = await ctx.transaction(async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('pushed_authorization_request')
      .set({ used_at: now })
      .where('request_key', '=', key)
      .where('app_id', '=', app.id)
      .where('used_at', 'is', null)
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 1n
  })
  if (!isFirst) return undefined
  const row = await ctx.db
    .selectFrom('pushed_authorization_request')
    .select('params')
    .where('request_key', '=', key)
    .executeTakeFirst()
  return row && (JSON.parse(row.params) as StoredParams)
}

/** Deletes what is over, by ranges of the primary key. */
export async function sweepRequests(ctx: Needs): Promise<void> {
  const bound = timePrefix(ctx.now().getTime())
  for (;;) {
    const over = await ctx.db
      .selectFrom('pushed_authorization_request')
      .select('request_key')
      .where('request_key', '<', bound)
      .orderBy('request_key')
      .limit(BATCH)
      .execute()
    const last = over.at(-1)
    if (!last) return
    await ctx.db.deleteFrom('pushed_authorization_request').where('request_key', '<=', last.request_key).execute()
    if (over.length < BATCH) return
  }
}

/**
 * What was sent, with `client_id` of the app that proved who it is.
 *
 * @throws {InvalidRequest} when something in it is not a text
 */
export function paramsToStore(app: App, sent: RawParams): StoredParams {
  const entries = sent.names().map((name) => {
    const values = sent.all(name).flat()
    if (!values.every((value) => typeof value === 'string')) {
      throw new InvalidRequest({ message: 'What is pushed are texts, and lists of texts.' })
    }
    const [only, ...others] = values
    return [name, only === undefined || others.length > 0 ? values : only] as const
  })
  return { ...Object.fromEntries(entries), client_id: app.clientId }
}

function keyOf(reference: Buffer): Buffer {
  return Buffer.concat([reference.subarray(0, TIME_BYTES), hash('sha256', reference, 'buffer')])
}

function timePrefix(millis: number): Buffer {
  const bytes = Buffer.alloc(TIME_BYTES)
  bytes.writeUIntBE(millis, 0, TIME_BYTES)
  return bytes
}
