import type { Authentication } from '../users/user.ts'

/** Where an approval stands. `expired` is a matter of the clock; the other four are stored. */
export type ApprovalStatus = 'pending' | 'approved' | 'denied' | 'claimed' | 'expired'

/** One request for a user's yes. The code, device and authorize flows are all approvals. */
export interface Approval extends Authentication {
  /** Says nothing about the code or the handle. */
  readonly id: string
  readonly appId: string
  /** The grant type that may claim it. */
  readonly grantType: string
  readonly status: ApprovalStatus
  readonly requestedScopes: readonly string[]
  /** What the user said yes to; undefined until then. */
  readonly grantedScopes: readonly string[] | undefined
  /** Who decided. How they had proved who they are is known from then on, too. */
  readonly userId: string | undefined
  /** What the plugin that opened it stored with it. */
  readonly details: Readonly<Record<string, unknown>>
  readonly createdAt: Date
  readonly decidedAt: Date | undefined
  readonly claimedAt: Date | undefined
  readonly expiresAt: Date
}
