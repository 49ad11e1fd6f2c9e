import type { Transaction } from 'kysely'
import type { Decision } from '../approvals/approvals.ts'
import { publicApproval, type StoredApproval } from '../approvals/rows.ts'
import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import { AlreadyDecided, ExpiredToken, InvalidScope, LoginRequired, NotFound } from '../errors/standard.ts'
import type { CoreTables } from '../storage/tables.ts'
import { targetOf } from './authorization-answer.ts'
import { findByHandle } from './find-approval.ts'
import { suffices } from './needed-interaction.ts'
import { observe } from './observe.ts'
import type { SignedIn } from './presented-session.ts'
import { requireStanding } from './require-standing.ts'
import { takesAdmin } from './scopes.ts'

export interface Decider extends SignedIn {
  readonly requestId: string
}

/**
 * Lets a signed-in user say yes to what an app asks for, or to a part of it. One decision counts: everybody else is told
 * that it was made. Where the app is one that is asked about once, the yes is remembered with it,
 * and what it leaves out is forgotten.
 *
 * @param scopes what the user says yes to; all that was asked for where left out
 * @param newCodeFor what the app will claim with, where it does not have a code yet
 * @throws {NotFound} when the handle names no approval
 * @throws {TooManyAttempts} when it names none, like too many before it
 * @throws {LoginRequired} when the app wants somebody who signed in more recently
 * @throws {UnauthorizedClient} when the app has lost the right to it since it asked
 * @throws {InvalidScope} when it is more than was asked for, or takes an admin
 * @throws {AlreadyDecided} {ExpiredToken}
 */
export async function approve(
  core: Core,
  decider: Decider,
  handle: string,
  scopes?: readonly string[],
  newCodeFor?: (app: App) => Decision['newCode'],
): Promise<StoredApproval> {
  const { app, approval } = await findPending(core, decider, handle)
  if (!(await suffices(core, app, approval, decider))) throw new LoginRequired()
  const granted = scopes ?? approval.requestedScopes
  const isAsked = granted.every((scope) => approval.requestedScopes.includes(scope))
  const needsAdmin = granted.some((scope) => takesAdmin(core, app, scope))
  if (!isAsked || (needsAdmin && decider.user.role !== 'admin')) throw new InvalidScope()
  return decide(core, decider, approval, {
    status: 'approved',
    scopes: [...new Set(granted)],
    newCode: newCodeFor?.(app),
  })
}

/**
 * Lets a signed-in user say no. Where the app asked through the browser, they are asked again next time.
 *
 * @param options.isRefused They only went back, for the app wants somebody else: what they said yes to before stays.
 * @throws {NotFound} {UnauthorizedClient} {AlreadyDecided} {ExpiredToken} {TooManyAttempts}
 */
export async function deny(
  core: Core,
  decider: Decider,
  handle: string,
  { isRefused = false }: { readonly isRefused?: boolean } = {},
): Promise<StoredApproval> {
  const { approval } = await findPending(core, decider, handle)
  return decide(core, decider, approval, { status: 'denied', scopes: [] }, isRefused)
}

async function findPending(
  core: Core,
  decider: Decider,
  handle: string,
): Promise<{ app: App; approval: StoredApproval }> {
  const approval = await findByHandle(core, handle, decider)
  const app = approval && (await core.apps.byId(approval.appId))
  if (!app) throw new NotFound()
  throwUnlessPending(approval)
  requireStanding(app, approval)
  return { app, approval }
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
  keepsConsent = false,
): Promise<StoredApproval> {
  const { status, scopes } = decision
  const { appId } = approval
  // The newest answer counts: who leaves out what they gave before takes it back. A no to a device, which anybody can start, does not.
  const forgets = targetOf(approval) !== undefined && !keepsConsent
  const withdrawn = forgets ? approval.requestedScopes.filter((scope) => !scopes.includes(scope)) : []
  const isRemembered = status === 'approved' && (await isAskedOnce(core, approval))
  const auditRow = core.audit.row({
    kind: status === 'approved' ? 'approval.approved' : 'approval.denied',
    appId,
    userId: user.id,
    requestId,
    details: { approvalId: approval.id, grantType: approval.grantType, scopes },
  })
  const { outlivesSession = false } = core.registry.approvals.get(approval.grantType) ?? {}
  const sessionId = outlivesSession ? undefined : session.id
  // The audit row is this attempt's alone, so it tells whether a COMMIT whose answer got lost took place.
  const settle = async () => (await core.audit.find(auditRow.id)) && core.approvals.byId(approval.id)
  // All or nothing: a decision that counts while its answer is lost would take the code with it.
  const work = async (trx: Transaction<CoreTables>) => {
    const decided = await core.approvals.decide(trx, approval, { ...decision, userId: user.id, session, sessionId })
    if (!decided) return undefined
    await core.consents.withdraw(trx, user.id, appId, withdrawn)
    if (isRemembered) await core.consents.remember(user.id, appId, scopes, trx)
    await core.audit.insertRow(trx, auditRow)
    return decided
  }
  const decided = (await core.database.transaction(work, { settle })) ?? (await settle())
  if (!decided) return refuse(core, approval)
  core.decisions.notify(decided)
  observe(core, 'approvalDecided', { approval: publicApproval(decided) })
  return decided
}

/** Whether the app asks through the browser, and its users are asked once. */
async function isAskedOnce(core: Core, approval: StoredApproval): Promise<boolean> {
  const target = targetOf(approval)
  const consent = target && core.registry.responseTypes.get(target.responseType)?.consent
  const app = await core.apps.byId(approval.appId)
  return consent !== undefined && core.settings.read(consent, app) === 'remember'
}

async function refuse(core: Core, approval: StoredApproval): Promise<never> {
  const latest = await core.approvals.byId(approval.id)
  if (!latest) throw new NotFound()
  throwUnlessPending(latest)
  throw new AlreadyDecided()
}
