import { keepPace } from '../approvals/pace.ts'
import { CodeRedemption } from '../approvals/redemption.ts'
import { publicApproval, type StoredApproval } from '../approvals/rows.ts'
import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import { AccessDenied, AuthorizationPending, ExpiredToken, InvalidGrant, SlowDown } from '../errors/standard.ts'
import type { ClaimApprovalInput, ClaimableApproval } from '../plugin/context.ts'
import type { Provenance } from '../plugin/issuance.ts'
import { findByCode } from './find-approval.ts'
import { noteReplay, type ReplayProof } from './note-replay.ts'

interface Claimant {
  readonly app: App
  /** The app proved who it is by more than its name. */
  readonly isAuthenticated: boolean
  readonly arrivedAt: Date
  readonly address: string | undefined
  readonly requestId: string
}

type Needs = Pick<Core, 'approvals' | 'apps' | 'audit' | 'database' | 'guesses' | 'settings' | 'tokenRows' | 'users'>

/**
 * Tells whether a code can be claimed, and by which write. The order: whose code is it, is it used, does the proof hold,
 * and only then where it stands, so that nobody who cannot prove themselves learns what a user decided.
 *
 * @throws {InvalidGrant} {AuthorizationPending} {SlowDown} {AccessDenied} {ExpiredToken} {TooManyAttempts}
 * @see RFC 6749 §4.1.2, RFC 7636 §4.6, RFC 8628 §3.5
 */
export async function claimApproval(
  core: Needs,
  claimant: Claimant,
  input: ClaimApprovalInput,
): Promise<ClaimableApproval> {
  const approval = await findByCode(core, input.code, claimant)
  if (!approval || approval.grantType !== input.grantType) throw new InvalidGrant({ reason: 'unknown' })
  if (approval.appId !== claimant.app.id) {
    await noteReplay(core, approval, 'failed', claimant)
    throw new InvalidGrant({ reason: 'another-app' })
  }

  const proof = input.proof(publicApproval(approval))
  if (approval.status === 'claimed') {
    await noteReplay(core, approval, strongest(proof, claimant), claimant)
    throw new InvalidGrant({ reason: 'used' })
  }
  if (proof === 'failed') {
    if (approval.status === 'approved') await core.approvals.noteFailedProof(approval.codeKey)
    throw new InvalidGrant({ reason: 'not-proved' })
  }
  if (approval.status !== 'approved') throw await notClaimable(core, approval, claimant, input)
  return claimable(core, approval, proof, claimant, input.code)
}

/** A secret proves as much as a verifier; a verifier that fails is not made good by a secret. */
function strongest(proof: ReplayProof, claimant: Claimant): ReplayProof {
  return proof === 'nothing-to-prove' && claimant.isAuthenticated ? 'proved' : proof
}

async function notClaimable(core: Needs, approval: StoredApproval, { arrivedAt }: Claimant, input: ClaimApprovalInput) {
  const { intervalSeconds } = input
  if (intervalSeconds === undefined) {
    return new InvalidGrant({ reason: approval.status === 'expired' ? 'expired' : 'not-approved' })
  }
  if (approval.status === 'denied') return new AccessDenied()
  if (approval.status === 'expired') return new ExpiredToken()
  const pace = await keepPace(core.database, approval.codeKey, {
    arrivedAt,
    intervalSeconds,
    until: approval.expiresAt,
  })
  return pace.tooFast
    ? new SlowDown({ intervalSeconds: pace.intervalSeconds })
    : new AuthorizationPending({ intervalSeconds: pace.intervalSeconds })
}

async function claimable(
  core: Needs,
  approval: StoredApproval,
  proof: ReplayProof,
  claimant: Claimant,
  code: string,
): Promise<ClaimableApproval> {
  const { userId, grantedScopes } = approval
  const user = userId === undefined ? undefined : await core.users.byId(userId)
  if (userId === undefined || grantedScopes === undefined || !user || user.disabledAt)
    throw new InvalidGrant({ reason: 'user-gone' })
  return {
    approval: { ...publicApproval(approval), userId, grantedScopes },
    provenance: {
      authenticatedAt: approval.authenticatedAt,
      methods: approval.methods,
      sessionId: approval.sessionId,
      asked: approval.details.asked as Provenance['asked'],
    },
    redemption: new CodeRedemption(core.approvals, approval.codeKey, async () => {
      const latest = await core.approvals.byCode(code)
      if (latest?.status === 'claimed') await noteReplay(core, latest, strongest(proof, claimant), claimant)
      return new InvalidGrant({ reason: 'used' })
    }),
  }
}
