import { hash, randomBytes } from 'node:crypto'
import type { PluginContext } from 'grantql/plugin'
import type { PasskeyTables } from './tables.ts'

export const CHALLENGE_TTL_MS = 5 * 60 * 1000

const TIME_BYTES = 6
const RANDOM_BYTES = 26
const BATCH = 1000

type Needs = Pick<PluginContext<PasskeyTables>, 'db' | 'now' | 'transaction'>

/** What is to be signed is for one purpose: somebody's new passkey, or a sign-in of whoever it will be. */
export type Purpose = { readonly userId: string } | 'sign-in'

/** Makes a challenge that can be answered once, within five minutes. Only its hash is stored. */
export async function openChallenge(ctx: Needs, purpose: Purpose): Promise<Buffer<ArrayBuffer>> {
  const challenge = Buffer.concat([timePrefix(ctx.now().getTime()), randomBytes(RANDOM_BYTES)])
  const row = { challenge_key: keyOf(challenge), user_id: userIdOf(purpose) }
  await ctx.db.insertInto('passkey_sign_in_challenge').values(row).execute()
  return challenge
}

/**
 * Uses a challenge up: of all who answer it at once, one is told true. It is gone whether or not the answer turns out to
 * be right, so that nobody tries twice.
 */
export async function takeChallenge(ctx: Needs, purpose: Purpose, challenge: Buffer): Promise<boolean> {
  if (challenge.length !== TIME_BYTES + RANDOM_BYTES) return false
  const ageMs = ctx.now().getTime() - challenge.readUIntBE(0, TIME_BYTES)
  if (ageMs >= CHALLENGE_TTL_MS) return false
  const key = keyOf(challenge)
  const userId = userIdOf(purpose)
  return ctx.transaction(async (trx) => {
    const { numDeletedRows } = await trx
      .deleteFrom('passkey_sign_in_challenge')
      .where('challenge_key', '=', key)
      .where('user_id', userId === null ? 'is' : '=', userId)
      .executeTakeFirstOrThrow()
    return numDeletedRows === 1n
  })
}

/** Deletes what is too old to be answered, by ranges of the primary key. */
export async function sweepChallenges(ctx: Needs): Promise<void> {
  const bound = timePrefix(ctx.now().getTime() - CHALLENGE_TTL_MS)
  for (;;) {
    const expired = await ctx.db
      .selectFrom('passkey_sign_in_challenge')
      .select('challenge_key')
      .where('challenge_key', '<', bound)
      .orderBy('challenge_key')
      .limit(BATCH)
      .execute()
    const last = expired.at(-1)
    if (!last) return
    await ctx.db.deleteFrom('passkey_sign_in_challenge').where('challenge_key', '<=', last.challenge_key).execute()
    if (expired.length < BATCH) return
  }
}

const userIdOf = (purpose: Purpose) => (purpose === 'sign-in' ? null : purpose.userId)

function keyOf(challenge: Buffer): Buffer {
  return Buffer.concat([challenge.subarray(0, TIME_BYTES), hash('sha256', challenge, 'buffer')])
}

function timePrefix(millis: number): Buffer {
  const bytes = Buffer.alloc(TIME_BYTES)
  bytes.writeUIntBE(millis, 0, TIME_BYTES)
  return bytes
}
