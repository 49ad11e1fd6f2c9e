import type { Core } from '../core.ts'
import type { Resource } from '../plugin/context.ts'
import { resourceUri } from '../tokens/access-token-claims.ts'

type Needs = Pick<Core, 'issuer' | 'policy' | 'registry'>

/** The resources that tokens can be for: the declared ones, and the default audience where it is none of them. */
export function listResources(core: Needs): readonly Resource[] {
  const declared = [...core.registry.resources.values()].map(({ uri, name, scopes = [] }) => ({
    uri: resourceUri(core, uri),
    name,
    scopes,
  }))
  const { defaultAudience } = core.policy
  if (declared.some(({ uri }) => uri === defaultAudience)) return declared
  return [{ uri: defaultAudience, name: defaultAudience, scopes: [] }, ...declared]
}

/**
 * The resource that a URI names: the same URI, or one that is the same once both are in the normal form of URLs
 * (`https://api.example` and `https://API.example/`).
 */
export function findResource(core: Needs, uri: string): Resource | undefined {
  return listResources(core).find((resource) => resource.uri === uri || normalForm(resource.uri) === normalForm(uri))
}

const normalForm = (uri: string): string => (URL.canParse(uri) ? new URL(uri).href : uri)
