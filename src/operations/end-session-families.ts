import type { Core } from '../core.ts'
import type { SessionsEnded } from '../plugin/contributions.ts'
import { fromJson } from '../storage/rows.ts'

/** What a rule about token families may look at. */
export interface FamilyFacts {
  readonly appId: string
  readonly scopes: readonly string[]
}

/**
 * Ends what comes from these sessions and the rule says yes to: what no app has claimed yet, and then the living token
 * families. In this order, so that a code that is claimed at that moment is either withdrawn or has a family by then.
 */
export async function endSessionFamilies(
  core: Pick<Core, 'approvals' | 'audit' | 'now' | 'tokenRows'>,
  { userId, sessionIds }: SessionsEnded,
  isEnding: (family: FamilyFacts) => boolean,
): Promise<void> {
  for (const { id, appId, codeKey, grantType, grantedScopes = [] } of await core.approvals.unclaimedOf(
    userId,
    sessionIds,
  )) {
    if (!isEnding({ appId, scopes: grantedScopes }) || !(await core.approvals.withdrawOne(codeKey))) continue
    await core.audit.write({ kind: 'approval.withdrawn', appId, userId, details: { approvalId: id, grantType } })
  }
  const at = core.now()
  for (const { id, app_id: appId, scopes, session_id } of await core.tokenRows.livingFamilies(userId, at)) {
    if (session_id === null || !sessionIds.includes(session_id)) continue
    if (!isEnding({ appId, scopes: fromJson<string[]>(scopes) })) continue
    if (!(await core.tokenRows.revokeFamily(id, at))) continue
    const details = { familyId: id, sessionId: session_id }
    await core.audit.write({ kind: 'family.revoked', appId, userId, details })
  }
}
