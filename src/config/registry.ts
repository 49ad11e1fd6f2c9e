import type { AnyErrorClass } from '../errors/oauth-error.ts'
import * as standardErrors from '../errors/standard.ts'
import { LONGEST_WINDOW_SECONDS, type PluginLimitName } from '../limits/guess-limits.ts'
import type * as contributions from '../plugin/contributions.ts'
import type { Grant } from '../plugin/define-grant.ts'
import type { PluginOperation } from '../plugin/define-operation.ts'
import type { MetadataContext, Plugin } from '../plugin/define-plugin.ts'
import type { Dialect } from '../plugin/dialect.ts'
import type { NetworkLimit } from '../plugin/limit.ts'
import type { Param } from '../plugin/param.ts'
import type { Setting } from '../plugin/setting.ts'
import { snakeCase, wireName } from '../plugin/wire-name.ts'
import { BootError } from './boot-error.ts'
import { Claims, clash } from './claims.ts'
import { collectResources } from './collect-resources.ts'
import {
  CORE_AUTHORIZE_PARAMS,
  CORE_METADATA,
  CORE_MUTATIONS,
  CORE_ROUTES,
  CORE_SCOPES,
  CORE_TABLES,
  CORE_TOKEN_PARAMS,
  CORE_USER_CLAIMS,
} from './core-claims.ts'
import { coreSettings } from './core-settings.ts'
import { RoutePatterns } from './route-patterns.ts'

/** Which members a plugin brings does not depend on it, so any will do to learn their names. */
const ANY_METADATA_CONTEXT: MetadataContext = {
  issuer: 'https://x.example',
  url: (path) => new URL(path, 'https://x.example'),
  signingAlgorithms: [],
  signInMethods: [],
  userClaims: [],
}

/** A contribution with the plugin that brought it. */
export type Owned<T> = T & { readonly pluginId: string }

/** What the plugins of one server add up to. Read-only from the boot on. */
export interface Registry {
  readonly plugins: readonly Plugin[]
  readonly grants: ReadonlyMap<string, Owned<Grant>>
  readonly operations: readonly Owned<PluginOperation>[]
  readonly responseTypes: ReadonlyMap<string, Owned<contributions.ResponseType>>
  readonly responseModes: ReadonlyMap<string, Owned<contributions.ResponseMode>>
  readonly tokenParams: readonly Owned<contributions.TokenParams>[]
  readonly authorizeParams: readonly Owned<contributions.AuthorizeParams>[]
  readonly requestSources: readonly Owned<contributions.RequestSource>[]
  readonly clientAuth: readonly Owned<contributions.ClientAuthMethod>[]
  readonly appResolvers: readonly Owned<contributions.AppResolver>[]
  readonly senderConstraints: readonly Owned<contributions.SenderConstraint>[]
  readonly signIns: readonly Owned<contributions.SignIn>[]
  readonly approvals: ReadonlyMap<string, Owned<contributions.ApprovalPresentation>>
  /** Those of the standard: of core, of the configuration and of plugins that are no dialect. */
  readonly scopes: ReadonlyMap<string, contributions.ScopeDeclaration>
  /** By their URIs, paths of this server as they are declared. */
  readonly resources: ReadonlyMap<string, contributions.ResourceDeclaration>
  readonly claims: readonly Owned<contributions.ClaimSource>[]
  readonly userClaims: readonly Owned<contributions.UserClaims>[]
  readonly subjects: Owned<contributions.SubjectSource> | undefined
  readonly tokenCompanions: readonly Owned<contributions.TokenCompanion>[]
  readonly endpoints: readonly Owned<contributions.Endpoint>[]
  readonly pages: readonly Owned<contributions.Page>[]
  readonly accountLinks: readonly Owned<contributions.PageLink>[]
  readonly signInLinks: readonly Owned<contributions.PageLink>[]
  readonly dialects: ReadonlyMap<string, Owned<Dialect>>
  /** The scopes that each dialect has for its own apps, by its id. A name may stand for something else elsewhere. */
  readonly dialectScopes: ReadonlyMap<string, ReadonlyMap<string, contributions.ScopeDeclaration>>
  /** A scope as an app of this dialect has it: the dialect's own, else that of the standard. */
  findScope(name: string, dialect: string | undefined): contributions.ScopeDeclaration | undefined
  readonly jobs: readonly Owned<contributions.Job>[]
  readonly outbox: ReadonlyMap<string, Owned<contributions.OutboxDelivery>>
  readonly observers: readonly Owned<contributions.Observers>[]
  /** The name under which a setting is stored: `<plugin id>.<name>`. */
  readonly settings: ReadonlyMap<Setting, string>
  /** The name by which a configuration changes a limit. */
  readonly limits: ReadonlyMap<NetworkLimit, PluginLimitName>
  readonly errors: ReadonlyMap<string, AnyErrorClass>
  /** Takes a GraphQL mutation that a plugin adds by hand. @throws {BootError} when somebody else has it */
  claimMutation(name: string, owner: string): void
}

/**
 * Collects what the plugins contribute and refuses whatever two of them claim.
 *
 * @throws {BootError} with a sentence that names the two
 */
export function createRegistry(
  plugins: readonly Plugin[],
  scopes: readonly contributions.ScopeDeclaration[],
  resources: readonly contributions.ResourceDeclaration[] = [],
): Registry {
  const claims = new Claims()
  const routes = new RoutePatterns()
  for (const name of CORE_MUTATIONS) claims.take('mutation', name, 'core')
  for (const name of CORE_TABLES) claims.take('table', name, 'core')
  for (const name of CORE_METADATA) claims.take('metadata member', name, 'core')
  for (const { method, path } of CORE_ROUTES) routes.take(method, path, 'core')

  const each = <T extends object>(pick: (plugin: Plugin) => readonly T[] | undefined): Owned<T>[] =>
    plugins.flatMap((plugin) =>
      (pick(plugin) ?? []).map((item) => Object.assign(Object.create(item), { pluginId: plugin.id })),
    )
  const keyed = <T extends { readonly pluginId: string }>(
    kind: string,
    items: readonly T[],
    name: (item: T) => string,
  ) => {
    for (const item of items) claims.take(kind, name(item), item.pluginId)
    return new Map(items.map((item) => [name(item), item]))
  }

  // It would have its settings among core's.
  claims.take('plugin id', 'core', 'core')
  for (const plugin of plugins) {
    checkId(plugin)
    claims.take('plugin id', plugin.id, plugin.id)
    for (const table of plugin.tables ?? []) {
      claims.take('table', table, plugin.id)
      checkTable(plugin, table)
    }
    for (const member of Object.keys(plugin.metadata?.(ANY_METADATA_CONTEXT) ?? {})) {
      claims.take('metadata member', member, plugin.id)
    }
  }

  const grants = keyed(
    'grant type',
    each((plugin) => plugin.grants),
    (grant) => grant.grantType,
  )
  const operations = each((plugin) => plugin.operations)
  const endpoints = each((plugin) => plugin.endpoints)
  const pages = each((plugin) => plugin.pages)
  for (const grant of grants.values()) claims.take('mutation', grant.mutation, grant.pluginId)
  for (const operation of operations) {
    if (operation.mutation) claims.take('mutation', operation.mutation, operation.pluginId)
    if (operation.path) routes.take('POST', operation.path, operation.pluginId)
    if (operation.metadata) claims.take('metadata member', operation.metadata, operation.pluginId)
  }
  for (const route of [...endpoints, ...pages]) routes.take(route.method, route.path, route.pluginId)
  for (const { id, metadataNames } of plugins)
    for (const name of metadataNames ?? []) routes.take('GET', `/.well-known/${name}`, id)
  for (const { metadata, pluginId } of endpoints) if (metadata) claims.take('metadata member', metadata, pluginId)

  const tokenParams = each((plugin) => plugin.tokenParams)
  for (const name of CORE_TOKEN_PARAMS) claims.take('token parameter', name, 'core')
  for (const added of tokenParams) {
    for (const [name, declaration] of Object.entries(added.params)) {
      claims.take('token parameter', wireName(name, declaration), added.pluginId)
      for (const grant of grants.values()) {
        const taken = Object.entries(grant.params).some(
          ([other, param]) => wireName(other, param) === wireName(name, declaration),
        )
        if (taken) throw clash('token parameter', wireName(name, declaration), grant.pluginId, added.pluginId)
      }
    }
  }

  const authorizeParams = each((plugin) => plugin.authorizeParams)
  keyed('set of authorize parameters', authorizeParams, ({ id }) => id)
  for (const name of CORE_AUTHORIZE_PARAMS) claims.take('authorize parameter', name, 'core')
  for (const { params, pluginId } of authorizeParams) {
    for (const [name, declaration] of Object.entries(params) as [string, Param][])
      claims.take('authorize parameter', wireName(name, declaration), pluginId)
  }
  const userClaims = each((plugin) => plugin.userClaims)
  for (const name of CORE_USER_CLAIMS) claims.take('user claim', name, 'core')
  for (const { names, pluginId } of userClaims) for (const name of names) claims.take('user claim', name, pluginId)
  const subjects = each((plugin) => (plugin.subjects ? [plugin.subjects] : []))
  for (const { pluginId } of subjects) claims.take('source of the claim', 'sub', pluginId)

  const claimSources = each((plugin) => plugin.claims)
  for (const source of claimSources) for (const name of source.names) claims.take('claim', name, source.pluginId)
  const tokenCompanions = each((plugin) => plugin.tokenCompanions)
  keyed('token companion', tokenCompanions, (companion) => companion.field)
  const signIns = each((plugin) => plugin.signIns)
  keyed('sign-in', signIns, (signIn) => signIn.id)
  const clientAuth = each((plugin) => plugin.clientAuth)
  keyed('client authentication method', clientAuth, (method) => method.method)
  // Methods of one plugin may read the same parameters.
  for (const [pluginId, methods] of Map.groupBy(clientAuth, (method) => method.pluginId)) {
    for (const name of wireNamesOf(methods)) claims.take('token parameter', name, pluginId)
  }
  const senderConstraints = each((plugin) => plugin.senderConstraints)
  keyed('sender constraint', senderConstraints, (constraint) => constraint.id)
  const standardScopes = collectScopes(claims, plugins, scopes)
  const allResources = collectResources(claims, plugins, resources, standardScopes)
  const dialectScopes = collectDialectScopes(claims, plugins)
  const jobs = each((plugin) => plugin.jobs)
  keyed('job', jobs, (job) => `${job.pluginId}/${job.id}`)

  return {
    plugins,
    grants,
    operations,
    endpoints,
    pages,
    accountLinks: each((plugin) => plugin.accountLinks),
    signInLinks: each((plugin) => plugin.signInLinks),
    tokenParams,
    authorizeParams,
    userClaims,
    subjects: subjects[0],
    tokenCompanions,
    signIns,
    clientAuth,
    senderConstraints,
    jobs,
    claims: claimSources,
    responseTypes: keyed(
      'response type',
      each((plugin) => plugin.responseTypes),
      (type) => type.responseType,
    ),
    responseModes: keyed(
      'response mode',
      each((plugin) => plugin.responseModes),
      (mode) => mode.mode,
    ),
    requestSources: each((plugin) => plugin.requestSources),
    appResolvers: each((plugin) => plugin.appResolvers),
    approvals: keyed(
      'approval presentation',
      each((plugin) => plugin.approvals),
      (presentation) => presentation.grantType,
    ),
    dialects: keyed(
      'dialect',
      each((plugin) => (plugin.dialect ? [plugin.dialect] : [])),
      (dialect) => dialect.id,
    ),
    outbox: keyed(
      'outbox kind',
      each((plugin) => plugin.outbox),
      (delivery) => delivery.kind,
    ),
    observers: each((plugin) => (plugin.on ? [plugin.on] : [])),
    scopes: standardScopes,
    resources: allResources,
    dialectScopes,
    findScope: (name, dialect) =>
      (dialect === undefined ? undefined : dialectScopes.get(dialect)?.get(name)) ?? standardScopes.get(name),
    settings: collectSettings(plugins),
    limits: collectLimits(plugins),
    errors: collectErrors(plugins),
    claimMutation: (name, owner) => claims.take('mutation', name, owner),
  }
}

const wireNamesOf = (methods: readonly contributions.ClientAuthMethod[]): ReadonlySet<string> =>
  new Set(methods.flatMap(({ params = {} }) => Object.entries(params).map(([name, param]) => wireName(name, param))))

function checkId(plugin: Plugin): void {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(plugin.id)) {
    throw new BootError(`A plugin's id is kebab-case, but one of them is "${plugin.id}".`)
  }
}

function checkTable(plugin: Plugin, table: string): void {
  const prefix = snakeCase(plugin.id)
  if (table === prefix || table.startsWith(`${prefix}_`)) return
  throw new BootError(
    `The plugin "${plugin.id}" has the table "${table}", but its tables must begin with "${prefix}_".`,
  )
}

function collectScopes(
  claims: Claims,
  plugins: readonly Plugin[],
  configured: readonly contributions.ScopeDeclaration[],
): Map<string, contributions.ScopeDeclaration> {
  const scopes = new Map<string, contributions.ScopeDeclaration>()
  const take = (scope: contributions.ScopeDeclaration, owner: string) => {
    claims.take('scope', scope.name, owner)
    scopes.set(scope.name, scope)
  }
  for (const scope of CORE_SCOPES) take(scope, 'core')
  for (const scope of configured) take(scope, 'configuration')
  for (const { id, dialect, scopes: own = [] } of plugins) if (!dialect) for (const scope of own) take(scope, id)
  return scopes
}

function collectDialectScopes(
  claims: Claims,
  plugins: readonly Plugin[],
): Map<string, ReadonlyMap<string, contributions.ScopeDeclaration>> {
  const entries = plugins.flatMap(({ id, dialect, scopes = [] }) => {
    if (!dialect) return []
    for (const { name } of scopes) claims.take(`scope of the dialect ${dialect.id}`, name, id)
    return [[dialect.id, new Map(scopes.map((scope) => [scope.name, scope]))] as const]
  })
  return new Map(entries)
}

function collectSettings(plugins: readonly Plugin[]): Map<Setting, string> {
  const entries = [{ id: 'core', settings: coreSettings }, ...plugins].flatMap(({ id, settings = {} }) =>
    Object.entries<Setting>(settings).map(([name, setting]) => [setting, `${id}.${name}`] as const),
  )
  return new Map(entries)
}

function collectLimits(plugins: readonly Plugin[]): Map<NetworkLimit, PluginLimitName> {
  const entries = plugins.flatMap((plugin) =>
    Object.entries(plugin.limits ?? {}).map(([name, limit]) => [limit, `${plugin.id}.${name}` as const] as const),
  )
  for (const [{ windowSeconds }, name] of entries) {
    if (windowSeconds <= LONGEST_WINDOW_SECONDS) continue
    throw new BootError(`The limit "${name}" makes people wait for more than ${LONGEST_WINDOW_SECONDS} seconds.`)
  }
  return new Map(entries)
}

/** The same code declared alike is the same error, so that a plugin may bring its own copy of a standard one. */
function collectErrors(plugins: readonly Plugin[]): Map<string, AnyErrorClass> {
  const errors = new Map<string, AnyErrorClass>()
  const owners = new Map<string, string>()
  const take = (error: AnyErrorClass, owner: string) => {
    const { code } = error.declaration
    const present = errors.get(code)
    if (present && JSON.stringify(present.declaration) !== JSON.stringify(error.declaration)) {
      throw clash('error code', code, owners.get(code) ?? 'core', owner)
    }
    if (!present) errors.set(code, error)
    if (!present) owners.set(code, owner)
  }
  for (const error of Object.values(standardErrors)) if ('declaration' in error) take(error, 'core')
  for (const plugin of plugins) {
    const declared = [
      ...(plugin.errors ?? []),
      ...(plugin.authorizeParams ?? []).flatMap((added) => added.errors ?? []),
      ...(plugin.grants ?? []).flatMap((grant) => grant.errors),
      ...(plugin.operations ?? []).flatMap((operation) => operation.errors),
    ]
    for (const error of declared) take(error, plugin.id)
  }
  return errors
}
