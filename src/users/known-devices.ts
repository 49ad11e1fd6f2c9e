import type { Transaction } from 'kysely'
import { hashSecret } from '../secrets/hash-secret.ts'
import type { Database } from '../storage/database.ts'
import type { CoreTables } from '../storage/tables.ts'

/** Browsers in which somebody has signed in under a name. */
export interface KnownDevices {
  isKnown(secret: string, account: string): Promise<boolean>
  /** Remembers it from now on, or for longer. */
  remember(secret: string, account: string, userId: string, until: Date): Promise<void>
  /** Forgets every device of a user within a transaction of the caller: whoever knew the password before is a stranger again. */
  forgetAll(trx: Transaction<CoreTables>, userId: string): Promise<void>
}

/** Names the pair of a device and the name that was signed in under, without telling either. */
export function deviceKey(secret: string, account: string): Buffer {
  return hashSecret(`${secret} ${account}`)
}

export function openKnownDevices({ db, dialect }: Database, now: () => Date): KnownDevices {
  return {
    async isKnown(secret, account) {
      const row = await db
        .selectFrom('known_device')
        .select('user_id')
        .where('device_key', '=', deviceKey(secret, account))
        .where('expires_at', '>', now().getTime())
        .executeTakeFirst()
      return row !== undefined
    },

    async remember(secret, account, userId, until) {
      const device_key = deviceKey(secret, account)
      const row = { user_id: userId, expires_at: until.getTime() }
      const { numUpdatedRows } = await db
        .updateTable('known_device')
        .set(row)
        .where('device_key', '=', device_key)
        .executeTakeFirstOrThrow()
      if (numUpdatedRows > 0n) return
      try {
        await db
          .insertInto('known_device')
          .values({ device_key, ...row })
          .execute()
      } catch (error) {
        // The same browser signed in twice at once.
        if (!dialect.isDuplicateKey(error)) throw error
      }
    },

    async forgetAll(trx, userId) {
      await trx.deleteFrom('known_device').where('user_id', '=', userId).execute()
    },
  }
}
