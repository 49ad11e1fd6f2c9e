import type { Transaction } from 'kysely'
import { mintSecret, parseSecret } from '../secrets/secret-format.ts'
import type { Database } from '../storage/database.ts'
import { createGroupRead } from '../storage/group-read.ts'
import { prepareRead } from '../storage/prepared.ts'
import { toJson } from '../storage/rows.ts'
import type { CoreTables } from '../storage/tables.ts'
import type { Session } from '../users/user.ts'
import { keyText, MOST_FAILED_PROOFS, prepareClaim } from './claim.ts'
import { approvalFromRow, type StoredApproval } from './rows.ts'

/** A replay of a code is recognised for this long after the code expired, in milliseconds. */
const REMEMBERED_MS = 60 * 60 * 1000

export interface NewApproval {
  readonly appId: string
  readonly grantType: string
  readonly scopes: readonly string[]
  readonly details: Readonly<Record<string, unknown>>
  readonly ttlSeconds: number
}

export interface Decision {
  readonly status: 'approved' | 'denied'
  readonly userId: string
  readonly session: Pick<Session, 'authenticatedAt' | 'methods'>
  /** The session that what is issued is of; undefined where it goes on after the session. */
  readonly sessionId: string | undefined
  readonly scopes: readonly string[]
  /** Takes the place of the code that the approval was opened with, and of its expiry. */
  readonly newCode?: { readonly key: Buffer; readonly expiresAt: Date } | undefined
}

/** One attempt to claim a code. */
export interface CodeClaim {
  readonly codeKey: Buffer
  readonly claimId: string
  readonly familyId: string
  readonly at: Date
}

/** Approvals as rows. The rules are in `operations/`. */
export interface Approvals {
  open(approval: NewApproval): Promise<{ approval: StoredApproval; code: string; handle: string }>
  byCode(code: string): Promise<StoredApproval | undefined>
  byHandle(handle: string): Promise<StoredApproval | undefined>
  byId(id: string): Promise<StoredApproval | undefined>
  byCodeKeys(keys: readonly Buffer[]): Promise<readonly StoredApproval[]>
  /**
   * One guarded write: of all who decide, in this transaction or another, one is answered what became of it, and nobody
   * after the approval expired.
   */
  decide(
    trx: Transaction<CoreTables>,
    approval: StoredApproval,
    decision: Decision,
  ): Promise<StoredApproval | undefined>
  /** One guarded write for all of them: of all who ever claim a code, in this transaction or another, one is answered. */
  claim(trx: Transaction<CoreTables>, claims: readonly CodeClaim[]): Promise<ReadonlySet<CodeClaim>>
  /**
   * Takes back what a user said yes to for an app and the app has not claimed yet, within a transaction of the caller.
   * Answers how many there were.
   */
  withdraw(trx: Transaction<CoreTables>, userId: string, appId: string): Promise<number>
  /** What a user said yes to in these sessions, and no app has claimed yet. */
  unclaimedOf(userId: string, sessionIds: readonly string[]): Promise<readonly StoredApproval[]>
  /** Takes one such yes back: one guarded write. Answers whether it was this call, and nobody claimed it before. */
  withdrawOne(codeKey: Buffer): Promise<boolean>
  /** Counts a wrong proof against an approved code, and burns the code when there were too many. */
  noteFailedProof(codeKey: Buffer): Promise<void>
}

export function openApprovals(database: Database, now: () => Date): Approvals {
  const { db } = database
  const readByCodes = prepareRead(db, (keys: readonly Buffer[]) =>
    db.selectFrom('approval').selectAll().where('code_key', 'in', keys),
  )
  const byCode = createGroupRead(
    async (keys: Buffer[]) => new Map((await readByCodes(keys)).map((row) => [keyText(row.code_key), row])),
    keyText,
  )
  const byHandle = async (key: Buffer) => {
    const row = await db.selectFrom('approval').selectAll().where('handle_key', '=', key).executeTakeFirst()
    return row && approvalFromRow(row, now())
  }

  return {
    async open({ appId, grantType, scopes, details, ttlSeconds }) {
      const at = now()
      const code = mintSecret('code', at)
      const handle = mintSecret('handle', at)
      const expiresAt = at.getTime() + ttlSeconds * 1000
      const row = {
        code_key: code.key,
        handle_key: handle.key,
        app_id: appId,
        grant_type: grantType,
        status: 'pending' as const,
        requested_scopes: toJson(scopes),
        granted_scopes: null,
        user_id: null,
        authenticated_at: null,
        methods: null,
        session_id: null,
        details: toJson(details),
        failed_proofs: 0,
        family_id: null,
        claim_id: null,
        created_at: at.getTime(),
        decided_at: null,
        claimed_at: null,
        expires_at: expiresAt,
        purge_at: expiresAt + REMEMBERED_MS,
      }
      await db.insertInto('approval').values(row).execute()
      return { approval: approvalFromRow(row, at), code: code.plain, handle: handle.plain }
    },

    async byCode(code) {
      const parsed = parseSecret('code', code)
      const row = parsed && (await byCode(parsed.key))
      return row && approvalFromRow(row, now())
    },
    async byHandle(handle) {
      const parsed = parseSecret('handle', handle)
      return parsed && byHandle(parsed.key)
    },
    byId: (id) => byHandle(Buffer.from(id, 'base64url')),

    async byCodeKeys(keys) {
      if (keys.length === 0) return []
      const rows = await readByCodes(keys)
      return rows.map((row) => approvalFromRow(row, now()))
    },

    async decide(trx, approval, { status, userId, session, sessionId, scopes, newCode }) {
      const at = now().getTime()
      const result = await trx
        .updateTable('approval')
        .set({
          status,
          user_id: userId,
          authenticated_at: session.authenticatedAt.getTime(),
          methods: toJson(session.methods),
          session_id: sessionId ?? null,
          granted_scopes: status === 'approved' ? toJson(scopes) : null,
          decided_at: at,
          ...(newCode && {
            code_key: newCode.key,
            expires_at: newCode.expiresAt.getTime(),
            purge_at: newCode.expiresAt.getTime() + REMEMBERED_MS,
          }),
        })
        .where('code_key', '=', approval.codeKey)
        .where('status', '=', 'pending')
        .where('expires_at', '>', at)
        .executeTakeFirst()
      if (result.numUpdatedRows !== 1n) return undefined
      return {
        ...approval,
        status,
        userId,
        authenticatedAt: session.authenticatedAt,
        methods: session.methods,
        sessionId,
        grantedScopes: status === 'approved' ? scopes : undefined,
        decidedAt: new Date(at),
        ...(newCode && { codeKey: newCode.key, expiresAt: newCode.expiresAt }),
      }
    },

    claim: prepareClaim(db),

    async withdraw(trx, userId, appId) {
      const result = await trx
        .updateTable('approval')
        .set({ status: 'denied' })
        .where('user_id', '=', userId)
        .where('app_id', '=', appId)
        .where('status', '=', 'approved')
        .where('expires_at', '>', now().getTime())
        .executeTakeFirst()
      return Number(result.numUpdatedRows)
    },

    async unclaimedOf(userId, sessionIds) {
      const rows = await db
        .selectFrom('approval')
        .selectAll()
        .where('user_id', '=', userId)
        .where('session_id', 'in', sessionIds)
        .where('status', '=', 'approved')
        .where('expires_at', '>', now().getTime())
        .execute()
      return rows.map((row) => approvalFromRow(row, now()))
    },

    async withdrawOne(codeKey) {
      const result = await db
        .updateTable('approval')
        .set({ status: 'denied' })
        .where('code_key', '=', codeKey)
        .where('status', '=', 'approved')
        .executeTakeFirst()
      return result.numUpdatedRows === 1n
    },

    async noteFailedProof(codeKey) {
      await db
        .updateTable('approval')
        .set(({ eb }) => ({ failed_proofs: eb('failed_proofs', '+', 1) }))
        .where('code_key', '=', codeKey)
        .where('status', '=', 'approved')
        .execute()
      await db
        .updateTable('approval')
        .set({ status: 'denied' })
        .where('code_key', '=', codeKey)
        .where('status', '=', 'approved')
        .where('failed_proofs', '>=', MOST_FAILED_PROOFS)
        .execute()
    },
  }
}
