import type { Core } from '../core.ts'
import { InvalidClient } from '../errors/standard.ts'
import { isSigningAlgorithm } from '../keys/algorithms.ts'
import type { GrantContext, OperationContext, PluginContext, RequestContext } from '../plugin/context.ts'
import type { RequestFacts } from '../plugin/request.ts'
import type { ProvenKey } from '../tokens/proven-key.ts'
import { type AuthenticatedApp, authenticateApp } from './authenticate-app.ts'
import { claimApproval } from './claim-approval.ts'
import { enqueueMessage } from './enqueue-message.ts'
import { exchangeToken } from './exchange-token.ts'
import { inspectToken } from './inspect-token.ts'
import { openApproval } from './open-approval.ts'
import { ownTables } from './own-tables.ts'
import { presentedSession } from './presented-session.ts'
import { refreshFamily } from './refresh-family.ts'
import { revokeToken } from './revoke-token.ts'
import { narrowScopes } from './scopes.ts'
import { signIn } from './sign-in.ts'
import { startSession } from './start-session.ts'

const contexts = new WeakMap<Core, Map<string, PluginContext>>()

/** What every function of a plugin is given. One a plugin and server; asked for on every request, made once. */
export function pluginContext(core: Core, pluginId: string): PluginContext {
  const ofCore = contexts.get(core) ?? new Map<string, PluginContext>()
  contexts.set(core, ofCore)
  const present = ofCore.get(pluginId)
  if (present) return present
  const made = createContext(core, pluginId)
  ofCore.set(pluginId, made)
  return made
}

function createContext(core: Core, pluginId: string): PluginContext {
  return Object.freeze<PluginContext>({
    issuer: core.issuer,
    now: core.now,
    log: core.log,
    url: (path) => new URL(path, core.issuer),
    setting: (declaration, app) => core.settings.read(declaration, app),
    db: ownTables(core.database.db, pluginId),
    transaction: (work) => core.database.transaction((trx) => work(ownTables(trx, pluginId))),
    approvals: {
      open: (input) => openApproval(core, input),
      findByCode: (code) => core.approvals.byCode(code),
      findByHandle: (handle) => core.approvals.byHandle(handle),
    },
    apps: {
      find: async (clientId) => (await core.apps.byClientId(clientId))?.app,
      authenticate: async (credentials) => (await authenticateApp(core, credentials)).app,
    },
    users: { find: (id) => core.users.byId(id), findByName: (username) => core.users.byName(username) },
    sessions: {
      current: async () => undefined,
      start: (userId, methods) => startSession(core, userId, methods),
      end: (sessionId) => core.sessions.end(sessionId),
    },
    tokens: {
      find: (token) => inspectToken(core, token),
      revoke: (token, by) => revokeToken(core, token, by),
      sign: (claims, { type, algorithm = core.policy.algorithm }) => {
        if (type === 'at+jwt') throw new Error('Access tokens are minted by core alone.')
        if (!isSigningAlgorithm(algorithm)) throw new Error(`There is no signing algorithm ${algorithm}.`)
        return core.keys.sign(claims, { algorithm, type })
      },
      verify: (jwt, { type }) => core.keys.verify(jwt, { type })?.claims,
    },
    outbox: { enqueue: (kind, payload, trx) => enqueueMessage(core, pluginId, { kind, payload }, trx) },
    operations: {
      exchangeToken: (request) => exchangeToken(core, request),
      signIn: (signInId, params, request) => signIn(core, signInId, params, request),
    },
  })
}

/** A context that belongs to one request. */
export function requestContext(core: Core, pluginId: string, request: RequestFacts): RequestContext {
  const plugin = pluginContext(core, pluginId)
  return {
    ...plugin,
    request,
    sessions: { ...plugin.sessions, current: () => presentedSession(core, request) },
  }
}

/** What a declared operation of a plugin is given. */
export function operationContext(
  core: Core,
  pluginId: string,
  request: RequestFacts,
  authenticated: AuthenticatedApp | undefined,
): OperationContext {
  if (!authenticated) return withoutApp(requestContext(core, pluginId, request))
  const { app, method } = authenticated
  const plugin = pluginContext(core, pluginId)
  return {
    ...plugin,
    request,
    sessions: { ...plugin.sessions, current: () => presentedSession(core, request) },
    app,
    clientAuthMethod: method,
    narrowScopes: (requested) => narrowScopes(app, requested),
  }
}

function withoutApp(context: RequestContext): OperationContext {
  const refuse = (): never => {
    throw new InvalidClient()
  }
  return {
    ...context,
    get app() {
      return refuse()
    },
    clientAuthMethod: 'none',
    narrowScopes: refuse,
  }
}

/** What `exchange` of a grant is given: the verbs that may use something up. */
export function grantContext(
  core: Core,
  pluginId: string,
  request: RequestFacts,
  { app, method }: AuthenticatedApp,
  provenKey: ProvenKey | undefined,
  requestHash: () => Buffer,
): GrantContext {
  const plugin = pluginContext(core, pluginId)
  const { arrivedAt, id: requestId } = request
  return {
    ...plugin,
    request,
    app,
    clientAuthMethod: method,
    narrowScopes: (requested) => narrowScopes(app, requested),
    sessions: { ...plugin.sessions, current: () => presentedSession(core, request) },
    approvals: {
      ...plugin.approvals,
      claim: (input) => claimApproval(core, { app, isAuthenticated: method !== 'none', arrivedAt, requestId }, input),
    },
    tokens: {
      ...plugin.tokens,
      refreshing: (input) => refreshFamily(core, { app, provenKey, arrivedAt, requestId, requestHash: requestHash() }, input),
    },
    redemption: (redeem, Lost) => ({
      redeem: (trx) => redeem(ownTables(trx, pluginId)),
      lost: () => new Lost(),
    }),
  }
}
