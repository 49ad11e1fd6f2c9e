import type { GraphQLSchema } from 'graphql'
import { BootError } from '../config/boot-error.ts'
import { Claims } from '../config/claims.ts'
import type { Config } from '../config/define-config.ts'
import type { Registry } from '../config/registry.ts'
import { requestContext } from '../operations/plugin-context.ts'
import type { Plugin } from '../plugin/define-plugin.ts'
import { type Builder, createBuilder } from './builder.ts'
import { claimingBuilder, type RootFieldKind } from './claiming-builder.ts'
import { coreOf, type EndpointName } from './context.ts'
import { mutationOf } from './declare-mutation.ts'
import { addErrorTypes } from './errors.ts'
import { addGrantMutations } from './grants.ts'
import type { SchemaParts } from './mutations.ts'
import { addOperationMutations } from './operations.ts'
import { addCoreTypes, type CoreRefs } from './refs.ts'
import { addAppMutations } from './types/app-mutations.ts'
import { addAppQueries } from './types/app-queries.ts'
import { addApprovalMutations, addApprovalQueries } from './types/approval.ts'
import { addApprovalDecided } from './types/approval-decided.ts'
import { addAuditEvents } from './types/audit-event.ts'
import { addConnectedAppMutations, addConnectedApps } from './types/connected-app.ts'
import { addGrants } from './types/grant.ts'
import { addProfile } from './types/profile.ts'
import { addSessionMutations, addUserSessions } from './types/session.ts'
import { addSettings } from './types/setting.ts'
import { addSigningKeys } from './types/signing-key.ts'
import { addUserMutations, addUserQueries } from './types/user.ts'

/** The schemas of the two endpoints. */
export type Schemas = Readonly<Record<EndpointName, GraphQLSchema>>

const CORE_QUERIES = [
  'node',
  'nodes',
  'viewer',
  'app',
  'apps',
  'approval',
  'grants',
  'scopes',
  'user',
  'users',
  'settings',
  'signingKeys',
  'auditEvents',
] as const

/**
 * Builds both schemas from one builder: core's nouns, what follows from declared grants and operations, and what plugins
 * add by hand. It needs no database.
 *
 * @throws {BootError} when two claim the same field, naming both, or when a plugin's part cannot be built
 */
export function createSchemas(registry: Registry, config: NonNullable<Config['graphql']> = {}): Schemas {
  const builder = createBuilder()
  const parts: SchemaParts = { builder, registry, errors: addErrorTypes(builder, registry) }
  const types = addCoreTypes(builder)
  const TokenSet = addGrantMutations(parts)
  const refs: CoreRefs = { ...types, Error: parts.errors.Error, TokenSet }
  addCoreFields(parts, refs)
  addOperationMutations(parts)
  addPlugins(parts, refs, config)
  return { public: build(builder, 'public'), admin: build(builder, 'admin') }
}

function addCoreFields(parts: SchemaParts, refs: CoreRefs): void {
  const { builder } = parts
  addUserQueries(parts, refs)
  addAppQueries(builder, refs)
  addApprovalQueries(builder, refs)
  addGrants(parts)
  addUserSessions(builder, refs)
  addProfile(parts, refs)
  addSessionMutations(parts)
  addConnectedApps(builder, refs)
  addConnectedAppMutations(parts)
  addAppMutations(parts, refs)
  addApprovalMutations(parts, refs)
  addApprovalDecided(builder, refs)
  addUserMutations(parts, refs)
  addSettings(parts, refs)
  addSigningKeys(parts)
  addAuditEvents(builder)
}

function addPlugins(parts: SchemaParts, refs: CoreRefs, { signIn = true }: NonNullable<Config['graphql']>): void {
  const { builder, registry } = parts
  const take = rootFieldClaims(registry)
  for (const plugin of registry.plugins) {
    const mutation = mutationOf(parts, plugin, (name) => take('mutation', name, plugin.id))
    named(plugin, () =>
      plugin.graphql?.({
        builder: claimingBuilder(builder, (kind, name) => take(kind, name, plugin.id)),
        refs,
        // A deployment may leave signing in to the pages: then nothing here gives a session.
        mutation: (name, options) =>
          (options.type as unknown) === refs.Session && !signIn ? undefined : mutation(name, options),
        context: (context) => requestContext(coreOf(context), plugin.id, context.facts) as never,
      }),
    )
  }
}

const takenBefore = new WeakMap<Registry, Map<string, string>>()

/** Whoever takes a root field of a schema. A registry remembers its mutations, so a second schema of it is let through. */
function rootFieldClaims(registry: Registry) {
  const claims = new Claims()
  for (const name of CORE_QUERIES) claims.take('query', name, 'core')
  claims.take('subscription', 'approvalDecided', 'core')
  const before = takenBefore.get(registry) ?? new Map<string, string>()
  const now = new Map<string, string>()
  takenBefore.set(registry, now)
  return (kind: RootFieldKind, name: string, pluginId: string): void => {
    if (kind !== 'mutation') {
      claims.take(kind, name, pluginId)
      return
    }
    if (now.has(name) || before.get(name) !== pluginId) registry.claimMutation(name, pluginId)
    now.set(name, pluginId)
  }
}

/** Says whose part of the schema it was that could not be built. */
function named(plugin: Pick<Plugin, 'id'>, work: () => void): void {
  try {
    work()
  } catch (cause) {
    if (cause instanceof BootError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BootError(`The GraphQL part of the plugin "${plugin.id}" cannot be built: ${reason}`, { cause })
  }
}

function build(builder: Builder, endpoint: EndpointName): GraphQLSchema {
  try {
    return builder.toSchema({ subGraph: endpoint, sortSchema: true })
  } catch (cause) {
    if (cause instanceof BootError) throw cause
    throw new BootError(
      `The GraphQL schema cannot be built: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
}
