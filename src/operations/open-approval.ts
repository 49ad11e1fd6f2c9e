import { publicApproval } from '../approvals/rows.ts'
import type { Core } from '../core.ts'
import type { OpenApprovalInput, OpenedApproval } from '../plugin/context.ts'
import type { RequestFacts } from '../plugin/request.ts'
import { readApprovalParams, resourcesAsked } from './authorize-params.ts'
import { readText } from './parse-params.ts'
import { fittingScopes, requireOneResource } from './scopes.ts'

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

/**
 * The same with what plugins add to such a request.
 *
 * @throws {InvalidScope} {InvalidRequest} and what the plugins declare
 */
export async function openAskedApproval(
  core: Core,
  { sent, ...input }: OpenApprovalInput,
  request: RequestFacts,
): Promise<OpenedApproval> {
  const { app, scopes, details } = input
  const asked = sent && (await readApprovalParams(core, { app, scopes, params: sent }, request))
  if (!asked) return openApproval(core, input)
  const remembered = { ...details, asked }
  const named = resourcesAsked(core, { details: remembered })
  // Who leaves the scopes out asks for all that it has, as far as they fit the resources.
  const fitting = readText(sent, 'scope') === undefined ? fittingScopes(core, app, scopes, named) : scopes
  return openApproval(core, { ...input, scopes: fitting, details: remembered })
}
