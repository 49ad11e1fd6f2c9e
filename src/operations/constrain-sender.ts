import type { Core } from '../core.ts'
import type { SenderConstraint } from '../plugin/contributions.ts'
import type { RequestFacts } from '../plugin/request.ts'
import type { ProvenKey } from '../tokens/proven-key.ts'
import { requestContext } from './plugin-context.ts'
import { withDeadline } from './with-deadline.ts'

/** Who asks for a token, or the token that is presented. */
export type Sender = Parameters<SenderConstraint['constrain']>[1]

/** The key that the caller proves to hold, by whichever sender constraint recognises its proof. */
export async function constrainSender(core: Core, request: RequestFacts, by: Sender): Promise<ProvenKey | undefined> {
  for (const constraint of core.registry.senderConstraints) {
    const thumbprint = await withDeadline(
      constraint.constrain(requestContext(core, constraint.pluginId, request), by),
      `the sender constraint ${constraint.id}`,
    )
    if (thumbprint !== undefined) {
      return {
        tokenType: constraint.tokenType,
        claims: { cnf: { [constraint.confirmation]: thumbprint } },
        boundKey: `${constraint.confirmation}:${thumbprint}`,
      }
    }
  }
  return undefined
}
