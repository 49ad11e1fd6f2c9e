import type { Approval } from '../approvals/approval.ts'
import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import { OAuthError } from '../errors/oauth-error.ts'
import { ServerError } from '../errors/standard.ts'
import type { AuthorizationAnswer } from '../plugin/context.ts'
import { OUT_OF_BAND } from '../plugin/out-of-band.ts'

/** Where an answer goes, as an approval remembers it. */
export interface AuthorizationTarget {
  readonly redirectUri: string
  readonly responseMode: string
  readonly responseType: string
  readonly state: string | undefined
}

/** Response modes that core knows by itself (OAuth 2.0 Multiple Response Type Encoding Practices §2.1). */
export const CORE_RESPONSE_MODES: readonly string[] = ['query', 'fragment']

/** The target of an approval that an app asked for through the browser; undefined where the app claims by itself. */
export function targetOf({ details }: Pick<Approval, 'details'>): AuthorizationTarget | undefined {
  const { redirectUri, responseMode, responseType, state } = details
  if (typeof redirectUri !== 'string' || typeof responseMode !== 'string' || typeof responseType !== 'string')
    return undefined
  return { redirectUri, responseMode, responseType, state: typeof state === 'string' ? state : undefined }
}

/**
 * Every answer says which server it is from (RFC 9207 §2), and the app's `state` exactly as it came (RFC 6749 §4.1.2); the
 * dialect of the app may say it in its own words.
 */
export function answerTo(
  core: Pick<Core, 'issuer' | 'registry'>,
  app: Pick<App, 'dialect'> | undefined,
  { redirectUri, responseMode, state }: Pick<AuthorizationTarget, 'redirectUri' | 'responseMode' | 'state'>,
  said: Readonly<Record<string, string>>,
): AuthorizationAnswer {
  const members = { ...said, ...(state !== undefined && { state }), iss: core.issuer }
  const dialect = app?.dialect === undefined ? undefined : core.registry.dialects.get(app.dialect)
  return { redirectUri, responseMode, members: dialect?.answerMembers?.(members) ?? members }
}

/**
 * The answer as a URL, for the response modes that are one; undefined for those that are not, and out of band.
 *
 * A space is `%20`, which every parser of forms and of URLs reads alike.
 */
export function answerUrl({ redirectUri, responseMode, members }: AuthorizationAnswer): string | undefined {
  const encoded = Object.entries(members)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')
  if (redirectUri === OUT_OF_BAND) return undefined
  if (responseMode === 'query') return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${encoded}`
  return responseMode === 'fragment' ? `${redirectUri}#${encoded}` : undefined
}

/** The same as fields, for an answer that is no URL: those of a form that is posted, or what a person copies out of band. */
export function answerFields(
  core: Pick<Core, 'registry'>,
  { redirectUri, responseMode, members }: AuthorizationAnswer,
): Readonly<Record<string, string>> | undefined {
  if (redirectUri === OUT_OF_BAND) return members
  return core.registry.responseModes.get(responseMode)?.fields?.(members)
}

/** Whether an answer can be told as data, by {@link answerUrl} or {@link answerFields}: else it takes a browser at a page of ours. */
export function isTellable(
  core: Pick<Core, 'registry'>,
  { redirectUri, responseMode }: Pick<AuthorizationTarget, 'redirectUri' | 'responseMode'>,
): boolean {
  const isKnown = redirectUri === OUT_OF_BAND || CORE_RESPONSE_MODES.includes(responseMode)
  return isKnown || core.registry.responseModes.get(responseMode)?.fields !== undefined
}

/** The members of an error (RFC 6749 §4.1.2.1). What is not declared is a server error, for the operator to look at. */
export function errorMembers(core: Pick<Core, 'log'>, error: unknown, requestId: string): Record<string, string> {
  const isDeclared = error instanceof OAuthError
  if (!isDeclared) core.log.error({ err: error, requestId }, 'a request failed')
  const { code, message } = isDeclared ? error : new ServerError()
  return { error: code, error_description: message.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '') }
}
