import type { Insertable, Transaction } from 'kysely'
import type { Database } from '../storage/database.ts'
import { createGroupInsert } from '../storage/group-insert.ts'
import { createGroupRead } from '../storage/group-read.ts'
import type { AccessTokenTable, CoreTables, RefreshTokenTable, TokenFamilyTable } from '../storage/tables.ts'

export type FamilyRow = TokenFamilyTable
export type RefreshTokenRow = RefreshTokenTable
export type AccessTokenRow = AccessTokenTable

/** Token families, refresh tokens, opaque access tokens and the ids of revoked ones, as rows. */
export interface TokenRows {
  /** Resolves when the row is durable; rows that arrive together share one insert. */
  insertAccessToken(row: Insertable<AccessTokenTable>): Promise<void>
  /** Point reads that arrive together share one query. */
  family(id: string): Promise<FamilyRow | undefined>
  accessToken(key: Buffer): Promise<AccessTokenRow | undefined>
  refreshToken(key: Buffer): Promise<RefreshTokenRow | undefined>
  isRevoked(tokenId: string): Promise<boolean>
  revoke(tokenId: string, expiresAt: Date): Promise<void>
  /** Answers whether it was this call that ended it. */
  revokeFamily(familyId: string, at: Date): Promise<boolean>
  /** One guarded write: true for exactly one of all who exchange the refresh token. */
  consume(trx: Transaction<CoreTables>, key: Buffer, claimId: string, at: Date): Promise<boolean>
}

export function openTokenRows(database: Database): TokenRows {
  const { db } = database
  const insertAccessToken = createGroupInsert<Insertable<AccessTokenTable>>(async (rows) => {
    await db.insertInto('access_token').values(rows).execute()
  })
  const family = createGroupRead<string, FamilyRow>(
    async (ids) => {
      const rows = await db.selectFrom('token_family').selectAll().where('id', 'in', [...ids]).execute()
      return new Map(rows.map((row) => [row.id, row]))
    },
    (id) => id,
  )
  const revoked = createGroupRead<string, true>(
    async (ids) => {
      const rows = await db.selectFrom('revoked_token').select('token_id').where('token_id', 'in', [...ids]).execute()
      return new Map(rows.map((row) => [row.token_id, true]))
    },
    (id) => id,
  )
  const accessToken = createGroupRead<Buffer, AccessTokenRow>(
    async (keys) => {
      const rows = await db.selectFrom('access_token').selectAll().where('token_key', 'in', [...keys]).execute()
      return new Map(rows.map((row) => [row.token_key.toString('latin1'), row]))
    },
    (key) => key.toString('latin1'),
  )

  return {
    insertAccessToken,
    family,
    accessToken,
    refreshToken: (key) => db.selectFrom('refresh_token').selectAll().where('token_key', '=', key).executeTakeFirst(),
    isRevoked: async (tokenId) => (await revoked(tokenId)) === true,

    async revoke(tokenId, expiresAt) {
      try {
        await db.insertInto('revoked_token').values({ token_id: tokenId, expires_at: expiresAt.getTime() }).execute()
      } catch (error) {
        if (!database.dialect.isDuplicateKey(error)) throw error
      }
    },

    async revokeFamily(familyId, at) {
      const result = await db
        .updateTable('token_family')
        .set({ revoked_at: at.getTime() })
        .where('id', '=', familyId)
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      return result.numUpdatedRows === 1n
    },

    async consume(trx, key, claimId, at) {
      const result = await trx
        .updateTable('refresh_token')
        .set({ consumed_at: at.getTime(), claim_id: claimId })
        .where('token_key', '=', key)
        .where('consumed_at', 'is', null)
        .executeTakeFirst()
      return result.numUpdatedRows === 1n
    },
  }
}
