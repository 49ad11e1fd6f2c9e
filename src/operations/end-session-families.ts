import type { Core } from '../core.ts'
import type { SessionsEnded } from '../plugin/contributions.ts'
import { fromJson } from '../storage/rows.ts'

/** What a rule about token families may look at. */
export interface FamilyFacts {
  readonly appId: string
  readonly scopes: readonly string[]
}

/** Ends the living token families that come from these sessions and that the rule says yes to. */
export async function endSessionFamilies(
  core: Pick<Core, 'audit' | 'now' | 'tokenRows'>,
  { userId, sessionIds }: SessionsEnded,
  isEnding: (family: FamilyFacts) => boolean,
): Promise<void> {
  const at = core.now()
  for (const { id, app_id: appId, scopes, session_id } of await core.tokenRows.livingFamilies(userId, at)) {
    if (session_id === null || !sessionIds.includes(session_id)) continue
    if (!isEnding({ appId, scopes: fromJson<string[]>(scopes) })) continue
    if (!(await core.tokenRows.revokeFamily(id, at))) continue
    const details = { familyId: id, sessionId: session_id }
    await core.audit.write({ kind: 'family.revoked', appId, userId, details })
  }
}
