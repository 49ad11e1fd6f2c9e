import type { Core } from '../core.ts'
import { InvalidClient } from '../errors/standard.ts'
import { isSigningAlgorithm } from '../keys/algorithms.ts'
import type {
  GrantContext,
  OperationContext,
  OwnEnrolment,
  PluginContext,
  RequestContext,
  SessionVerbs,
} from '../plugin/context.ts'
import type { Enrolment } from '../plugin/contributions.ts'
import type { RequestFacts } from '../plugin/request.ts'
import { mintSecret, parseSecret } from '../secrets/secret-format.ts'
import type { ProvenKey } from '../tokens/proven-key.ts'
import { type AuthenticatedApp, authenticateApp } from './authenticate-app.ts'
import { claimApproval } from './claim-approval.ts'
import { addUser, checkNewUsername } from './create-user.ts'
import { endAllSessions } from './end-session.ts'
import { enqueueMessage } from './enqueue-message.ts'
import { exchangeToken } from './exchange-token.ts'
import { inspectToken } from './inspect-token.ts'
import { openApproval } from './open-approval.ts'
import { ownTables } from './own-tables.ts'
import { presentedSession } from './presented-session.ts'
import { refreshFamily } from './refresh-family.ts'
import { revokeToken } from './revoke-token.ts'
import { narrowScopes } from './scopes.ts'
import { replaceEnrolment } from './set-password.ts'
import { signIn, verifyUser } from './sign-in.ts'
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
    db: ownTables(core, core.database.db, pluginId),
    transaction: (work) => core.database.transaction((trx) => work(ownTables(core, trx, pluginId))),
    approvals: {
      open: (input) => openApproval(core, input),
      findByCode: (code) => core.approvals.byCode(code),
      findByHandle: (handle) => core.approvals.byHandle(handle),
    },
    apps: {
      find: async (clientId) => (await core.apps.byClientId(clientId))?.app,
      authenticate: async (credentials) => (await authenticateApp(core, credentials)).app,
    },
    users: {
      find: (id) => core.users.byId(id),
      findByName: (username) => core.users.byName(username),
      checkNewName: (username) => checkNewUsername(core, username),
      create: ({ createdBy, ...input }, enrol) =>
        addUser(core, input, { enrolment: enrol && ownEnrolment(core, pluginId, enrol), createdBy }),
      changeSignIn: (userId, enrol, { keptSessionId } = {}) =>
        replaceEnrolment(core, { id: userId }, userId, ownEnrolment(core, pluginId, enrol), keptSessionId),
    },
    sessions: {
      current: async () => undefined,
      start: (userId, methods) => startSession(core, userId, methods),
      end: (sessionId) => core.sessions.end(sessionId),
      endAll: (userId, options) => endAllSessions(core, userId, options),
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
    secrets: {
      mint: (kind) => mintSecret(kind, core.now()),
      keyOf: (kind, plain) => parseSecret(kind, plain)?.key,
    },
    outbox: { enqueue: (kind, payload, trx) => enqueueMessage(core, pluginId, { kind, payload }, trx) },
    operations: {
      exchangeToken: (request) => exchangeToken(core, request),
      signIn: (signInId, params, request) => signIn(core, signInId, params, request),
      verifyUser: (signInId, params, request) => verifyUser(core, signInId, params, request),
    },
  })
}

/** A plugin's write in its own tables, as a part of a transaction of core. */
function ownEnrolment(core: Core, pluginId: string, enrol: OwnEnrolment): Enrolment {
  return (trx, userId) => enrol(ownTables(core, trx, pluginId), userId)
}

function requestSessions(core: Core, plugin: PluginContext, request: RequestFacts): SessionVerbs {
  return {
    ...plugin.sessions,
    current: () => presentedSession(core, request),
    start: (userId, methods) => startSession(core, userId, methods, request),
  }
}

/** A context that belongs to one request. */
export function requestContext(core: Core, pluginId: string, request: RequestFacts): RequestContext {
  const plugin = pluginContext(core, pluginId)
  return {
    ...plugin,
    request,
    sessions: requestSessions(core, plugin, request),
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
    sessions: requestSessions(core, plugin, request),
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
  const presenter = () => ({ app, arrivedAt: request.arrivedAt, address: request.address, requestId: request.id })
  return {
    ...plugin,
    request,
    app,
    clientAuthMethod: method,
    narrowScopes: (requested) => narrowScopes(app, requested),
    sessions: requestSessions(core, plugin, request),
    approvals: {
      ...plugin.approvals,
      claim: (input) => claimApproval(core, { ...presenter(), isAuthenticated: method !== 'none' }, input),
    },
    tokens: {
      ...plugin.tokens,
      refreshing: (input) => refreshFamily(core, { ...presenter(), provenKey, requestHash: requestHash() }, input),
    },
    redemption: (redeem, Lost) => ({
      redeem: (trx) => redeem(ownTables(core, trx, pluginId)),
      lost: () => new Lost(),
    }),
  }
}
