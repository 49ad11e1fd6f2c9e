import type { App } from '../apps/app.ts'
import type { KnownApp } from '../apps/apps.ts'
import { coreSettings } from '../config/core-settings.ts'
import type { Core } from '../core.ts'
import { InvalidClient, InvalidRequest } from '../errors/standard.ts'
import type { TokenRequest } from '../plugin/context.ts'
import type { PresentedCredentials } from '../plugin/request.ts'
import { equalSecrets, hashSecret } from '../secrets/hash-secret.ts'
import { findApp } from './find-app.ts'
import { requestContext } from './plugin-context.ts'
import { isStorableText } from './text.ts'
import { withDeadline } from './with-deadline.ts'

/** The app that asks, and how it proved who it is: a name of the registry of client authentication methods, or `none`. */
export interface AuthenticatedApp {
  readonly app: App
  readonly method: string
}

interface NameAndSecret {
  readonly clientId: string
  readonly clientSecret: string | undefined
  readonly method: 'client_secret_basic' | 'client_secret_post' | 'none'
}

const MAX_LENGTH = 512

/**
 * Finds the app that asks and has it prove who it is: by a secret in the header or the body where it has one, by its name
 * alone where it is public.
 *
 * @throws {InvalidClient} when it is unknown, disabled, shows a wrong secret, none, or one that it cannot have
 * @throws {InvalidRequest} when it uses more than one method (RFC 6749 §2.3)
 * @throws {TooManyAttempts} when the secret is wrong, like too many before it; a right one is taken whatever went before
 * @see RFC 6749 §2.3.1, §10.10
 */
export async function authenticateApp(
  core: Core,
  credentials: PresentedCredentials,
  requestId?: string,
  sent?: Pick<TokenRequest, 'params' | 'request'>,
): Promise<AuthenticatedApp> {
  const proved = sent && (await authenticateByPlugin(core, credentials, sent))
  if (proved) return proved
  const { clientId, clientSecret, method } = readCredentials(credentials)
  const known = core.apps.peek(clientId) ?? (await findApp(core, clientId))
  if (!known || known.app.disabledAt || !takesMethod(core, known.app, method)) throw new InvalidClient()
  if (known.app.type === 'public') {
    if (clientSecret !== undefined) throw new InvalidClient()
    return { app: known.app, method: 'none' }
  }
  if (clientSecret === undefined) throw new InvalidClient()
  if (!hasSecret(known, clientSecret, core.now())) {
    await noteWrongSecret(core, known.app, requestId)
    throw new InvalidClient()
  }
  return { app: known.app, method }
}

/**
 * Authenticates by a method that a plugin brings, where one recognises the request.
 *
 * @throws {InvalidRequest} when the request uses another method beside it (RFC 6749 §2.3)
 * @throws {InvalidClient} when it proves another app than the one that is named (RFC 7521 §4.2)
 */
async function authenticateByPlugin(
  core: Core,
  { basic, clientId: sentClientId, clientSecret }: PresentedCredentials,
  { params, request }: Pick<TokenRequest, 'params' | 'request'>,
): Promise<AuthenticatedApp | undefined> {
  const method = core.registry.clientAuth.find((candidate) => candidate.recognises(params, request))
  if (!method) return undefined
  if (basic !== undefined || clientSecret) {
    throw new InvalidRequest({ message: 'Authenticate by one method only.' })
  }
  const clientId = await withDeadline(
    method.authenticate(requestContext(core, method.pluginId, request), params),
    `the client authentication method ${method.method}`,
  )
  if (sentClientId && sentClientId !== clientId) throw new InvalidClient()
  const known = await findApp(core, clientId)
  if (!known || known.app.disabledAt || known.app.type === 'public') throw new InvalidClient()
  if (!takesMethod(core, known.app, method.method)) throw new InvalidClient()
  return { app: known.app, method: method.method }
}

/** An app that says how it proves who it is does so in no other way (RFC 7591 §2, `token_endpoint_auth_method`). */
function takesMethod({ settings }: Pick<Core, 'settings'>, app: App, method: string): boolean {
  const methods = settings.read(coreSettings.clientAuthMethods, app)
  return methods.length === 0 || methods.includes(method)
}

async function noteWrongSecret(
  { guesses }: Pick<Core, 'guesses'>,
  { id: appId }: App,
  requestId?: string,
): Promise<void> {
  await guesses.count([{ limit: 'appSecretByApp', value: appId, describe: async () => ({ appId }) }], requestId)
}

function hasSecret({ secrets }: KnownApp, plainSecret: string, now: Date): boolean {
  const hash = hashSecret(plainSecret)
  return secrets.some((secret) => equalSecrets(secret.hash, hash) && (!secret.expiresAt || secret.expiresAt > now))
}

/** @throws {InvalidClient} when nothing usable was shown */
export function readCredentials({ basic, clientId, clientSecret }: PresentedCredentials): NameAndSecret {
  if (basic === undefined) {
    if (!clientId || !isName(clientId) || (clientSecret && !isName(clientSecret))) throw new InvalidClient()
    return clientSecret
      ? { clientId, clientSecret, method: 'client_secret_post' }
      : { clientId, clientSecret: undefined, method: 'none' }
  }
  if (clientSecret) throw new InvalidRequest({ message: 'Authenticate by one method only: the header or the body.' })
  const read = readBasic(basic)
  if (clientId && clientId !== read.clientId) {
    throw new InvalidRequest({ message: 'client_id is not the app of the Authorization header.' })
  }
  return read
}

/** Id and secret are form-encoded before they are joined (RFC 6749 §2.3.1, appendix B). */
function readBasic(basic: string): NameAndSecret {
  const text = Buffer.from(basic, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 1) throw new InvalidClient()
  const clientId = formDecode(text.slice(0, colon))
  const clientSecret = formDecode(text.slice(colon + 1))
  if (!isName(clientId) || !isName(clientSecret)) throw new InvalidClient()
  if (clientSecret === '') return { clientId, clientSecret: undefined, method: 'none' }
  return { clientId, clientSecret, method: 'client_secret_basic' }
}

function formDecode(text: string): string {
  if (!/[%+]/.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    throw new InvalidClient({ cause })
  }
}

function isName(text: string): boolean {
  return text.length <= MAX_LENGTH && isStorableText(text)
}
