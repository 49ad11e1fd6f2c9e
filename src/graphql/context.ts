import type { Core } from '../core.ts'
import type { Actor } from '../operations/actor.ts'
import type { SignedIn } from '../operations/presented-session.ts'
import type { PresentedCredentials, RequestFacts } from '../plugin/request.ts'

/** The two GraphQL endpoints: self-service, and administration. */
export type EndpointName = 'public' | 'admin'

/** Who sent the request: a user's session, or at the admin endpoint an access token with the admin scope. */
export interface Identity {
  readonly viewer: SignedIn | undefined
  /** In whose name operations run; undefined for nobody. */
  readonly actor: Actor | undefined
}

const CORE = Symbol('core')

/** What every resolver is given. Core itself is not in reach of the fields of a plugin: see the door's `context`. */
export interface GraphQLContext {
  readonly [CORE]: Core
  readonly endpoint: EndpointName
  readonly facts: RequestFacts
  /** App authentication by the `Authorization: Basic` header. It is never a session. */
  readonly credentials: PresentedCredentials
  /** The browser page that sent the request, if one did, is on the list of those that may read the answer. */
  readonly isListedOrigin: boolean
  /** Looked up the first time that somebody asks: most requests of apps never do. */
  identity(): Identity | Promise<Identity>
  /** What {@link identity} answered, where it did already. */
  readonly known: { identity?: Identity }
  /** Approvals whose code or handle this request has shown, by id. */
  readonly heldApprovals: Set<string>
  /** Users that this request has just signed in as, by id. */
  readonly provenUsers: Set<string>
  /** The body of the request, read and checked. */
  readonly body: GraphQLBody
}

/** The body of a GraphQL request. */
export interface GraphQLBody {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>> | undefined
  readonly operationName: string | undefined
}

/** Core, for core's own resolvers. */
export const coreOf = (context: GraphQLContext): Core => context[CORE]

/** Nobody: what an anonymous request is. */
export const NOBODY: Identity = { viewer: undefined, actor: undefined }

export interface ContextInput {
  readonly core: Core
  readonly endpoint: EndpointName
  readonly facts: RequestFacts
  readonly isListedOrigin: boolean
  readonly body: GraphQLBody
  /** Who it is, where the endpoint had to know already. */
  readonly identity: Identity | undefined
  /** Finds out who it is. */
  readonly identify: () => Promise<Identity>
}

/** Makes the context of one request. */
export function createContext(input: ContextInput): GraphQLContext {
  const { core, endpoint, facts, isListedOrigin, body } = input
  const known: { identity?: Identity } = input.identity ? { identity: input.identity } : {}
  let pending: Promise<Identity> | undefined
  return {
    [CORE]: core,
    endpoint,
    facts,
    isListedOrigin,
    body,
    known,
    credentials: basicCredentials(facts.headers),
    identity() {
      if (known.identity) return known.identity
      pending ??= input.identify().then((identity) => {
        known.identity = identity
        return identity
      })
      return pending
    },
    heldApprovals: new Set(),
    provenUsers: new Set(),
  }
}

const NO_CREDENTIALS: PresentedCredentials = {}

function basicCredentials(headers: Headers): PresentedCredentials {
  const basic = /^Basic +(\S+) *$/i.exec(headers.get('authorization') ?? '')?.[1]
  return basic === undefined ? NO_CREDENTIALS : { basic }
}
