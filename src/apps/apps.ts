import type { Insertable, Transaction, Updateable } from 'kysely'
import { generateId } from '../secrets/generate-id.ts'
import type { Changes } from '../storage/changes.ts'
import type { Database } from '../storage/database.ts'
import { Remembered } from '../storage/remembered.ts'
import { toDate } from '../storage/rows.ts'
import type { AppTable, CoreTables } from '../storage/tables.ts'
import type { App } from './app.ts'
import { appFromRow, appToRow } from './rows.ts'

export interface AppSecret {
  readonly hash: Buffer
  readonly expiresAt: Date | undefined
}

/** An app with what it proves itself by. */
export interface KnownApp {
  readonly app: App
  readonly secrets: readonly AppSecret[]
}

export interface AppPage {
  readonly ownerId?: string
  /** Continue behind (or, backwards, before) this id. */
  readonly after?: string
  readonly limit: number
  readonly backwards?: boolean
}

/** Apps and their secrets. Reads are remembered for at most a second after another node changed something. */
export interface Apps {
  byClientId(clientId: string): Promise<KnownApp | undefined>
  /** The same where it is remembered: no promise, for hot paths. */
  peek(clientId: string): KnownApp | undefined
  byId(id: string): Promise<App | undefined>
  list(page: AppPage): Promise<readonly App[]>
  count(ownerId?: string): Promise<number>
  /** @param also what else is written, all or nothing */
  insert(app: App, secretHash: Buffer | undefined, also?: WriteAlso): Promise<void>
  /**
   * Writes what differs from `present`, so that a change of something else at the same time is kept; without it, all.
   */
  update(app: App, present?: App): Promise<void>
  /** The app, its secrets and its open approvals; its tokens end with it. */
  remove(app: App, also?: WriteAlso): Promise<void>
  /** Adds a secret; the present ones end at `othersEndAt`. Answers false where more than `most` would live then. */
  addSecret(app: App, secretHash: Buffer, othersEndAt: Date, most: number, also?: WriteAlso): Promise<boolean>
}

/** Writes something more in the same transaction; it may run more than once. */
export type WriteAlso = (trx: Transaction<CoreTables>) => Promise<void>

export function openApps(database: Database, changes: Changes, now: () => Date): Apps {
  const { db } = database

  const load = async (column: 'client_id' | 'id', value: string): Promise<KnownApp | undefined> => {
    const row = await db.selectFrom('app').selectAll().where(column, '=', value).executeTakeFirst()
    if (!row) return undefined
    const secrets = await db.selectFrom('app_secret').selectAll().where('app_id', '=', row.id).execute()
    return {
      app: appFromRow(row),
      secrets: secrets.map((secret) => ({ hash: secret.secret_hash, expiresAt: toDate(secret.expires_at) })),
    }
  }
  const byClientId = new Remembered((clientId) => load('client_id', clientId), changes)
  const byId = new Remembered((id) => load('id', id), changes)
  changes.onChange('app', (id) => {
    byClientId.forget(({ app }) => app.id === id)
    byId.forget(({ app }) => app.id === id)
  })

  const secretRow = (app: App, hash: Buffer, expiresAt: Date | null) => ({
    id: generateId(now()),
    app_id: app.id,
    secret_hash: hash,
    created_at: now().getTime(),
    expires_at: expiresAt?.getTime() ?? null,
  })

  return {
    byClientId: (clientId) => byClientId.get(clientId),
    peek: (clientId) => byClientId.peek(clientId),
    byId: async (id) => (await byId.get(id))?.app,

    async list({ ownerId, after, limit, backwards = false }) {
      let query = db.selectFrom('app').selectAll().limit(limit)
      if (ownerId !== undefined) query = query.where('owner_id', '=', ownerId)
      if (after !== undefined) query = query.where('id', backwards ? '<' : '>', after)
      const rows = await query.orderBy('id', backwards ? 'desc' : 'asc').execute()
      return rows.map(appFromRow)
    },

    async count(ownerId) {
      let query = db.selectFrom('app').select(({ fn }) => fn.countAll<number>().as('count'))
      if (ownerId !== undefined) query = query.where('owner_id', '=', ownerId)
      return Number((await query.executeTakeFirstOrThrow()).count)
    },

    async insert(app, secretHash, also) {
      await database.transaction(async (trx) => {
        await trx.insertInto('app').values(appToRow(app, now())).execute()
        if (secretHash)
          await trx
            .insertInto('app_secret')
            .values(secretRow(app, secretHash, null))
            .execute()
        await also?.(trx)
      })
    },

    async update(app, present) {
      const columns = changedColumns(appToRow(app, now()), present && appToRow(present, now()))
      await changes.commit('app', app.id, (trx) =>
        trx.updateTable('app').set(columns).where('id', '=', app.id).execute(),
      )
    },

    async remove(app, also) {
      await changes.commit('app', app.id, async (trx) => {
        await trx.deleteFrom('app').where('id', '=', app.id).execute()
        await trx.deleteFrom('app_secret').where('app_id', '=', app.id).execute()
        await trx
          .updateTable('token_family')
          .set({ revoked_at: now().getTime() })
          .where('app_id', '=', app.id)
          .where('revoked_at', 'is', null)
          .execute()
        await also?.(trx)
      })
    },

    async addSecret(app, secretHash, othersEndAt, most, also) {
      const at = now()
      return changes.commit('app', app.id, async (trx) => {
        // The app's row first: of two who add one at once, the second counts the first one's.
        await trx.updateTable('app').set({ updated_at: at.getTime() }).where('id', '=', app.id).execute()
        if (othersEndAt > at && (await countLiving(trx, app.id, at)) >= most) return false
        await trx
          .updateTable('app_secret')
          .set({ expires_at: othersEndAt.getTime() })
          .where('app_id', '=', app.id)
          .where((where) =>
            where.or([where('expires_at', 'is', null), where('expires_at', '>', othersEndAt.getTime())]),
          )
          .execute()
        await trx
          .insertInto('app_secret')
          .values(secretRow(app, secretHash, null))
          .execute()
        await also?.(trx)
        return true
      })
    },
  }
}

async function countLiving(trx: Transaction<CoreTables>, appId: string, at: Date): Promise<number> {
  const { living } = await trx
    .selectFrom('app_secret')
    .select(({ fn }) => fn.countAll<number>().as('living'))
    .where('app_id', '=', appId)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', at.getTime())]))
    .executeTakeFirstOrThrow()
  return Number(living)
}

function changedColumns(next: Insertable<AppTable>, present: Insertable<AppTable> | undefined): Updateable<AppTable> {
  const { id: _, created_at: __, ...columns } = next
  const changed = Object.entries(columns).filter(([name, value]) => value !== present?.[name as keyof AppTable])
  return { ...Object.fromEntries(changed), updated_at: next.updated_at }
}
