import { publicApproval, type StoredApproval } from '../approvals/rows.ts'
import type { Core } from '../core.ts'
import type { ApprovalLine } from '../plugin/contributions.ts'
import type { RequestFacts } from '../plugin/request.ts'
import { describeAsked } from './authorize-params.ts'
import { requestContext } from './plugin-context.ts'
import { withDeadline } from './with-deadline.ts'

/** What somebody who decides is told beside the scopes: what else is asked for, and what the grant says of who asks. */
export async function describeApproval(
  core: Core,
  approval: StoredApproval,
  request: RequestFacts,
): Promise<readonly ApprovalLine[]> {
  const asked = describeAsked(core, approval)
  const presentation = core.registry.approvals.get(approval.grantType)
  if (!presentation?.describe) return asked
  const describing = presentation.describe(
    requestContext(core, presentation.pluginId, request),
    publicApproval(approval),
  )
  return [...asked, ...(await withDeadline(describing, `what ${presentation.pluginId} says of an approval`))]
}
