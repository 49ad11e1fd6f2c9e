import type { Decision } from '../approvals/approvals.ts'
import type { StoredApproval } from '../approvals/rows.ts'
import type { Core } from '../core.ts'
import { AlreadyDecided, ExpiredToken, InvalidScope, LoginRequired, NotFound } from '../errors/standard.ts'
import { findByHandle } from './find-approval.ts'
import { isFreshEnough } from './needed-interaction.ts'
import { observe } from './observe.ts'
import type { SignedIn } from './presented-session.ts'

export interface Decider extends SignedIn {
  readonly requestId: string
}

/**
 * Lets a signed-in user say yes to what an app asks for, or to a part of it. One decision counts: everybody else is told
 * that it was made.
 *
 * @param scopes what the user says yes to; all that was asked for where left out
 * @param newCode what the app will claim with, where it does not have a code yet
 * @throws {NotFound} when the handle names no approval
 * @throws {TooManyAttempts} when it names none, like too many before it
 * @throws {LoginRequired} when the app wants somebody who signed in more recently
 * @throws {InvalidScope} when it is more than was asked for, or takes an admin
 * @throws {AlreadyDecided} {ExpiredToken}
 */
export async function approve(
  core: Core,
  decider: Decider,
  handle: string,
  scopes?: readonly string[],
  newCode?: Decision['newCode'],
): Promise<StoredApproval> {
  const approval = await findPending(core, decider, handle)
  if (!isFreshEnough(approval, decider)) throw new LoginRequired()
  const granted = scopes ?? approval.requestedScopes
  const isAsked = granted.every((scope) => approval.requestedScopes.includes(scope))
  const needsAdmin = granted.some((scope) => core.registry.scopes.get(scope)?.adminOnly)
  if (!isAsked || (needsAdmin && decider.user.role !== 'admin')) throw new InvalidScope()
  return decide(core, decider, approval, { status: 'approved', scopes: [...new Set(granted)], newCode })
}

/** Lets a signed-in user say no. @throws {NotFound} {AlreadyDecided} {ExpiredToken} {TooManyAttempts} */
export async function deny(core: Core, decider: Decider, handle: string): Promise<StoredApproval> {
  return decide(core, decider, await findPending(core, decider, handle), { status: 'denied', scopes: [] })
}

async function findPending(core: Core, decider: Decider, handle: string): Promise<StoredApproval> {
  const approval = await findByHandle(core, handle, decider)
  if (!approval || !(await core.apps.byId(approval.appId))) throw new NotFound()
  throwUnlessPending(approval)
  return approval
}

function throwUnlessPending({ status }: StoredApproval): void {
  if (status === 'expired') throw new ExpiredToken()
  if (status !== 'pending') throw new AlreadyDecided()
}

async function decide(
  core: Core,
  { user, session, requestId }: Decider,
  approval: StoredApproval,
  decision: Pick<Decision, 'status' | 'scopes' | 'newCode'>,
): Promise<StoredApproval> {
  const { status, scopes } = decision
  const isMine = await core.approvals.decide(approval, {
    ...decision,
    userId: user.id,
    authenticatedAt: session.authenticatedAt,
  })
  const decided = await core.approvals.byId(approval.id)
  if (!decided) throw new NotFound()
  if (!isMine) {
    throwUnlessPending(decided)
    throw new AlreadyDecided()
  }
  core.decisions.notify(decided)
  await core.audit.write({
    kind: status === 'approved' ? 'approval.approved' : 'approval.denied',
    appId: approval.appId,
    userId: user.id,
    requestId,
    details: { approvalId: approval.id, grantType: approval.grantType, scopes },
  })
  observe(core, 'approvalDecided', { approval: decided })
  return decided
}
