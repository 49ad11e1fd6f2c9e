import type { AnyErrorClass } from '../errors/oauth-error.ts'
import type {
  AppResolver,
  ApprovalPresentation,
  AuthorizeParams,
  ClaimSource,
  ClientAuthMethod,
  Endpoint,
  Job,
  Observers,
  OutboxDelivery,
  Page,
  PageLink,
  PluginMigration,
  RequestSource,
  ResourceDeclaration,
  ResponseMode,
  ResponseType,
  ScopeDeclaration,
  SenderConstraint,
  SignIn,
  SubjectSource,
  TokenCompanion,
  TokenParams,
  UserClaims,
} from './contributions.ts'
import type { Grant } from './define-grant.ts'
import type { PluginOperation } from './define-operation.ts'
import type { Dialect } from './dialect.ts'
import type { GraphQLDoor } from './graphql-door.ts'
import type { NetworkLimits } from './limit.ts'
import type { Params } from './param.ts'
import type { Settings } from './setting.ts'

/**
 * A plugin: a table of contents of what it adds. Contributions are disjoint: a grant type, mutation, path, table, scope,
 * error code or metadata member that somebody else has already stops the boot, with a sentence that names both.
 */
export interface PluginDefinition<Tables = unknown> {
  /** kebab-case; in snake_case also the prefix of its tables. */
  readonly id: string
  /** The versions of GrantQL that it works with, as a semver range. */
  readonly requires?: string
  readonly settings?: Settings
  /** How often a network may do what needs no proof. */
  readonly limits?: NetworkLimits
  /** Its tables by name; each begins with the plugin's id in snake_case. */
  readonly tables?: readonly (keyof Tables & string)[]
  /** By local name, run in the order of the names. They never touch a table of core or of another plugin. */
  readonly migrations?: Readonly<Record<string, PluginMigration>>

  readonly grants?: readonly Grant[]
  readonly operations?: readonly PluginOperation[]
  readonly responseTypes?: readonly ResponseType<Tables>[]
  readonly responseModes?: readonly ResponseMode[]
  readonly tokenParams?: readonly TokenParams<Params, Tables>[]
  // biome-ignore lint/suspicious/noExplicitAny: what each remembers is its own
  readonly authorizeParams?: readonly AuthorizeParams<any, Tables, any>[]
  readonly requestSources?: readonly RequestSource<Tables>[]

  readonly clientAuth?: readonly ClientAuthMethod<Tables>[]
  readonly appResolvers?: readonly AppResolver<Tables>[]
  readonly senderConstraints?: readonly SenderConstraint<Tables>[]
  readonly signIns?: readonly SignIn<Params, Tables>[]
  readonly approvals?: readonly ApprovalPresentation<Tables>[]

  readonly scopes?: readonly ScopeDeclaration[]
  /** APIs that tokens can be for, those of this server among them. */
  readonly resources?: readonly ResourceDeclaration[]
  readonly claims?: readonly ClaimSource<Tables>[]
  readonly userClaims?: readonly UserClaims<Tables>[]
  readonly subjects?: SubjectSource<Tables>
  /** Members of the metadata document (RFC 8414). Which ones they are must not depend on the context. */
  readonly metadata?: (ctx: MetadataContext) => Readonly<Record<string, unknown>>
  /** Further names under `/.well-known/` at which the same document is to be found: `openid-configuration`. */
  readonly metadataNames?: readonly string[]
  readonly tokenCompanions?: readonly TokenCompanion<Tables>[]

  readonly endpoints?: readonly Endpoint<Tables>[]
  readonly pages?: readonly Page<Tables>[]
  /** On the page of one's account: change the password. */
  readonly accountLinks?: readonly PageLink<Tables>[]
  /** Under the forms of the sign-in page: create an account. */
  readonly signInLinks?: readonly PageLink<Tables>[]
  readonly dialect?: Dialect<Tables>
  /** Errors that endpoints, pages and dialects of the plugin may answer with; those of grants and operations count already. */
  readonly errors?: readonly AnyErrorClass[]
  readonly graphql?: (door: GraphQLDoor) => void

  readonly jobs?: readonly Job<Tables>[]
  readonly outbox?: readonly OutboxDelivery<Tables>[]
  readonly on?: Observers
}

/** What members of the metadata document may depend on. */
export interface MetadataContext {
  readonly issuer: string
  /** An absolute URL of this server. */
  url(path: string): URL
  /** The algorithms that this server signs with. */
  readonly signingAlgorithms: readonly string[]
  /** The methods of each of this server's sign-ins, as far as they are declared (RFC 8176). */
  readonly signInMethods: readonly (readonly string[])[]
  /** The names of all that plugins tell about users. */
  readonly userClaims: readonly string[]
}

/** A plugin as the registry knows it. */
export type Plugin = PluginDefinition

/**
 * Declares a plugin. The first call fixes the types of its own tables, the second takes the declaration.
 *
 * @example
 * export const audience = () => definePlugin()({ id: 'audience', tokenParams: [resource] })
 */
export function definePlugin<Tables = unknown>() {
  return (definition: PluginDefinition<Tables>): PluginDefinition =>
    Object.freeze({ ...definition }) as unknown as PluginDefinition
}
