import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../storage/database.ts'
import { instant } from '../storage/rows.ts'
import type { CoreTables } from '../storage/tables.ts'

/** What a user said yes to for an app, so that they need not say it again. */
export interface Consent {
  readonly appId: string
  readonly scopes: readonly string[]
  /** When the first of it was given. */
  readonly createdAt: Date
}

/** Approvals that are remembered, one row a scope: adding to one never has to read it first. */
export interface Consents {
  scopes(userId: string, appId: string): Promise<readonly string[]>
  /** Adds what is not remembered yet, perhaps within a transaction of the caller. */
  remember(userId: string, appId: string, scopes: readonly string[], trx?: Transaction<CoreTables>): Promise<void>
  /** Takes back a part, within a transaction of the caller. */
  withdraw(trx: Transaction<CoreTables>, userId: string, appId: string, scopes: readonly string[]): Promise<void>
  /** Within a transaction of the caller. Answers whether there was one. */
  forget(trx: Transaction<CoreTables>, userId: string, appId: string): Promise<boolean>
  ofUser(userId: string): Promise<readonly Consent[]>
}

export function openConsents(database: Database, now: () => Date): Consents {
  const { db } = database
  const given = async (from: Kysely<CoreTables>, userId: string, appId: string) => {
    const rows = await from
      .selectFrom('consent')
      .select('scope')
      .where('user_id', '=', userId)
      .where('app_id', '=', appId)
      .execute()
    return rows.map(({ scope }) => scope)
  }
  return {
    scopes: (userId, appId) => given(db, userId, appId),

    async remember(userId, appId, scopes, trx) {
      const present = await given(trx ?? db, userId, appId)
      for (const scope of scopes.filter((each) => !present.includes(each))) {
        try {
          await (trx ?? db)
            .insertInto('consent')
            .values({ user_id: userId, app_id: appId, scope, created_at: now().getTime() })
            .execute()
        } catch (error) {
          // Said twice at once.
          if (!database.dialect.isDuplicateKey(error)) throw error
        }
      }
    },

    async withdraw(trx, userId, appId, scopes) {
      if (scopes.length === 0) return
      await trx
        .deleteFrom('consent')
        .where('user_id', '=', userId)
        .where('app_id', '=', appId)
        .where('scope', 'in', scopes)
        .execute()
    },

    async forget(trx, userId, appId) {
      const result = await trx
        .deleteFrom('consent')
        .where('user_id', '=', userId)
        .where('app_id', '=', appId)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },

    async ofUser(userId) {
      const rows = await db.selectFrom('consent').selectAll().where('user_id', '=', userId).orderBy('app_id').execute()
      return [...Map.groupBy(rows, (row) => row.app_id)].map(([appId, own]) => ({
        appId,
        scopes: own.map(({ scope }) => scope),
        createdAt: instant(Math.min(...own.map((row) => Number(row.created_at)))),
      }))
    },
  }
}
