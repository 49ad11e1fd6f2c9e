import { hash } from 'node:crypto'
import type { Core } from '../core.ts'
import { generateId } from '../secrets/generate-id.ts'
import type { Database } from '../storage/database.ts'

/** By how much the clocks of two nodes may differ: what one of them still takes, the other must not have forgotten. */
const CLOCKS_DIFFER_MS = 60_000

/**
 * Uses something up that must not be used twice: of all who try, on every node, one is told true.
 *
 * @param purpose what it is used for; the same text may be used once for each
 * @param until when it is over anyway, and can be forgotten
 */
export async function useOnce(
  { database, now }: Pick<Core, 'database' | 'now'>,
  purpose: string,
  text: string,
  until: Date,
): Promise<boolean> {
  const useKey = hash('sha256', JSON.stringify([purpose, text]), 'buffer')
  const claimId = generateId(now())
  // A COMMIT whose answer got lost may have taken place: the attempt that the row names came first.
  const settle = async (db: Database['db']) => {
    const row = await db.selectFrom('used_once').select('claim_id').where('use_key', '=', useKey).executeTakeFirst()
    return row?.claim_id === claimId ? true : undefined
  }
  const row = { use_key: useKey, claim_id: claimId, expires_at: until.getTime() + CLOCKS_DIFFER_MS }
  try {
    return await database.transaction(
      async (trx) => {
        await trx.insertInto('used_once').values(row).execute()
        return true
      },
      { settle },
    )
  } catch (error) {
    if (!database.dialect.isDuplicateKey(error)) throw error
    return (await settle(database.db)) ?? false
  }
}
