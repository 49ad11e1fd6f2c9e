import type { Core } from '../core.ts'
import type { OpenApprovalInput, OpenedApproval } from '../plugin/context.ts'

/**
 * Opens a request for a user's yes. The app keeps the code, the user's browser gets the handle, and neither can do what
 * the other can.
 */
export async function openApproval(
  core: Pick<Core, 'approvals' | 'audit' | 'issuer'>,
  input: OpenApprovalInput,
): Promise<OpenedApproval> {
  const { app, grantType, scopes, details = {}, ttlSeconds } = input
  const { approval, code, handle } = await core.approvals.open({
    appId: app.id,
    grantType,
    scopes,
    details,
    ttlSeconds,
  })
  return { approval, code, handle, approveUrl: new URL(`/approve/${handle}`, core.issuer) }
}
