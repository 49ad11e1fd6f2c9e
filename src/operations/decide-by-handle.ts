import type { StoredApproval } from '../approvals/rows.ts'
import type { Core } from '../core.ts'
import type { AuthorizationAnswer } from '../plugin/context.ts'
import type { PersonsDecision } from '../plugin/contributions.ts'
import type { RequestFacts } from '../plugin/request.ts'
import { targetOf } from './authorization-answer.ts'
import { concludeAuthorization } from './complete-authorization.ts'
import { approve, type Decider, deny } from './decide-approval.ts'

export interface Decided {
  readonly approval: StoredApproval
  /** What takes the browser back to the app; undefined where the app claims by itself. */
  readonly answer: AuthorizationAnswer | undefined
}

/**
 * Lets a signed-in user decide, whichever way the app asked: the page and the GraphQL mutations are this.
 *
 * @param found the approval that the handle names
 * @throws {NotFound} {UnauthorizedClient} {AlreadyDecided} {ExpiredToken} {InvalidScope} {LoginRequired}
 */
export async function decideByHandle(
  core: Core,
  decider: Decider,
  handle: string,
  found: StoredApproval,
  decision: PersonsDecision,
  request: RequestFacts,
): Promise<Decided> {
  const target = targetOf(found)
  if (!target) {
    const approval =
      'approves' in decision
        ? await approve(core, decider, handle, decision.approves)
        : await deny(core, decider, handle)
    return { approval, answer: undefined }
  }
  return concludeAuthorization(core, decider, handle, target, decision, request)
}
