import { hash } from 'node:crypto'
import type { Core } from '../core.ts'
import { listResources } from '../operations/resources.ts'
import type { Resource } from '../plugin/context.ts'
import type { Answer } from './answer.ts'
import type { ReadyDocument } from './metadata.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/** A resource of this server, and the document that tells of it. */
export interface OwnResource {
  /** `/` is the server itself. */
  readonly path: string
  readonly metadataPath: string
  readonly metadataUrl: string
  readonly document: ReadyDocument
}

type Needs = Pick<Core, 'issuer' | 'policy' | 'registry'>

/**
 * The resources at this server's own paths, with their metadata: the server itself, its administration, userinfo.
 *
 * @see RFC 9728 §2, §3
 */
export function ownResources(core: Needs): readonly OwnResource[] {
  const listed = listResources(core).filter(({ uri }) => URL.parse(uri)?.origin === core.issuer)
  const isServer = ({ uri }: Resource) => new URL(uri).pathname === '/'
  const server = listed.find(isServer) ?? { uri: core.issuer, name: new URL(core.issuer).host, scopes: [] }
  return [server, ...listed.filter((resource) => !isServer(resource))].map((resource) => {
    const { pathname } = new URL(resource.uri)
    const metadataPath = pathname === '/' ? WELL_KNOWN : `${WELL_KNOWN}${pathname}`
    const body = JSON.stringify(metadataOf(core, resource))
    const etag = `"${hash('sha256', body, 'base64url')}"`
    return { path: pathname, metadataPath, metadataUrl: `${core.issuer}${metadataPath}`, document: { body, etag } }
  })
}

function metadataOf({ issuer, registry }: Needs, { uri, name, scopes }: Resource): object {
  const offered = scopes.filter((scope) => !registry.scopes.get(scope)?.adminOnly)
  return {
    resource: uri,
    authorization_servers: [issuer],
    bearer_methods_supported: ['header'],
    ...(offered.length > 0 && { scopes_supported: offered }),
    ...(name !== uri && { resource_name: name }),
  }
}

/** Tells who lacks a good token where the metadata of the resource is (RFC 9728 §5.1). */
export function withResourceMetadata(answer: Answer, metadataUrl: string | undefined): Answer {
  const challenge = answer.headers['www-authenticate']
  if (metadataUrl === undefined || challenge === undefined || !/^(Bearer|DPoP) /.test(challenge)) return answer
  const pointing = `${challenge}, resource_metadata="${metadataUrl}"`
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': pointing } }
}
