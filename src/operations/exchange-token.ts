import type { App } from '../apps/app.ts'
import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { OAuthError } from '../errors/oauth-error.ts'
import { InvalidGrant, InvalidRequest, UnauthorizedClient, UnsupportedGrantType } from '../errors/standard.ts'
import type { TokenRequest, TokenSet } from '../plugin/context.ts'
import type { Grant } from '../plugin/define-grant.ts'
import type { Issuance } from '../plugin/issuance.ts'
import type { Param } from '../plugin/param.ts'
import { wireName } from '../plugin/wire-name.ts'
import { hashSecret } from '../secrets/hash-secret.ts'
import type { ProvenKey } from '../tokens/proven-key.ts'
import { applyTokenParams } from './apply-token-params.ts'
import { type AuthenticatedApp, authenticateApp } from './authenticate-app.ts'
import { constrainSender } from './constrain-sender.ts'
import { mintTokens } from './mint-tokens.ts'
import { noteUnprovedReplay } from './note-replay.ts'
import { observe } from './observe.ts'
import { parseParams } from './parse-params.ts'
import { grantContext } from './plugin-context.ts'
import { takesAdmin } from './scopes.ts'
import { withDeadline } from './with-deadline.ts'

/**
 * Exchanges a grant for tokens: the token endpoint and every token mutation are this.
 *
 * @throws {InvalidRequest} {InvalidClient} {UnauthorizedClient} {InvalidScope} {UnsupportedGrantType} {TooManyAttempts} and
 * what the grant declares
 * @see RFC 6749 §3.2, §5
 */
export async function exchangeToken(core: Core, token: TokenRequest): Promise<TokenSet> {
  const grant = findGrant(core, token.grantType)
  const authenticated = await authenticate(core, grant, token)
  const { app } = authenticated
  if (!app.grants.includes(grant.grantType)) throw new UnauthorizedClient()
  if (grant.clientAuth === 'required' && authenticated.method === 'none') throw new UnauthorizedClient()

  const params = parseParams(grant.params, token.params)
  const provenKey =
    core.registry.senderConstraints.length === 0 ? undefined : await constrainSender(core, token.request, { app })
  const ctx = grantContext(core, grant.pluginId, token.request, authenticated, provenKey, () =>
    hashRequest(core, params, token, provenKey),
  )
  const decided = await withDeadline(grant.exchange(ctx, params), `the grant ${grant.grantType}`)
  if ('repeated' in decided) return decided.repeated
  const asked = await applyTokenParams(core, token, authenticated, provenKey, decided)
  const issuance = shorten(await keepRightful(core, app, asked), token)

  const contextOf = (pluginId: string) =>
    pluginId === grant.pluginId ? ctx : grantContext(core, pluginId, token.request, authenticated, provenKey, noHash)
  const tokens = await mintTokens(core, contextOf, {
    app,
    grantType: grant.grantType,
    issuance,
    provenKey,
    requestId: token.request.id,
  })
  const userId = 'userId' in issuance.subject ? issuance.subject.userId : undefined
  observe(core, 'tokenIssued', { appId: app.id, userId, grantType: grant.grantType })
  return tokens
}

function findGrant(core: Pick<Core, 'registry'>, grantType: string): Owned<Grant> {
  if (grantType === '')
    throw new InvalidRequest({ message: 'The parameter grant_type is missing.', about: 'grant_type' })
  const grant = core.registry.grants.get(grantType)
  if (!grant) throw new UnsupportedGrantType()
  return grant
}

/** How somebody fails to prove which app they are. */
const NOT_PROVED = ['invalid_client', 'too_many_attempts']

async function authenticate(core: Core, grant: Owned<Grant>, token: TokenRequest): Promise<AuthenticatedApp> {
  try {
    return await authenticateApp(core, token.credentials, token.request.id, token)
  } catch (error) {
    if (error instanceof OAuthError && NOT_PROVED.includes(error.code)) await watchCodes(core, grant, token)
    throw error
  }
}

/** A used code in the hands of somebody who does not even get past the app's authentication has leaked. */
async function watchCodes(core: Core, grant: Owned<Grant>, { params, request }: TokenRequest): Promise<void> {
  for (const [name, declaration] of Object.entries(grant.params) as [string, Param][]) {
    const code = declaration.kind === 'approvalCode' ? params.all(wireName(name, declaration))[0] : undefined
    if (typeof code !== 'string') continue
    await noteUnprovedReplay(core, code, { arrivedAt: request.arrivedAt, requestId: request.id })
  }
}

/**
 * Takes out what the app or the user has lost the right to since it was approved: a scope that was withdrawn from the app,
 * one for admins where the user is none any more.
 */
async function keepRightful(core: Pick<Core, 'registry' | 'users'>, app: App, issuance: Issuance): Promise<Issuance> {
  if (!('userId' in issuance.subject)) return withoutPersons(core, app, issuance)
  const user = await core.users.byId(issuance.subject.userId)
  if (!user || user.disabledAt) throw new InvalidGrant()
  const isAdmin = user.role === 'admin'
  const isRightful = (scope: string) => app.scopes.includes(scope) && (isAdmin || !takesAdmin(core, app, scope))
  return issuance.scopes.every(isRightful) ? issuance : { ...issuance, scopes: issuance.scopes.filter(isRightful) }
}

/** Takes out what is about a person, where there is none: an app that asks for all that it has need not know. */
function withoutPersons({ registry }: Pick<Core, 'registry'>, app: App, issuance: Issuance): Issuance {
  const isOfApps = (scope: string) => !registry.findScope(scope, app.dialect)?.forUsers
  return issuance.scopes.every(isOfApps) ? issuance : { ...issuance, scopes: issuance.scopes.filter(isOfApps) }
}

function shorten(issuance: Issuance, { expiresInSeconds }: TokenRequest): Issuance {
  if (expiresInSeconds === undefined) return issuance
  return { ...issuance, expiresInSeconds: Math.min(issuance.expiresInSeconds ?? Infinity, expiresInSeconds) }
}

const noHash = (): Buffer => Buffer.alloc(0)

/** What was asked for, in one form however it was written: the order of parameters and of scopes does not matter. */
function hashRequest(
  core: Pick<Core, 'registry'>,
  params: Readonly<Record<string, unknown>>,
  token: TokenRequest,
  provenKey: ProvenKey | undefined,
): Buffer {
  const added = core.registry.tokenParams.map(({ params: declared }) => parseParams(declared, token.params))
  const entries = Object.entries(Object.assign({}, params, ...added))
    .map(([name, value]) => [name, Array.isArray(value) ? [...value].sort() : value] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  return hashSecret(JSON.stringify([entries, provenKey?.boundKey ?? null]))
}
