import type { StoredApproval } from '../approvals/rows.ts'
import { coreSettings } from '../config/core-settings.ts'
import type { Core } from '../core.ts'

type Needs = Pick<Core, 'apps' | 'audit' | 'settings' | 'tokenRows'>

/** Whether the one who presents a used code could prove to be who claimed it. */
export type ReplayProof = 'proved' | 'failed' | 'nothing-to-prove'

/**
 * Acts on a code that is presented after it was claimed. Refusing is the caller's part; this decides about the tokens that
 * the code gave:
 *
 * - proved, and arrived within the double-submit window: an honest app sent it twice; nothing more
 * - proved later, or not proved by somebody who could have: the code leaked, so the token family ends
 * - nothing to prove with (a public app without PKCE): nobody can tell who is who, so it is put on record only
 *
 * @see RFC 6749 §4.1.2, RFC 9700 §4.1.1
 */
export async function noteReplay(
  core: Needs,
  approval: StoredApproval,
  proof: ReplayProof,
  by: { readonly arrivedAt: Date; readonly requestId: string },
): Promise<void> {
  const { claimedAt, familyId } = approval
  if (!claimedAt || familyId === undefined) return
  const ageMs = by.arrivedAt.getTime() - claimedAt.getTime()
  if (proof === 'proved' && ageMs <= (await doubleSubmitSeconds(core, approval.appId)) * 1000) return

  const ends = proof !== 'nothing-to-prove' && (await core.tokenRows.revokeFamily(familyId, by.arrivedAt))
  await core.audit.write({
    kind: 'approval.replayed',
    appId: approval.appId,
    userId: approval.userId,
    requestId: by.requestId,
    details: { proof, familyId, familyEnded: ends },
  })
}

/** Below any age where there is no window: what arrives in the very millisecond of the claim is outside it, too. */
async function doubleSubmitSeconds(core: Needs, appId: string): Promise<number> {
  return core.settings.read(coreSettings.doubleSubmitSeconds, await core.apps.byId(appId)) || -Infinity
}

/** The same for whoever did not even get past the app's authentication, and so could have proved themselves and did not. */
export async function noteUnprovedReplay(
  core: Needs & Pick<Core, 'approvals'>,
  code: string,
  by: { readonly arrivedAt: Date; readonly requestId: string },
): Promise<void> {
  const approval = await core.approvals.byCode(code)
  if (approval?.status === 'claimed') await noteReplay(core, approval, 'failed', by)
}
