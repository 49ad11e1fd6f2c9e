import type { Selectable } from 'kysely'
import { fromJson, instant, toDate } from '../storage/rows.ts'
import type { ApprovalTable } from '../storage/tables.ts'
import type { Approval, ApprovalStatus } from './approval.ts'

/** An approval with what only core may know of it. */
export interface StoredApproval extends Approval {
  readonly codeKey: Buffer
  readonly handleKey: Buffer
  readonly familyId: string | undefined
  readonly failedProofs: number
}

export function approvalFromRow(row: Selectable<ApprovalTable>, now: Date): StoredApproval {
  return {
    id: approvalId(row.handle_key),
    codeKey: row.code_key,
    handleKey: row.handle_key,
    appId: row.app_id,
    grantType: row.grant_type,
    status: statusAt(row, now),
    requestedScopes: fromJson<string[]>(row.requested_scopes),
    grantedScopes: row.granted_scopes === null ? undefined : fromJson<string[]>(row.granted_scopes),
    userId: row.user_id ?? undefined,
    authenticatedAt: toDate(row.authenticated_at),
    methods: row.methods === null ? undefined : fromJson<string[]>(row.methods),
    sessionId: row.session_id ?? undefined,
    details: fromJson<Record<string, unknown>>(row.details),
    failedProofs: row.failed_proofs,
    familyId: row.family_id ?? undefined,
    createdAt: instant(row.created_at),
    decidedAt: toDate(row.decided_at),
    claimedAt: toDate(row.claimed_at),
    expiresAt: instant(row.expires_at),
  }
}

/** What a plugin is given of it: the members that the door names, and no key. */
export function publicApproval(stored: StoredApproval): Approval {
  const { codeKey: _, handleKey: __, familyId: ___, failedProofs: ____, ...approval } = stored
  return approval
}

/** The hash of the handle: it names the approval and opens nothing. */
export const approvalId = (handleKey: Buffer): string => handleKey.toString('base64url')

function statusAt(row: Selectable<ApprovalTable>, now: Date): ApprovalStatus {
  const undecidedOrUnclaimed = row.status === 'pending' || row.status === 'approved'
  return undecidedOrUnclaimed && row.expires_at <= now.getTime() ? 'expired' : row.status
}
