import { publicApproval } from '../approvals/rows.ts'
import type { Core } from '../core.ts'
import type { OpenApprovalInput, OpenedApproval } from '../plugin/context.ts'
import { resourcesAsked } from './authorize-params.ts'
import { requireOneResource } from './scopes.ts'

/**
 * Opens a request for a user's yes. The app keeps the code, the user's browser gets the handle, and neither can do what
 * the other can.
 *
 * @throws {InvalidScope} when the scopes are for several resources: nobody is asked for what no token would hold
 */
export async function openApproval(core: Core, input: OpenApprovalInput): Promise<OpenedApproval> {
  const { app, grantType, scopes, details = {}, ttlSeconds } = input
  requireOneResource(core, app, scopes, resourcesAsked(core, { details }))
  const { approval, code, handle } = await core.approvals.open({
    appId: app.id,
    grantType,
    scopes,
    details,
    ttlSeconds,
  })
  return { approval: publicApproval(approval), code, handle, approveUrl: new URL(`/approve/${handle}`, core.issuer) }
}
