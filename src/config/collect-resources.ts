import type { ResourceDeclaration, ScopeDeclaration } from '../plugin/contributions.ts'
import type { Plugin } from '../plugin/define-plugin.ts'
import { BootError } from './boot-error.ts'
import type { Claims } from './claims.ts'
import { CORE_RESOURCES } from './core-claims.ts'

/**
 * Collects the resources that tokens can be for, by their URIs, and tells the scopes of each whose they are.
 *
 * @param scopes those of the standard. A scope of a resource has it as its `audience` afterwards.
 * @throws {BootError} when a URI cannot name a resource, two have the same, or a scope is unknown or another's
 */
export function collectResources(
  claims: Claims,
  plugins: readonly Plugin[],
  configured: readonly ResourceDeclaration[],
  scopes: Map<string, ScopeDeclaration>,
): Map<string, ResourceDeclaration> {
  const resources = new Map<string, ResourceDeclaration>()
  const take = (resource: ResourceDeclaration, owner: string) => {
    requireUri(resource)
    claims.take('resource', resource.uri, owner)
    resources.set(resource.uri, resource)
    for (const name of resource.scopes ?? []) {
      claims.take('scope of a resource', name, owner)
      scopes.set(name, ownedScope(scopes, name, resource))
    }
  }
  for (const resource of CORE_RESOURCES) take(resource, 'core')
  for (const resource of configured) take(resource, 'configuration')
  for (const { id, resources: own = [] } of plugins) for (const resource of own) take(resource, id)
  // What a scope alone speaks of is a resource as well.
  for (const { audience } of scopes.values()) {
    if (audience !== undefined && !resources.has(audience)) resources.set(audience, { uri: audience, name: audience })
  }
  return resources
}

/** @see RFC 8707 §2 */
function requireUri({ uri }: ResourceDeclaration): void {
  if ((uri.startsWith('/') || URL.canParse(uri)) && !/[#\s]/.test(uri)) return
  throw new BootError(
    `The resource "${uri}" is not named by an absolute URI without a fragment, or by a path of this server.`,
  )
}

function ownedScope(
  scopes: ReadonlyMap<string, ScopeDeclaration>,
  name: string,
  { uri }: ResourceDeclaration,
): ScopeDeclaration {
  const scope = scopes.get(name)
  if (!scope) throw new BootError(`The resource "${uri}" has the scope "${name}", which nobody declares.`)
  if (scope.audience !== undefined && scope.audience !== uri) {
    throw new BootError(`The scope "${name}" is for "${scope.audience}", and the resource "${uri}" has it as well.`)
  }
  return { ...scope, audience: uri }
}
