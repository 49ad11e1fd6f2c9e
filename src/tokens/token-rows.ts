import type { Insertable, Transaction } from 'kysely'
import type { Database } from '../storage/database.ts'
import { createGroupInsert } from '../storage/group-insert.ts'
import { createGroupRead } from '../storage/group-read.ts'
import { prepareInsert, prepareRead } from '../storage/prepared.ts'
import type { AccessTokenTable, CoreTables, RefreshTokenTable, TokenFamilyTable } from '../storage/tables.ts'

export type FamilyRow = TokenFamilyTable
export type RefreshTokenRow = RefreshTokenTable

/** An opaque access token together with what may have ended it. */
export interface AccessTokenRow extends AccessTokenTable {
  readonly revoked_id: string | null
  readonly family_revoked_at: number | null
  /** Null where it has no family, or its family is gone. */
  readonly family_expires_at: number | null
}

/** Rows that one issuance stores, all or none. */
export interface IssuedRows {
  family?: Insertable<TokenFamilyTable>
  refreshToken?: Insertable<RefreshTokenTable>
  accessToken?: Insertable<AccessTokenTable>
}

/** What is noted when a refresh token is used, so that the same request can be answered the same way again. */
export interface RefreshTokenUse {
  readonly claimId: string
  readonly at: Date
  readonly requestHash: Buffer
  readonly sealedAnswer: Buffer
  readonly successorKey: Buffer | null
}

/** Token families, refresh tokens, opaque access tokens and the ids of revoked ones, as rows. */
export interface TokenRows {
  /** Resolves when the row is durable; rows that arrive together share one insert. */
  insertAccessToken(row: Insertable<AccessTokenTable>): Promise<void>
  /** Inserts the rows of issuances within the transaction that pays for them. */
  insertAll(trx: Transaction<CoreTables>, issued: readonly IssuedRows[]): Promise<void>
  /** Point reads that arrive together share one query. */
  family(id: string): Promise<FamilyRow | undefined>
  accessToken(key: Buffer): Promise<AccessTokenRow | undefined>
  /** Those of the families on record whose time is not over, in the order in which they were issued. */
  accessTokensOf(familyIds: readonly string[], at: Date): Promise<readonly AccessTokenRow[]>
  refreshToken(key: Buffer): Promise<RefreshTokenRow | undefined>
  isRevoked(tokenId: string): Promise<boolean>
  revoke(tokenId: string, expiresAt: Date): Promise<void>
  /** Answers whether it was this call that ended it. */
  revokeFamily(familyId: string, at: Date): Promise<boolean>
  /** The families of a user that may still have active tokens. */
  livingFamilies(userId: string, at: Date): Promise<readonly FamilyRow[]>
  /** Ends what an app has of a user, within a transaction of the caller. Answers how many families it ended. */
  revokeFamilies(trx: Transaction<CoreTables>, userId: string, appId: string, at: Date): Promise<number>
  /** Ends the access tokens of a family that are on record, as if their time were over. */
  endAccessTokens(trx: Transaction<CoreTables>, familyId: string, at: Date): Promise<void>
  /** One guarded write: true for exactly one of all who exchange the refresh token. */
  consume(trx: Transaction<CoreTables>, key: Buffer, use: RefreshTokenUse): Promise<boolean>
}

const FAMILY_COLUMNS = {
  id: true,
  app_id: true,
  user_id: true,
  subject: true,
  scopes: true,
  authenticated_at: true,
  methods: true,
  session_id: true,
  asked: true,
  revoked_at: true,
  created_at: true,
  expires_at: true,
} satisfies Record<keyof TokenFamilyTable, true>
const REFRESH_TOKEN_COLUMNS = {
  token_key: true,
  family_id: true,
  claims: true,
  bound_key: true,
  consumed_at: true,
  claim_id: true,
  request_hash: true,
  sealed_answer: true,
  successor_key: true,
  created_at: true,
  expires_at: true,
} satisfies Record<keyof RefreshTokenTable, true>
const ACCESS_TOKEN_COLUMNS = {
  token_key: true,
  id: true,
  family_id: true,
  app_id: true,
  user_id: true,
  scopes: true,
  claims: true,
  created_at: true,
  expires_at: true,
} satisfies Record<keyof AccessTokenTable, true>

const keyText = (key: Buffer): string => key.toString('latin1')

export function openTokenRows(database: Database): TokenRows {
  const { db } = database
  const insertFamilies = prepareInsert(db, 'token_family', FAMILY_COLUMNS)
  const insertRefreshTokens = prepareInsert(db, 'refresh_token', REFRESH_TOKEN_COLUMNS)
  const insertAccessTokens = prepareInsert(db, 'access_token', ACCESS_TOKEN_COLUMNS)
  const readFamilies = prepareRead(db, (ids: readonly string[]) =>
    db.selectFrom('token_family').selectAll().where('id', 'in', ids),
  )
  const readRevoked = prepareRead(db, (ids: readonly string[]) =>
    db.selectFrom('revoked_token').select('token_id').where('token_id', 'in', ids),
  )
  const accessTokens = () =>
    db
      .selectFrom('access_token')
      .leftJoin('revoked_token', 'revoked_token.token_id', 'access_token.id')
      .leftJoin('token_family', 'token_family.id', 'access_token.family_id')
      .selectAll('access_token')
      .select('revoked_token.token_id as revoked_id')
      .select(['token_family.revoked_at as family_revoked_at', 'token_family.expires_at as family_expires_at'])
  const readAccessTokens = prepareRead(db, (keys: readonly Buffer[]) =>
    accessTokens().where('access_token.token_key', 'in', keys),
  )

  const insertAccessToken = createGroupInsert<Insertable<AccessTokenTable>>((rows) => insertAccessTokens(db, rows))
  const family = createGroupRead<string, FamilyRow>(
    async (ids) => new Map((await readFamilies(ids)).map((row) => [row.id, row])),
    (id) => id,
  )
  const revoked = createGroupRead<string, true>(
    async (ids) => new Map((await readRevoked(ids)).map((row) => [row.token_id, true])),
    (id) => id,
  )
  const accessToken = createGroupRead<Buffer, AccessTokenRow>(
    async (keys) => new Map((await readAccessTokens(keys)).map((row) => [keyText(row.token_key), row])),
    keyText,
  )

  return {
    insertAccessToken,

    async insertAll(trx, issued) {
      const families = issued.flatMap((rows) => rows.family ?? [])
      const refreshTokens = issued.flatMap((rows) => rows.refreshToken ?? [])
      const accessTokens = issued.flatMap((rows) => rows.accessToken ?? [])
      if (families.length > 0) await insertFamilies(trx, families)
      if (refreshTokens.length > 0) await insertRefreshTokens(trx, refreshTokens)
      if (accessTokens.length > 0) await insertAccessTokens(trx, accessTokens)
    },

    family,
    accessToken,
    accessTokensOf: async (familyIds, at) =>
      familyIds.length === 0
        ? []
        : accessTokens()
            .where('access_token.family_id', 'in', familyIds)
            .where('access_token.expires_at', '>', at.getTime())
            .orderBy('access_token.id')
            .execute(),
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

    livingFamilies: (userId, at) =>
      db
        .selectFrom('token_family')
        .selectAll()
        .where('user_id', '=', userId)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', at.getTime())
        .execute(),

    async revokeFamilies(trx, userId, appId, at) {
      const result = await trx
        .updateTable('token_family')
        .set({ revoked_at: at.getTime() })
        .where('user_id', '=', userId)
        .where('app_id', '=', appId)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', at.getTime())
        .executeTakeFirst()
      return Number(result.numUpdatedRows)
    },

    async endAccessTokens(trx, familyId, at) {
      await trx
        .updateTable('access_token')
        .set({ expires_at: at.getTime() })
        .where('family_id', '=', familyId)
        .where('expires_at', '>', at.getTime())
        .execute()
    },

    async consume(trx, key, { claimId, at, requestHash, sealedAnswer, successorKey }) {
      const result = await trx
        .updateTable('refresh_token')
        .set({
          consumed_at: at.getTime(),
          claim_id: claimId,
          request_hash: requestHash,
          sealed_answer: sealedAnswer,
          successor_key: successorKey,
        })
        .where('token_key', '=', key)
        .where('consumed_at', 'is', null)
        .executeTakeFirst()
      return result.numUpdatedRows === 1n
    },
  }
}
