import { publicApproval, type StoredApproval } from '../approvals/rows.ts'
import type { Registry } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { InvalidClient, NotFound } from '../errors/standard.ts'
import type {
  GrantContext,
  OperationContext,
  OwnEnrolment,
  PluginContext,
  RequestContext,
  SecretVerbs,
} from '../plugin/context.ts'
import type { Enrolment } from '../plugin/contributions.ts'
import type { RequestFacts } from '../plugin/request.ts'
import { UnsealError } from '../secrets/sealing.ts'
import { mintSecret, parseSecret } from '../secrets/secret-format.ts'
import { isGoodAtOneOf, resourcesOf } from '../tokens/access-token-claims.ts'
import type { ProvenKey } from '../tokens/proven-key.ts'
import { addAnswerHeader } from './answer-headers.ts'
import { appVerbs } from './app-verbs.ts'
import type { AuthenticatedApp } from './authenticate-app.ts'
import { checkRequestOf } from './check-authorization.ts'
import { checkEmail } from './check-profile.ts'
import { claimApproval } from './claim-approval.ts'
import { claimsOfUser } from './claims-of-user.ts'
import { countByNetwork } from './count-by-network.ts'
import { addUser, checkNewUsername } from './create-user.ts'
import { endAllSessions, endSessionById } from './end-session.ts'
import { enqueueMessage } from './enqueue-message.ts'
import { exchangeToken } from './exchange-token.ts'
import { findProfile } from './find-profile.ts'
import { isFresh } from './is-fresh.ts'
import { lookUpTyped } from './look-up-typed.ts'
import { mayPresent } from './may-present.ts'
import { openApproval, openAskedApproval } from './open-approval.ts'
import { openAuthorization } from './open-authorization.ts'
import { ownTables } from './own-tables.ts'
import { presentedSession } from './presented-session.ts'
import { refreshFamily } from './refresh-family.ts'
import { findResource, listResources } from './resources.ts'
import { runOperation } from './run-operation.ts'
import { narrowScopes } from './scopes.ts'
import { replaceEnrolment } from './set-password.ts'
import { signIn, verifyUser } from './sign-in.ts'
import { maySignUp, signUp } from './sign-up.ts'
import { startSession } from './start-session.ts'
import { subjectOf } from './subject-of.ts'
import { tokenVerbs } from './token-verbs.ts'
import { useOnce } from './use-once.ts'
import { writePluginEvent } from './write-plugin-event.ts'

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
    fetch: (url, options) => core.outgoing.fetch(url, options),
    fetchDocument: (url, options) => core.outgoing.fetchDocument(url, options),
    setting: (declaration, app) => core.settings.read(declaration, app),
    db: ownTables(core, core.database.db, pluginId),
    transaction: (work) => core.database.transaction((trx) => work(ownTables(core, trx, pluginId))),
    isDuplicateKey: (error) => core.database.dialect.isDuplicateKey(error),
    useOnce: (purpose, text, until) => useOnce(core, `plugin ${pluginId} ${purpose}`, text, until),
    approvals: {
      open: (input) => openApproval(core, input),
      findByCode: async (code) => seen(await core.approvals.byCode(code)),
      findByHandle: async (handle) => seen(await core.approvals.byHandle(handle)),
    },
    apps: appVerbs(core, pluginId),
    users: {
      find: (id) => core.users.byId(id),
      findByName: (username) => core.users.byName(username),
      profile: (userId) => findProfile(core, userId),
      claimScopes: new Map(core.registry.userClaims.flatMap(({ names, scope }) => names.map((name) => [name, scope]))),
      subject: (app, userId) => subjectOf(core, app, userId),
      claims: (userId, asked) => claimsOfUser(core, userId, asked),
      checkNewName: (username) => checkNewUsername(core, username),
      checkEmail,
      create: ({ createdBy, ...input }, enrol) =>
        addUser(core, input, { enrolment: enrol && ownEnrolment(core, pluginId, enrol), createdBy }),
      signInVersion: (userId) => core.users.signInVersionOf(userId),
      changeSignIn: (userId, enrol, guard) =>
        replaceEnrolment(core, { id: userId }, userId, ownEnrolment(core, pluginId, enrol), guard),
    },
    sessions: {
      current: async () => undefined,
      isFresh: (session) => isFresh(core, session),
      start: (userId, methods) => startSession(core, userId, methods),
      find: (sessionId) => core.sessions.byId(sessionId),
      end: (sessionId) => endSessionById(core, sessionId),
      endAll: (userId, options) => endAllSessions(core, userId, options),
    },
    tokens: tokenVerbs(core, pluginId),
    resources: {
      list: () => listResources(core),
      find: (uri) => findResource(core, uri),
      ofScopes: ({ dialect }, scopes) => resourcesOf(core, dialect, scopes),
      goodScopes: ({ dialect }, scopes, resources) =>
        scopes.filter((scope) => isGoodAtOneOf(core, dialect, scope, resources)),
    },
    secrets: {
      mint: (kind) => mintSecret(kind, core.now()),
      keyOf: (kind, plain) => parseSecret(kind, plain)?.key,
      ...ownSecrets(core, pluginId),
    },
    names: { derive: (purpose, text) => core.derivationKey.derive(`plugin ${pluginId} ${purpose}`, text) },
    audit: { write: (event, trx) => writePluginEvent(core, pluginId, event, trx) },
    outbox: { enqueue: (kind, payload, trx) => enqueueMessage(core, pluginId, { kind, payload }, trx) },
    operations: {
      exchangeToken: (request) => exchangeToken(core, request),
      authorize: (params, request) => openAuthorization(core, params, request),
      checkAuthorizeRequest: (app, params, request) => checkRequestOf(core, app, params, request),
      run: (mutation, call) => runOperation(core, findOperation(core, mutation), call),
      signIn: (signInId, params, request) => signIn(core, signInId, params, request),
      verifyUser: (signInId, params, request) => verifyUser(core, signInId, params, request),
      maySignUp: (signInId) => maySignUp(core, signInId),
      signUp: (signInId, params, request) => signUp(core, signInId, params, request),
    },
  })
}

/** @throws {NotFound} */
function findOperation({ registry }: Core, mutation: string): Registry['operations'][number] {
  const operation = registry.operations.find((candidate) => candidate.mutation === mutation)
  if (!operation) throw new NotFound()
  return operation
}

const seen = (approval: StoredApproval | undefined) => approval && publicApproval(approval)

/** A plugin's write in its own tables, as a part of a transaction of core. */
function ownEnrolment(core: Core, pluginId: string, enrol: OwnEnrolment): Enrolment {
  return (trx, userId) => enrol(ownTables(core, trx, pluginId), userId)
}

/** With keys of the plugin's own. */
function ownSecrets({ sealer }: Core, pluginId: string): Pick<SecretVerbs, 'digests' | 'seal' | 'unseal'> {
  const purpose = `plugin ${pluginId}`
  return {
    digests: (text) => sealer.digests(purpose, text),
    seal: (text, context) => sealer.seal(purpose, Buffer.from(text), context),
    unseal(sealed, context) {
      try {
        return sealer.unseal(purpose, sealed, context).toString()
      } catch (error) {
        if (error instanceof UnsealError) return undefined
        throw error
      }
    },
  }
}

/** A context that belongs to one request. */
export function requestContext(core: Core, pluginId: string, request: RequestFacts): RequestContext {
  const plugin = pluginContext(core, pluginId)
  return {
    ...plugin,
    request,
    approvals: { ...plugin.approvals, open: (input) => openAskedApproval(core, input, request) },
    sessions: {
      ...plugin.sessions,
      current: () => presentedSession(core, request),
      start: (userId, methods) => startSession(core, userId, methods, request),
    },
    audit: {
      write: (event, trx) => writePluginEvent(core, pluginId, { ...event, requestId: request.id }, trx),
    },
    async countByNetwork(limit) {
      const name = core.registry.limits.get(limit)
      if (name === undefined) throw new Error('Something is counted by a limit that no plugin of this server declares.')
      await countByNetwork(core, name, request)
    },
    addAnswerHeader: (name, value) => addAnswerHeader(request, name, value),
    mayPresent: (token) => mayPresent(core, token, request),
    lookUpTyped: ({ userId }, find) =>
      lookUpTyped(core, pluginId, { userId, address: request.address, requestId: request.id }, find),
  }
}

/** What a declared operation of a plugin is given. */
export function operationContext(
  core: Core,
  pluginId: string,
  request: RequestFacts,
  authenticated: AuthenticatedApp | undefined,
): OperationContext {
  const context = requestContext(core, pluginId, request)
  if (!authenticated) return withoutApp(context)
  const { app, method } = authenticated
  return {
    ...context,
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
  const context = requestContext(core, pluginId, request)
  const presenter = () => ({ app, arrivedAt: request.arrivedAt, address: request.address, requestId: request.id })
  return {
    ...context,
    app,
    clientAuthMethod: method,
    narrowScopes: (requested) => narrowScopes(app, requested),
    approvals: {
      ...context.approvals,
      claim: (input) => claimApproval(core, { ...presenter(), isAuthenticated: method !== 'none' }, input),
    },
    tokens: {
      ...context.tokens,
      refreshing: (input) => refreshFamily(core, { ...presenter(), provenKey, requestHash: requestHash() }, input),
    },
    confirmation: provenKey?.claims.cnf,
    redemption: (redeem, Lost) => ({
      redeem: (trx) => redeem(ownTables(core, trx, pluginId)),
      lost: () => new Lost(),
    }),
  }
}
