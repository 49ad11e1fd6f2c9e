import { hash } from 'node:crypto'
import type { Registry } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { CORE_RESPONSE_MODES } from '../operations/authorization-answer.ts'
import type { ClientAuthPolicy } from '../plugin/define-grant.ts'
import type { MetadataContext } from '../plugin/define-plugin.ts'

/** A document that is the same for everybody until the server restarts. */
export interface ReadyDocument {
  readonly body: string
  readonly etag: string
}

/**
 * The metadata document (RFC 8414) of a server with these plugins, as ready bytes. What stands in it follows from the
 * registry, so that nothing is promised which nobody keeps.
 */
export function metadataDocument(core: Pick<Core, 'issuer' | 'keys' | 'registry'>): ReadyDocument {
  const body = JSON.stringify(withoutEmptyLists(metadataOf(core)))
  return { body, etag: `"${hash('sha256', body, 'base64url')}"` }
}

function metadataOf({ issuer, keys, registry }: Pick<Core, 'issuer' | 'keys' | 'registry'>): Record<string, unknown> {
  const url = (path: string) => new URL(path, issuer)
  const methods = ['client_secret_basic', 'client_secret_post', ...registry.clientAuth.map(({ method }) => method)]
  const context: MetadataContext = {
    issuer,
    url,
    signingAlgorithms: keys.algorithms(),
    signInMethods: registry.signIns.map(({ methods = [] }) => methods),
    userClaims: registry.userClaims.flatMap(({ names }) => names),
  }
  return {
    issuer,
    token_endpoint: url('/oauth/token').href,
    jwks_uri: url('/oauth/jwks').href,
    ...authorizationMembers(registry, url),
    grant_types_supported: [...registry.grants.values()]
      .filter(({ legacy }) => !legacy)
      .map(({ grantType }) => grantType),
    scopes_supported: [...registry.scopes.values()].filter(({ adminOnly }) => !adminOnly).map(({ name }) => name),
    token_endpoint_auth_methods_supported: [...methods, 'none'],
    token_endpoint_auth_signing_alg_values_supported: signingAlgorithmsOf(registry),
    ...operationMembers(registry, url, methods),
    ...Object.fromEntries(
      registry.endpoints.flatMap(({ metadata, path }) => (metadata ? [[metadata, url(path).href]] : [])),
    ),
    ...Object.assign({}, ...registry.plugins.map((plugin) => plugin.metadata?.(context) ?? {})),
  }
}

/** A list with nothing in it is left out (RFC 8414 §3.2), but for the one that every server has to have (§2). */
function withoutEmptyLists(members: Record<string, unknown>): Record<string, unknown> {
  const says = ([name, value]: [string, unknown]) =>
    name === 'response_types_supported' || !Array.isArray(value) || value.length > 0
  return Object.fromEntries(Object.entries(members).filter(says))
}

/** A server without a response type has no authorization endpoint, and says so (RFC 8414 §2). Legacy ones are not offered. */
function authorizationMembers({ responseTypes, responseModes }: Registry, url: (path: string) => URL): object {
  const offered = [...responseTypes.values()].filter(({ legacy }) => !legacy)
  if (responseTypes.size === 0) return { response_types_supported: [] }
  return {
    authorization_endpoint: url('/oauth/authorize').href,
    response_types_supported: offered.map(({ responseType }) => responseType),
    ...(offered.length > 0 && { code_challenge_methods_supported: ['S256'] }),
    response_modes_supported: [...CORE_RESPONSE_MODES, ...responseModes.keys()],
    authorization_response_iss_parameter_supported: true,
  }
}

function operationMembers(registry: Registry, url: (path: string) => URL, methods: readonly string[]): object {
  const members: Record<string, unknown> = {}
  for (const { path, metadata, clientAuth } of registry.operations) {
    if (path === undefined || metadata === undefined) continue
    members[metadata] = url(path).href
    const accepted = acceptedMethods(clientAuth, methods)
    if (!accepted || !metadata.endsWith('_endpoint')) continue
    members[`${metadata}_auth_methods_supported`] = accepted
    members[`${metadata}_auth_signing_alg_values_supported`] = signingAlgorithmsOf(registry)
  }
  return members
}

const signingAlgorithmsOf = ({ clientAuth }: Registry): readonly string[] => [
  ...new Set(clientAuth.flatMap(({ signingAlgorithms = [] }) => signingAlgorithms)),
]

function acceptedMethods(policy: ClientAuthPolicy, methods: readonly string[]): readonly string[] | undefined {
  switch (policy) {
    case 'required':
      return methods
    case 'public-allowed':
      return [...methods, 'none']
    case 'none':
      return undefined
  }
}
