import type { Core } from '../core.ts'
import type { TokenRequest } from '../plugin/context.ts'
import type { Issuance } from '../plugin/issuance.ts'
import type { ProvenKey } from '../tokens/proven-key.ts'
import type { AuthenticatedApp } from './authenticate-app.ts'
import { parseParams } from './parse-params.ts'
import { grantContext } from './plugin-context.ts'
import { withDeadline } from './with-deadline.ts'

const noHash = (): Buffer => Buffer.alloc(0)

/**
 * What plugins make of an issuance by the parameters that they add to every grant, and the claims that they add to it.
 *
 * @throws {InvalidRequest} and what the plugins declare
 */
export async function applyTokenParams(
  core: Core,
  { params, request }: Pick<TokenRequest, 'params' | 'request'>,
  authenticated: AuthenticatedApp,
  provenKey: ProvenKey | undefined,
  decided: Issuance,
): Promise<Issuance> {
  let issuance = decided
  for (const added of core.registry.tokenParams) {
    const values = parseParams(added.params, params)
    const ctx = grantContext(core, added.pluginId, request, authenticated, provenKey, noHash)
    issuance = await withDeadline(added.apply(ctx, issuance, values), `the token parameters ${added.id}`)
  }
  for (const source of core.registry.claims) {
    const ctx = grantContext(core, source.pluginId, request, authenticated, provenKey, noHash)
    const claims = await withDeadline(source.claims(ctx, issuance), `the claims ${source.names.join(', ')}`)
    issuance = { ...issuance, claims: { ...issuance.claims, ...claims } }
  }
  return issuance
}
