import type { Sealer } from '../secrets/sealing.ts'
import type { Database } from '../storage/database.ts'
import type { SigningKeyTable } from '../storage/tables.ts'
import type { SigningAlgorithm } from './algorithms.ts'
import { generateSigningKey, readRecord } from './signing-key.ts'

/** For clocks that differ between nodes, and for apps that tolerate some seconds after a token's end. */
const GRACE_MILLIS = 60_000

export interface Rotation {
  readonly database: Pick<Database, 'db' | 'dialect' | 'transaction'>
  readonly sealer: Sealer
  /** Milliseconds, as every time here. */
  readonly now: number
  /** When the new key takes over. */
  readonly startsAt: number
  /** How long a token may be valid at most. */
  readonly longestTokenMillis: number
  /**
   * `missing`: only where nothing signs from then on. `scheduled`: unless a new key is pending already. `immediate`: always.
   */
  readonly occasion: 'missing' | 'scheduled' | 'immediate'
}

/**
 * Adds the key that follows the present one, and writes down when the present one retires. Safe on several nodes at once:
 * the id of the new row follows from its predecessor, so one insert wins and the others keep what it made.
 */
export async function addSuccessor(algorithm: SigningAlgorithm, rotation: Rotation): Promise<void> {
  const { database, now, startsAt } = rotation
  // RSA takes a tenth of a second and more to generate: before the transaction, and only where it will be needed.
  if (!isDue(lastOf(await readKeys(database.db, algorithm)), rotation)) return
  const generated = await generateSigningKey(algorithm, rotation.sealer)
  const successor = { ...generated, created_at: now, active_at: startsAt, retiring_at: null, retired_at: null }
  const outcome = await database.transaction(
    async (db) => {
      const last = lastOf(await readKeys(db, algorithm))
      if (!isDue(last, rotation)) return 'nothing to do'
      const id = last === undefined ? `first-${algorithm}` : `next-${readRecord(last).kid}`
      try {
        await db
          .insertInto('signing_key')
          .values({ id, ...successor })
          .execute()
      } catch (error) {
        if (database.dialect.isDuplicateKey(error)) return 'another was first'
        throw error
      }
      await db
        .updateTable('signing_key')
        .set({ retiring_at: startsAt, retired_at: startsAt + rotation.longestTokenMillis + GRACE_MILLIS })
        .where('algorithm', '=', algorithm)
        .where((eb) => eb.or([eb('retiring_at', 'is', null), eb('retiring_at', '>', startsAt)]))
        .where('id', '!=', id)
        .execute()
      return 'added'
    },
    { settle: async (db) => ((await hasRow(db, successor.public_jwk)) ? 'added' : undefined) },
  )
  // Whoever rotates at once may fear that a key is known; a schedule that was first by a moment must not put that off.
  if (rotation.occasion === 'immediate' && outcome === 'another was first') {
    const winner = lastOf(await readKeys(database.db, algorithm))
    if (winner !== undefined && winner.active_at > startsAt) await addSuccessor(algorithm, rotation)
  }
}

/**
 * Keeps keys that have yet to retire published long enough for tokens that live longer than was foreseen when their
 * rotation was planned.
 */
export async function extendRetirement(
  database: Pick<Database, 'db'>,
  now: number,
  longestTokenMillis: number,
): Promise<void> {
  const stayMillis = longestTokenMillis + GRACE_MILLIS
  await database.db
    .updateTable('signing_key')
    .set((eb) => ({ retired_at: eb('retiring_at', '+', stayMillis) }))
    .where('retiring_at', '>', now)
    .where((eb) => eb('retired_at', '<', eb('retiring_at', '+', stayMillis)))
    .execute()
}

/** The rows of one algorithm, or all. */
export function readKeys(db: Database['db'], algorithm?: SigningAlgorithm): Promise<SigningKeyTable[]> {
  const query = db.selectFrom('signing_key').selectAll()
  return (algorithm === undefined ? query : query.where('algorithm', '=', algorithm)).execute()
}

async function hasRow(db: Database['db'], publicJwk: string): Promise<boolean> {
  const found = db.selectFrom('signing_key').select('id').where('public_jwk', '=', publicJwk)
  return (await found.executeTakeFirst()) !== undefined
}

/** The end of the chain: the key that no other follows yet, or else the newest. */
function lastOf(rows: readonly SigningKeyTable[]): SigningKeyTable | undefined {
  return rows.find((row) => row.retiring_at === null) ?? rows.toSorted((a, b) => a.created_at - b.created_at).at(-1)
}

function isDue(last: SigningKeyTable | undefined, { occasion, now }: Rotation): boolean {
  if (last === undefined || last.retiring_at !== null) return true
  if (occasion === 'missing') return false
  return occasion === 'immediate' || last.active_at <= now
}
