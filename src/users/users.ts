import type { Selectable, Transaction } from 'kysely'
import type { Changes } from '../storage/changes.ts'
import type { Database } from '../storage/database.ts'
import { Remembered } from '../storage/remembered.ts'
import { instant, toDate } from '../storage/rows.ts'
import type { CoreTables, UserTable } from '../storage/tables.ts'
import type { User } from './user.ts'
import { usernameKey } from './username.ts'

function userFromRow(row: Selectable<UserTable>): User {
  return Object.freeze({
    id: row.id,
    username: row.username,
    role: row.role,
    disabledAt: toDate(row.disabled_at),
    createdAt: instant(row.created_at),
  })
}

/** A state of how a user signs in: it is over as soon as that is changed. */
export interface SignInVersion {
  readonly userId: string
  readonly version: number
}

export interface Users {
  byId(id: string): Promise<User | undefined>
  byName(username: string): Promise<User | undefined>
  list(page: {
    readonly after?: string
    readonly limit: number
    readonly backwards?: boolean
  }): Promise<readonly User[]>
  count(): Promise<number>
  /** Which way of signing in counts for the user of this name. To be read before what they type is judged. */
  signInVersion(username: string): Promise<SignInVersion | undefined>
  /** The same by the user's id. */
  signInVersionOf(userId: string): Promise<number | undefined>
  /**
   * Ends that, within the transaction of the caller that makes another way count. Answers false where it is not the version
   * that the caller read: somebody else was faster.
   */
  endSignInVersion(trx: Transaction<CoreTables>, userId: string, version?: number): Promise<boolean>
  /** Inserts the user, with what else makes them complete, or nothing. Answers false where the name is taken. */
  insert(user: User, alongside?: (trx: Transaction<CoreTables>, userId: string) => Promise<void>): Promise<boolean>
  /** Writes what differs from `present`, so that a change of something else at the same time is kept; without it, all. */
  update(user: User, present?: User): Promise<void>
}

export function openUsers(database: Database, changes: Changes): Users {
  const { db } = database
  const byId = new Remembered(async (id) => {
    const row = await db.selectFrom('user').selectAll().where('id', '=', id).executeTakeFirst()
    return row && userFromRow(row)
  }, changes)
  changes.onChange('user', (id) => byId.forget((user) => user.id === id))

  return {
    byId: (id) => byId.get(id),

    async byName(username) {
      const key = usernameKey(username)
      if (key === undefined) return undefined
      const row = await db.selectFrom('user').selectAll().where('username_key', '=', key).executeTakeFirst()
      return row && userFromRow(row)
    },

    async list({ after, limit, backwards = false }) {
      let query = db.selectFrom('user').selectAll().limit(limit)
      if (after !== undefined) query = query.where('id', backwards ? '<' : '>', after)
      return (await query.orderBy('id', backwards ? 'desc' : 'asc').execute()).map(userFromRow)
    },

    async count() {
      const row = await db
        .selectFrom('user')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      return Number(row.count)
    },

    async signInVersion(username) {
      const key = usernameKey(username)
      if (key === undefined) return undefined
      const row = await db
        .selectFrom('user')
        .select(['id', 'sign_in_version'])
        .where('username_key', '=', key)
        .executeTakeFirst()
      return row && { userId: row.id, version: row.sign_in_version }
    },

    async signInVersionOf(userId) {
      const row = await db.selectFrom('user').select('sign_in_version').where('id', '=', userId).executeTakeFirst()
      return row?.sign_in_version
    },

    async endSignInVersion(trx, userId, version) {
      let update = trx
        .updateTable('user')
        .set(({ eb }) => ({ sign_in_version: eb('sign_in_version', '+', 1) }))
        .where('id', '=', userId)
      if (version !== undefined) update = update.where('sign_in_version', '=', version)
      const { numUpdatedRows } = await update.executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },

    async insert(user, alongside) {
      const row = {
        id: user.id,
        username: user.username,
        username_key: usernameKey(user.username) ?? user.username,
        role: user.role,
        disabled_at: null,
        created_at: user.createdAt.getTime(),
      }
      try {
        await database.transaction(async (trx) => {
          await trx.insertInto('user').values(row).execute()
          await alongside?.(trx, user.id)
        })
        return true
      } catch (error) {
        if (database.dialect.isDuplicateKey(error)) return false
        throw error
      }
    },

    async update(user, present) {
      const columns = {
        ...(user.role !== present?.role && { role: user.role }),
        ...(user.disabledAt?.getTime() !== present?.disabledAt?.getTime() || !present
          ? { disabled_at: user.disabledAt?.getTime() ?? null }
          : {}),
      }
      if (Object.keys(columns).length === 0) return
      await changes.commit('user', user.id, (trx) =>
        trx.updateTable('user').set(columns).where('id', '=', user.id).execute(),
      )
    },
  }
}
