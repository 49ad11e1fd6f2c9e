import type { Core } from '../core.ts'
import type { RequestFacts } from '../plugin/request.ts'
import type { ProvenKey } from '../tokens/proven-key.ts'
import { requestContext } from './plugin-context.ts'

/** The key that the caller proves to hold, by whichever sender constraint recognises its proof. */
export async function constrainSender(core: Core, request: RequestFacts): Promise<ProvenKey | undefined> {
  for (const constraint of core.registry.senderConstraints) {
    const thumbprint = await constraint.constrain(requestContext(core, constraint.pluginId, request))
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
