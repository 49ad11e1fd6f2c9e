import { randomBytes } from 'node:crypto'
import type { Insertable } from 'kysely'
import type { Database } from '../../../src/storage/database.ts'
import type { ApprovalTable, PaceTable } from '../../../src/storage/tables.ts'

const HOUR_MS = 3_600_000

/** An approved approval that can be claimed. */
export function approvedRow(codeKey: Buffer): Insertable<ApprovalTable> {
  const now = Date.now()
  return {
    code_key: codeKey,
    handle_key: randomBytes(38),
    app_id: 'app',
    grant_type: 'code',
    status: 'approved',
    requested_scopes: '[]',
    granted_scopes: '[]',
    user_id: 'user',
    authenticated_at: now,
    details: '{}',
    failed_proofs: 0,
    family_id: null,
    claim_id: null,
    created_at: now,
    decided_at: now,
    claimed_at: null,
    expires_at: now + HOUR_MS,
    purge_at: now + HOUR_MS,
  }
}

export function paceRow(name: string, lastAt = 0): Insertable<PaceTable> {
  return { pace_key: Buffer.from(name), last_at: lastAt, interval_seconds: 5, expires_at: Date.now() + HOUR_MS }
}

/** The claim of a code as the server does it: one guarded write decides, and what it pays for is in the same unit. */
export async function claim(
  database: Pick<Database, 'transaction'>,
  codeKey: Buffer,
  claimId: string,
): Promise<boolean> {
  return database.transaction(async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('approval')
      .set({ status: 'claimed', claim_id: claimId, claimed_at: Date.now() })
      .where('code_key', '=', codeKey)
      .where('status', '=', 'approved')
      .executeTakeFirstOrThrow()
    if (numUpdatedRows !== 1n) return false
    await trx
      .insertInto('revoked_token')
      .values({ token_id: claimId, expires_at: Date.now() + HOUR_MS })
      .execute()
    return true
  })
}

/** The names of all rows of `revoked_token`, in order. */
export async function tokenIds({ db }: Pick<Database, 'db'>): Promise<string[]> {
  const rows = await db.selectFrom('revoked_token').select('token_id').orderBy('token_id').execute()
  return rows.map((row) => row.token_id)
}
