import { randomInt } from 'node:crypto'
import type { PluginContext } from 'grantql/plugin'
import type { ProcessmakerTables } from './tables.ts'

/** Of the column that holds them. */
const LARGEST = 2_147_483_647
/** A few more than nodes could ever ask at once; each round one of them at least is through. */
const MOST_TRIES = 50

/**
 * Gives out the next integer. Of all who insert the same one at once the first has it, and the others look again; no database
 * counts for us, so that it is the same on each of them.
 *
 * @returns its decimal digits
 */
export async function mintClientId(ctx: PluginContext<ProcessmakerTables>): Promise<string> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    // Whoever lost skips a few, for those who lost as well look at the same moment.
    const clientId = (await largestClientId(ctx)) + 1 + (tries === 0 ? 0 : randomInt(tries + 1))
    if (clientId > LARGEST) break
    if (await take(ctx, clientId)) return String(clientId)
  }
  throw new Error('No client id could be given out.')
}

async function largestClientId(ctx: PluginContext<ProcessmakerTables>): Promise<number> {
  const row = await ctx.db
    .selectFrom('processmaker_client_id')
    .select('client_id')
    .orderBy('client_id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return Number(row?.client_id ?? 0)
}

async function take(ctx: PluginContext<ProcessmakerTables>, clientId: number): Promise<boolean> {
  try {
    await ctx.transaction(async (trx) => {
      await trx.insertInto('processmaker_client_id').values({ client_id: clientId }).execute()
    })
    return true
  } catch (error) {
    if (!ctx.isDuplicateKey(error)) throw error
    return false
  }
}

/** Whether a text can be one of these ids: other apps never have such a `client_id`. */
export function isClientId(text: string): boolean {
  return /^[1-9]\d{0,9}$/.test(text) && Number(text) <= LARGEST
}
