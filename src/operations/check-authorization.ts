import type { App } from '../apps/app.ts'
import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { defineError } from '../errors/oauth-error.ts'
import { InvalidRequest, UnauthorizedClient, UnsupportedResponseType } from '../errors/standard.ts'
import type { ResponseType } from '../plugin/contributions.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'
import { type AuthorizationTarget, CORE_RESPONSE_MODES } from './authorization-answer.ts'
import { readAuthorizeParams, readPushed, resourcesAsked } from './authorize-params.ts'
import { findApp } from './find-app.ts'
import { type Interaction, readInteraction, storedInteraction } from './needed-interaction.ts'
import { isRepeatable, readText } from './parse-params.ts'
import { requestContext } from './plugin-context.ts'
import { isRegisteredRedirectUri } from './redirect-uri.ts'
import { fittingScopes, narrowScopes, parseScopes, requireOneResource } from './scopes.ts'
import { withDeadline } from './with-deadline.ts'

const MOST_PARAMETERS = 200
export const LONGEST_STATE = 2048

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

/** Who asks, and where the answer goes: what has to be known before anything else may be answered. */
export interface Addressed {
  readonly app: App
  readonly redirectUri: string
  readonly responseType: Owned<ResponseType> | undefined
  /** Undefined where one was asked for that is not to be had. */
  readonly responseMode: string | undefined
}

/** What an authorize request asks for, once nothing is wrong with it. */
export interface CheckedAuthorization {
  readonly responseType: Owned<ResponseType>
  readonly scopes: readonly string[]
  /** What the approval shall remember. */
  readonly details: Readonly<Record<string, unknown>>
  readonly target: AuthorizationTarget
  readonly interaction: Interaction
}

/**
 * Reads who asks, and where the answer goes.
 *
 * @throws {OAuthError} where there is nobody to answer to: it must never become a redirect (RFC 6749 §4.1.2.1)
 */
export async function readAddress(core: Core, params: RawParams): Promise<Addressed> {
  const app = await askingApp(core, params)
  const redirectUri = chooseRedirectUri(app, params)
  const responseType = core.registry.responseTypes.get(firstText(params, 'response_type'))
  return { app, redirectUri, responseType, responseMode: readResponseMode(core, responseType, redirectUri, params) }
}

/**
 * Checks everything else in an authorize request, and opens nothing.
 *
 * @throws {InvalidRequest} {UnauthorizedClient} {InvalidScope} {UnsupportedResponseType} and what plugins declare
 * @see RFC 6749 §4.1.1
 */
export async function checkAuthorization(
  core: Core,
  { app, redirectUri, responseType, responseMode }: Addressed,
  params: RawParams,
  request: RequestFacts,
): Promise<CheckedAuthorization> {
  const listed = core.registry.authorizeParams.map((added) => added.params)
  for (const name of params.names()) if (!isRepeatable(listed, name)) refuseRepeated(params, name)
  if (readText(params, 'request') !== undefined) throw new RequestNotSupported()
  if (readText(params, 'request_uri') !== undefined) throw new RequestUriNotSupported()
  const state = readText(params, 'state', LONGEST_STATE)
  if (readText(params, 'response_type') === undefined)
    throw new InvalidRequest({ message: 'The parameter response_type is missing.' })
  if (!responseType) throw new UnsupportedResponseType()
  if (responseMode === undefined)
    throw new InvalidRequest({ message: 'There is no such response_mode for this response type and redirect URI.' })
  if (!app.grants.includes(responseType.grantType)) throw new UnauthorizedClient()
  const requested = readText(params, 'scope')
  const scopes = narrowScopes(app, requested === undefined ? undefined : parseScopes(requested))

  const ctx = requestContext(core, responseType.pluginId, request)
  const sentRedirectUri = readText(params, 'redirect_uri')
  const { consent } = responseType
  const asksNobody = consent !== undefined && core.settings.read(consent, app) === 'never'
  const input = { app, redirectUri, sentRedirectUri, scopes, asksNobody, params }
  const opened = await withDeadline(responseType.open(ctx, input), `the response type ${responseType.responseType}`)
  const asked = await readAuthorizeParams(core, input, request)
  const interaction = readInteraction(params, core.now())
  const target = { redirectUri, state, responseMode, responseType: responseType.responseType }
  const details = { ...opened, ...storedInteraction(interaction), ...target, asked }
  const named = resourcesAsked(core, { details })
  // Who leaves the scopes out asks for all that it has, as far as they fit the resources.
  const fitting = requested === undefined ? fittingScopes(core, app, scopes, named) : scopes
  requireOneResource(core, app, fitting, named)
  return { responseType, scopes: fitting, details, target, interaction }
}

/**
 * Checks an authorize request that an app sends by itself, before it sends anybody here: by the same rules as
 * `/oauth/authorize`.
 *
 * @returns further parameters to keep it with
 * @throws {InvalidRequest} {UnauthorizedClient} {InvalidScope} {UnsupportedResponseType} and what plugins declare
 * @see RFC 9126 §2.1
 */
export async function checkRequestOf(
  core: Core,
  app: App,
  params: RawParams,
  request: RequestFacts,
): Promise<Readonly<Record<string, string>>> {
  requireFew(params)
  const addressed = await readAddress(core, params).catch(asInvalidRequest)
  if (addressed.app.id !== app.id) throw new InvalidRequest({ message: 'client_id is not the app that asks.' })
  await checkAuthorization(core, addressed, params, request)
  return readPushed(core, params, request)
}

/** The app is told of a wrong redirect URI as of everything else that is wrong (RFC 9126 §2.3). */
function asInvalidRequest(error: unknown): never {
  if (error instanceof WrongRedirectUri) throw new InvalidRequest({ message: error.message, about: 'redirect_uri' })
  throw error
}

/** @throws {InvalidRequest} */
export function requireFew(params: RawParams): void {
  if (params.names().length > MOST_PARAMETERS) throw new InvalidRequest({ message: 'There are too many parameters.' })
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
  redirectUri: string,
  params: RawParams,
): string | undefined {
  const asked = firstText(params, 'response_mode')
  if (asked === '') return type?.defaultMode ?? 'query'
  if (type?.defaultMode === 'fragment' && asked === 'query') return undefined
  if (CORE_RESPONSE_MODES.includes(asked)) return asked
  const mode = core.registry.responseModes.get(asked)
  return mode && (mode.reaches?.(redirectUri) ?? true) ? asked : undefined
}

function firstText(params: RawParams, name: string): string {
  const [text] = params.all(name)
  return typeof text === 'string' ? text : ''
}

function refuseRepeated(params: RawParams, name: string): void {
  if (params.all(name).length > 1) throw new InvalidRequest({ message: 'A parameter was sent more than once.' })
}
