import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import type { Sealer } from '../secrets/sealing.ts'
import type { Database } from '../storage/database.ts'

const NAME = 'derivation'
const PURPOSE = 'derivation-key'
const KEY_BYTES = 32

export interface DerivationKeyOptions {
  readonly database: Pick<Database, 'db' | 'dialect'>
  /** From GRANTQL_SECRET: the key is sealed with it. */
  readonly sealer: Sealer
  readonly now: () => Date
}

/**
 * A secret of this server from which names are derived that must be the same for ever, such as pairwise subjects. It is
 * no GRANTQL_SECRET, because that is rotated, and it never is: every name would change with it.
 */
export interface DerivationKey {
  /**
   * HMAC-SHA256 of a text under a key of its purpose: 43 characters of base64url. Who does not have the key learns nothing
   * of the text, and not even that two of them belong together.
   */
  derive(purpose: string, text: string): string
  /** Seals it with the newest secret again. Answers whether there was a need. */
  reseal(): Promise<boolean>
}

/**
 * Opens the key, and generates it at first start. Nodes that start together agree on it.
 *
 * @throws {Error} when GRANTQL_SECRET does not open it
 */
export async function openDerivationKey({ database, sealer, now }: DerivationKeyOptions): Promise<DerivationKey> {
  const { db, dialect } = database
  const read = () => db.selectFrom('server_key').selectAll().where('name', '=', NAME).executeTakeFirst()

  async function readOrGenerate() {
    const present = await read()
    if (present) return present
    const sealed = sealer.seal(PURPOSE, randomBytes(KEY_BYTES), NAME)
    try {
      await db.insertInto('server_key').values({ name: NAME, sealed, created_at: now().getTime() }).execute()
    } catch (error) {
      if (!dialect.isDuplicateKey(error)) throw error
    }
    return read()
  }

  const row = await readOrGenerate()
  if (!row) throw new Error('The key that names are derived from can be neither read nor made.')
  const key = sealer.unseal(PURPOSE, row.sealed, NAME)
  const keys = new Map<string, Buffer>()
  const keyFor = (purpose: string): Buffer => {
    const known = keys.get(purpose)
    if (known) return known
    const made = Buffer.from(hkdfSync('sha256', key, 'grantql', `derive ${purpose}`, KEY_BYTES))
    keys.set(purpose, made)
    return made
  }

  return {
    derive: (purpose, text) => createHmac('sha256', keyFor(purpose)).update(text).digest('base64url'),

    async reseal() {
      const present = await read()
      if (!present || !sealer.needsReseal(present.sealed)) return false
      const sealed = sealer.seal(PURPOSE, key, NAME)
      await db.updateTable('server_key').set({ sealed }).where('name', '=', NAME).execute()
      return true
    },
  }
}
