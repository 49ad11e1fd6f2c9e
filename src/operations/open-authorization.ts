import type { App } from '../apps/app.ts'
import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { ConsentRequired, InvalidRequest, LoginRequired, TooManyAttempts } from '../errors/standard.ts'
import type { Authorization } from '../plugin/context.ts'
import type { RequestSource } from '../plugin/contributions.ts'
import { objectParams } from '../plugin/raw-params.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'
import { answerTo, errorMembers } from './authorization-answer.ts'
import { type Addressed, checkAuthorization, LONGEST_STATE, readAddress, requireFew } from './check-authorization.ts'
import { completeAuthorization } from './complete-authorization.ts'
import { countByNetwork } from './count-by-network.ts'
import { mayRedirect } from './may-redirect.ts'
import { isConsented, suffices } from './needed-interaction.ts'
import { openApproval } from './open-approval.ts'
import { readText } from './parse-params.ts'
import { pluginContext, requestContext } from './plugin-context.ts'
import { presentedSession } from './presented-session.ts'
import { withDeadline } from './with-deadline.ts'

/** How long a person may take to sign in and decide. The code that comes of it has a time of its own. */
const DECISION_SECONDS = 15 * 60

/**
 * Opens an approval for an app that asks through the browser. What is wrong before the redirect URI is known to be the
 * app's is thrown, for a page; everything after that is an answer for the app, which a mistake reaches by itself only
 * where somebody is signed in.
 *
 * @throws {OAuthError} where there is nobody to answer to: it must never become a redirect (RFC 6749 §4.1.2.1)
 * @throws {TooManyAttempts} when too many come from one network in which nobody is signed in
 * @see RFC 6749 §4.1.1, RFC 9700 §4.1, §4.11.2
 */
export async function openAuthorization(core: Core, sent: RawParams, request: RequestFacts): Promise<Authorization> {
  requireFew(sent)
  const source = core.registry.requestSources.find((candidate) => candidate.recognises(sent))
  const params = source ? await loadParams(core, source, sent, request) : sent
  const addressed = await readAddress(core, params)
  try {
    requireSource(core, addressed.app, source)
    return await open(core, addressed, params, request)
  } catch (error) {
    // A network that asks too often is told so here: sent on, it would keep the app busy as well.
    if (error instanceof TooManyAttempts) throw error
    const { app, redirectUri, responseType, responseMode } = addressed
    const target = {
      redirectUri,
      responseMode: responseMode ?? responseType?.defaultMode ?? 'query',
      state: soundState(params),
    }
    const answer = answerTo(core, app, target, errorMembers(core, error, request.id))
    return { status: (await mayRedirect(core, app, redirectUri, params, request)) ? 'answered' : 'withheld', answer }
  }
}

async function open(
  core: Core,
  addressed: Addressed,
  params: RawParams,
  request: RequestFacts,
): Promise<Authorization> {
  const { app } = addressed
  const checked = await checkAuthorization(core, addressed, params, request)
  const { responseType, scopes, details, target, interaction } = checked
  const question = { grantType: responseType.grantType, requestedScopes: scopes, details }
  const signedIn = await presentedSession(core, request)
  const isRecognised = signedIn !== undefined && (await suffices(core, app, question, signedIn))
  const needsNobody = isRecognised && (await isConsented(core, app, question, signedIn))
  if (interaction.prompts.includes('none') && !needsNobody) {
    throw isRecognised ? new ConsentRequired() : new LoginRequired()
  }

  if (!signedIn) await countByNetwork(core, 'authorizationByNetwork', request)
  const { approveUrl, handle } = await openApproval(core, {
    app,
    grantType: responseType.grantType,
    scopes,
    details,
    // The code that it is opened with is known to nobody; the decision puts the real one in its place.
    ttlSeconds: DECISION_SECONDS,
  })
  if (!needsNobody) return { status: 'opened', handle, approveUrl }
  const decider = { ...signedIn, requestId: request.id }
  const answer = await completeAuthorization(core, decider, handle, target, { approves: scopes }, request)
  return { status: 'answered', answer }
}

/** What a request source holds in the place of what was sent. */
async function loadParams(
  core: Core,
  source: Owned<RequestSource>,
  sent: RawParams,
  request: RequestFacts,
): Promise<RawParams> {
  const loaded = await withDeadline(
    source.load(requestContext(core, source.pluginId, request), sent),
    `the request source ${source.id}`,
  )
  if (loaded.client_id !== readText(sent, 'client_id')) {
    throw new InvalidRequest({ message: 'client_id is not the app of the request.' })
  }
  const { request: _, request_uri: __, ...rest } = loaded
  return objectParams(rest)
}

/** @throws {InvalidRequest} when the app asks by one request source alone, and this is not it */
function requireSource(core: Core, app: App, used: Owned<RequestSource> | undefined): void {
  for (const source of core.registry.requestSources) {
    if (source === used || !source.isRequired?.(pluginContext(core, source.pluginId), app)) continue
    throw new InvalidRequest({ message: `This app asks by ${source.label ?? source.id} alone.` })
  }
}

function soundState(params: RawParams): string | undefined {
  try {
    return readText(params, 'state', LONGEST_STATE)
  } catch {
    return undefined
  }
}
