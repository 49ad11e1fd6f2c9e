import type { App } from '../apps/app.ts'
import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { defineError } from '../errors/oauth-error.ts'
import {
  ConsentRequired,
  InvalidRequest,
  LoginRequired,
  TooManyAttempts,
  UnauthorizedClient,
  UnsupportedResponseType,
} from '../errors/standard.ts'
import type { Authorization } from '../plugin/context.ts'
import type { ResponseType } from '../plugin/contributions.ts'
import { objectParams } from '../plugin/raw-params.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'
import { answerTo, CORE_RESPONSE_MODES, errorMembers } from './authorization-answer.ts'
import { readAuthorizeParams } from './authorize-params.ts'
import { completeAuthorization } from './complete-authorization.ts'
import { countByNetwork } from './count-by-network.ts'
import { findApp } from './find-app.ts'
import { mayRedirect } from './may-redirect.ts'
import { isConsented, readInteraction, storedInteraction, suffices } from './needed-interaction.ts'
import { openApproval } from './open-approval.ts'
import { readText } from './parse-params.ts'
import { requestContext } from './plugin-context.ts'
import { presentedSession } from './presented-session.ts'
import { isRegisteredRedirectUri } from './redirect-uri.ts'
import { narrowScopes, parseScopes } from './scopes.ts'
import { withDeadline } from './with-deadline.ts'

/** How long a person may take to sign in and decide. The code that comes of it has a time of its own. */
const DECISION_SECONDS = 15 * 60
const MOST_PARAMETERS = 200
const LONGEST_STATE = 2048

const UnknownApp = defineError({
  code: 'invalid_client',
  status: 400,
  spec: 'RFC 6749 §4.1.2.1',
  message: 'The app is unknown.',
})
const WrongRedirectUri = defineError({
  code: 'invalid_redirect_uri',
  spec: 'RFC 6749 §3.1.2.4',
  message: 'The redirect URI is not one that the app registered.',
})
const RequestNotSupported = defineError({
  code: 'request_not_supported',
  spec: 'RFC 9101 §6',
  message: 'There are no request objects here.',
})
const RequestUriNotSupported = defineError({
  code: 'request_uri_not_supported',
  spec: 'RFC 9101 §6',
  message: 'This request_uri is not one that is known here.',
})

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
  if (sent.names().length > MOST_PARAMETERS) throw new InvalidRequest({ message: 'There are too many parameters.' })
  const params = await loadParams(core, sent, request)
  const app = await askingApp(core, params)
  const redirectUri = chooseRedirectUri(app, params)
  const responseType = core.registry.responseTypes.get(firstText(params, 'response_type'))
  const responseMode = readResponseMode(core, responseType, params)
  try {
    return await open(core, { app, redirectUri, responseType, responseMode, params, request })
  } catch (error) {
    // A network that asks too often is told so here: sent on, it would keep the app busy as well.
    if (error instanceof TooManyAttempts) throw error
    const target = {
      redirectUri,
      responseMode: responseMode ?? responseType?.defaultMode ?? 'query',
      state: soundState(params),
    }
    const answer = answerTo(core, target, errorMembers(core, error, request.id))
    return { status: (await mayRedirect(core, app, redirectUri, params, request)) ? 'answered' : 'withheld', answer }
  }
}

interface Opening {
  readonly app: App
  readonly redirectUri: string
  readonly responseType: Owned<ResponseType> | undefined
  /** Undefined where one was asked for that is not to be had. */
  readonly responseMode: string | undefined
  readonly params: RawParams
  readonly request: RequestFacts
}

async function open(
  core: Core,
  { app, redirectUri, responseType, responseMode, params, request }: Opening,
): Promise<Authorization> {
  for (const name of params.names()) refuseRepeated(params, name)
  if (readText(params, 'request') !== undefined) throw new RequestNotSupported()
  if (readText(params, 'request_uri') !== undefined) throw new RequestUriNotSupported()
  const state = readText(params, 'state', LONGEST_STATE)
  if (readText(params, 'response_type') === undefined)
    throw new InvalidRequest({ message: 'The parameter response_type is missing.' })
  if (!responseType) throw new UnsupportedResponseType()
  if (responseMode === undefined)
    throw new InvalidRequest({ message: 'There is no such response_mode for this response type.' })
  if (!app.grants.includes(responseType.grantType)) throw new UnauthorizedClient()
  const requested = readText(params, 'scope')
  const scopes = narrowScopes(app, requested === undefined ? undefined : parseScopes(requested))

  const ctx = requestContext(core, responseType.pluginId, request)
  const input = { app, redirectUri, sentRedirectUri: readText(params, 'redirect_uri'), scopes, params }
  const opened = await withDeadline(responseType.open(ctx, input), `the response type ${responseType.responseType}`)
  const asked = await readAuthorizeParams(core, input, request)
  const interaction = readInteraction(params, core.now())
  const target = { redirectUri, state, responseMode, responseType: responseType.responseType }
  const details = { ...opened, ...storedInteraction(interaction), ...target, asked }
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

/** The parameters that count: those of a request source that recognises the request, else those that were sent. */
async function loadParams(core: Core, sent: RawParams, request: RequestFacts): Promise<RawParams> {
  const source = core.registry.requestSources.find((candidate) => candidate.recognises(sent))
  if (!source) return sent
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

async function askingApp(core: Core, params: RawParams): Promise<App> {
  const clientId = readText(params, 'client_id', 512)
  const known = clientId === undefined ? undefined : await findApp(core, clientId)
  if (!known || known.app.disabledAt) throw new UnknownApp()
  return known.app
}

/** Left out, it is the one that the app registered, where that is the only one (RFC 6749 §3.1.2.3). */
function chooseRedirectUri({ redirectUris }: App, params: RawParams): string {
  const requested = readText(params, 'redirect_uri')
  if (requested === undefined) {
    const [only] = redirectUris
    if (only === undefined || redirectUris.length > 1) throw new WrongRedirectUri()
    return only
  }
  if (!isRegisteredRedirectUri(redirectUris, requested)) throw new WrongRedirectUri()
  return requested
}

/** A response that is made for the fragment holds a token, and never goes into a query (OAuth 2.0 Multiple Response Types §2.1). */
function readResponseMode(
  core: Pick<Core, 'registry'>,
  type: ResponseType | undefined,
  params: RawParams,
): string | undefined {
  const asked = firstText(params, 'response_mode')
  if (asked === '') return type?.defaultMode ?? 'query'
  if (type?.defaultMode === 'fragment' && asked === 'query') return undefined
  return CORE_RESPONSE_MODES.includes(asked) || core.registry.responseModes.has(asked) ? asked : undefined
}

function soundState(params: RawParams): string | undefined {
  try {
    return readText(params, 'state', LONGEST_STATE)
  } catch {
    return undefined
  }
}

function firstText(params: RawParams, name: string): string {
  const [text] = params.all(name)
  return typeof text === 'string' ? text : ''
}

function refuseRepeated(params: RawParams, name: string): void {
  if (params.all(name).length > 1) throw new InvalidRequest({ message: 'A parameter was sent more than once.' })
}
