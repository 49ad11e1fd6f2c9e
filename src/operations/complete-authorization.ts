import { publicApproval, type StoredApproval } from '../approvals/rows.ts'
import type { App } from '../apps/app.ts'
import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { AccessDenied, ServerError } from '../errors/standard.ts'
import type { AuthorizationAnswer } from '../plugin/context.ts'
import type { PersonsDecision, ResponseType } from '../plugin/contributions.ts'
import { objectParams } from '../plugin/raw-params.ts'
import type { RequestFacts } from '../plugin/request.ts'
import { mintSecret } from '../secrets/secret-format.ts'
import { applyTokenParams } from './apply-token-params.ts'
import { type AuthorizationTarget, answerTo, errorMembers } from './authorization-answer.ts'
import { claimApproval } from './claim-approval.ts'
import { approve, type Decider, deny } from './decide-approval.ts'
import { mintTokens } from './mint-tokens.ts'
import { grantContext, pluginContext, requestContext } from './plugin-context.ts'
import { withDeadline } from './with-deadline.ts'

/**
 * Lets a signed-in user decide what an app asked for through the browser, and makes the answer that takes the browser back
 * to the app. The code is minted now: until a person has said yes there is none that could leak.
 *
 * @throws {NotFound} {UnauthorizedClient} {AlreadyDecided} {ExpiredToken} {InvalidScope} where nothing was decided by this
 * @see RFC 6749 §4.1.2
 */
export async function completeAuthorization(
  core: Core,
  decider: Decider,
  handle: string,
  target: AuthorizationTarget,
  decision: PersonsDecision,
  request: RequestFacts,
): Promise<AuthorizationAnswer> {
  return (await concludeAuthorization(core, decider, handle, target, decision, request)).answer
}

/** The same, with the approval as it was decided. */
export async function concludeAuthorization(
  core: Core,
  decider: Decider,
  handle: string,
  target: AuthorizationTarget,
  decision: PersonsDecision,
  request: RequestFacts,
): Promise<{ readonly approval: StoredApproval; readonly answer: AuthorizationAnswer }> {
  if ('denies' in decision) {
    const approval = await deny(core, decider, handle, { isRefused: decision.because !== undefined })
    const app = await core.apps.byId(approval.appId)
    return {
      approval,
      answer: answerTo(core, app, target, errorMembers(core, decision.because ?? new AccessDenied(), request.id)),
    }
  }
  const type = core.registry.responseTypes.get(target.responseType)
  if (!type) throw new ServerError({ cause: new Error(`There is no response type ${target.responseType} any more.`) })
  const at = core.now()
  const code = mintSecret('code', at)
  const approval = await approve(core, decider, handle, decision.approves, (app) => ({
    key: code.key,
    expiresAt: new Date(at.getTime() + codeSeconds(core, type, app, target) * 1000),
  }))
  const members = await membersOf(core, type, approval, code.plain, request)
  return { approval, answer: answerTo(core, await core.apps.byId(approval.appId), target, members) }
}

function codeSeconds(
  core: Core,
  { ttlSeconds, pluginId }: Owned<ResponseType>,
  app: App,
  { redirectUri }: AuthorizationTarget,
): number {
  return typeof ttlSeconds === 'number' ? ttlSeconds : ttlSeconds(pluginContext(core, pluginId), { app, redirectUri })
}

async function membersOf(
  core: Core,
  type: Owned<ResponseType>,
  approval: StoredApproval,
  code: string,
  request: RequestFacts,
): Promise<Record<string, string>> {
  try {
    if (type.issues) return await issue(core, type, approval, code, request)
    const ctx = requestContext(core, type.pluginId, request)
    const completing = type.complete(ctx, publicApproval(approval), code)
    return await withDeadline(completing, `the response type ${type.responseType}`)
  } catch (error) {
    return errorMembers(core, error, request.id)
  }
}

/** Tokens in the answer itself: the approval is claimed at once, by the same rule and the same write as any other. */
async function issue(
  core: Core,
  type: Owned<ResponseType>,
  approval: StoredApproval,
  code: string,
  request: RequestFacts,
): Promise<Record<string, string>> {
  const app = await core.apps.byId(approval.appId)
  if (!app || !type.issues) throw new ServerError()
  const claimant = {
    app,
    isAuthenticated: false,
    arrivedAt: request.arrivedAt,
    requestId: request.id,
    address: request.address,
  }
  const proof = () => 'nothing-to-prove' as const
  const claimable = await claimApproval(core, claimant, { code, grantType: type.grantType, proof })
  const decided = {
    ...(await withDeadline(type.issues(requestContext(core, type.pluginId, request), claimable), type.responseType)),
    redeems: claimable.redemption,
    // A browser keeps no secret, so nothing that it is given can be refreshed (RFC 6749 §4.2.2).
    refreshable: false,
  }
  const unproved = { app, method: 'none' }
  const issuance = await applyTokenParams(core, { params: objectParams({}), request }, unproved, undefined, decided)
  const contextOf = (pluginId: string) =>
    grantContext(core, pluginId, request, unproved, undefined, () => Buffer.alloc(0))
  const minting = { app, grantType: type.grantType, issuance, provenKey: undefined, requestId: request.id }
  const tokens = await mintTokens(core, contextOf, minting)
  return {
    access_token: tokens.accessToken,
    token_type: tokens.tokenType,
    expires_in: String(tokens.expiresInSeconds),
    scope: tokens.scopes.join(' '),
    // Only what the response type names comes through the browser (OAuth 2.0 Multiple Response Types §3).
    ...(tokens.idToken !== undefined && type.responseType.includes('id_token') && { id_token: tokens.idToken }),
  }
}
