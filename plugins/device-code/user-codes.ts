import { type Approval, type PluginContext, type RequestContext, TemporarilyUnavailable } from 'grantql/plugin'
import type { DeviceCodeTables } from './tables.ts'
import { newUserCode, readUserCode } from './user-code.ts'

const TABLE = 'device_code_user_code'
/** Of 25 billion codes few are ever live, so that one is free at the first try. */
const MOST_TRIES = 5

/** A request of a device that waits for somebody's decision. */
export interface WaitingRequest {
  /** What it is decided by. */
  readonly handle: string
  readonly approval: Approval
}

/**
 * Makes a code for people to type that no other live request has: of all who draw the same at once, one gets it.
 *
 * @throws {TemporarilyUnavailable} when no free one is found
 */
export async function openUserCode(
  ctx: PluginContext<DeviceCodeTables>,
  handle: string,
  expiresAt: Date,
): Promise<string> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const code = newUserCode(ctx)
    if (await takeUserCode(ctx, code, handle, expiresAt)) return code
  }
  throw new TemporarilyUnavailable({ retryAfterSeconds: 1 })
}

/**
 * Gives a code to a request: true for one of all that draw the same. Guarded by the primary key, or, where a row is left of
 * one that is over, by its end.
 */
export async function takeUserCode(
  ctx: PluginContext<DeviceCodeTables>,
  code: string,
  handle: string,
  expiresAt: Date,
): Promise<boolean> {
  const [key] = ctx.secrets.digests(code)
  const row = {
    sealed_handle: ctx.secrets.seal(handle, key.toString('hex')),
    opened_by: null,
    expires_at: expiresAt.getTime(),
  }
  try {
    await ctx.db
      .insertInto(TABLE)
      .values({ code_key: key, ...row })
      .execute()
    return true
  } catch (error) {
    if (!ctx.isDuplicateKey(error)) throw error
    const present = await ctx.db.selectFrom(TABLE).select('expires_at').where('code_key', '=', key).executeTakeFirst()
    if (!present || present.expires_at > ctx.now().getTime()) return false
    const { numUpdatedRows } = await ctx.db
      .updateTable(TABLE)
      .set(row)
      .where('code_key', '=', key)
      .where('expires_at', '=', present.expires_at)
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 1n
  }
}

/**
 * The request that a code stands for, for the first who types it and for nobody else after them: somebody who reads a code
 * off another's screen comes too late. Undefined alike for what is unknown, another's, decided or over.
 *
 * @throws {TooManyAttempts} when this user, this network or everybody together guessed too often
 */
export async function enterUserCode(
  ctx: RequestContext<DeviceCodeTables>,
  user: { readonly id: string },
  typed: string,
): Promise<WaitingRequest | undefined> {
  const code = readUserCode(ctx, typed)
  if (code === undefined) return undefined
  return ctx.lookUpTyped({ userId: user.id }, async () => {
    const handle = await openFor(ctx, code, user.id)
    const approval = handle === undefined ? undefined : await ctx.approvals.findByHandle(handle)
    return handle !== undefined && approval?.status === 'pending' ? { handle, approval } : undefined
  })
}

/** The handle behind a live code. One guarded write says whose it is: of several people who type it at once, one's. */
async function openFor(
  ctx: PluginContext<DeviceCodeTables>,
  code: string,
  userId: string,
): Promise<string | undefined> {
  for (const key of ctx.secrets.digests(code)) {
    const { numUpdatedRows } = await ctx.db
      .updateTable(TABLE)
      .set({ opened_by: userId })
      .where('code_key', '=', key)
      .where('expires_at', '>', ctx.now().getTime())
      .where((eb) => eb.or([eb('opened_by', 'is', null), eb('opened_by', '=', userId)]))
      .executeTakeFirstOrThrow()
    if (numUpdatedRows !== 1n) continue
    const row = await ctx.db
      .selectFrom(TABLE)
      .select('sealed_handle')
      .where('code_key', '=', key)
      .executeTakeFirstOrThrow()
    return ctx.secrets.unseal(row.sealed_handle, key.toString('hex'))
  }
  return undefined
}

const SWEPT_AT_ONCE = 1000

/** Forgets codes that are over. */
export async function sweepUserCodes(ctx: PluginContext<DeviceCodeTables>): Promise<void> {
  for (;;) {
    const over = await ctx.db
      .selectFrom(TABLE)
      .select('code_key')
      .where('expires_at', '<=', ctx.now().getTime())
      .limit(SWEPT_AT_ONCE)
      .execute()
    if (over.length === 0) return
    const keys = over.map(({ code_key }) => code_key)
    // A code may have been drawn anew meanwhile.
    await ctx.db
      .deleteFrom(TABLE)
      .where('code_key', 'in', keys)
      .where('expires_at', '<=', ctx.now().getTime())
      .execute()
  }
}
