import type { App, PageContext, RawParams } from 'grantql/plugin'
import { readIdToken } from './id-token.ts'
import { logoutSettings } from './logout-settings.ts'

/** An ID token that this server gave to an app, though it may be over by now. */
export interface Hint {
  readonly clientId: string
  readonly sub: string
  readonly sid: string | undefined
}

/** What an app asks for that wants its user signed out. */
export interface LogoutRequest {
  readonly app: App | undefined
  readonly hint: Hint | undefined
  /** Where the app wants the browser back: a URI that it registered, with its state. */
  readonly returns: Returns | undefined
  /** Something in it is wrong, so that it is not followed; the user may sign out all the same. */
  readonly isWrong: boolean
}

export interface Returns {
  readonly redirectUri: string
  readonly state: string | undefined
  /** Both together. */
  readonly url: string
}

const NO_REQUEST: LogoutRequest = { app: undefined, hint: undefined, returns: undefined, isWrong: false }
const WRONG_REQUEST: LogoutRequest = { ...NO_REQUEST, isWrong: true }

/**
 * Reads and checks a logout request. A redirect is to exactly one of the URIs that the app registered, or there is none.
 *
 * @see OpenID Connect RP-Initiated Logout §2, §3
 */
export async function readLogoutRequest(ctx: PageContext, params: RawParams): Promise<LogoutRequest> {
  const sent = readOnce(params)
  if (!sent) return WRONG_REQUEST
  const { id_token_hint, client_id, post_logout_redirect_uri: redirectUri, state } = sent
  const hint = id_token_hint === undefined ? undefined : readHint(ctx, id_token_hint)
  if (id_token_hint !== undefined && !hint) return WRONG_REQUEST
  if (hint && client_id !== undefined && hint.clientId !== client_id) return WRONG_REQUEST

  const clientId = hint?.clientId ?? client_id
  const app = clientId === undefined ? undefined : await ctx.apps.find(clientId)
  if (clientId !== undefined && !app) return WRONG_REQUEST
  if (redirectUri === undefined) return { ...NO_REQUEST, app, hint }
  if (!app || !ctx.setting(logoutSettings.postLogoutRedirectUris, app).includes(redirectUri)) {
    return { ...NO_REQUEST, app, hint, isWrong: true }
  }
  const returns = { redirectUri, state, url: withState(redirectUri, state) }
  return { app, hint, returns, isWrong: false }
}

/** The claims of an ID token of ours. Any app's: which one, the token says. */
function readHint(ctx: PageContext, text: string): Hint | undefined {
  const idToken = readIdToken(ctx, text)
  return idToken && { clientId: idToken.aud, sub: idToken.sub, sid: idToken.sid }
}

/** The registered URI as it stands, and the state behind it: a parser would write some of it another way. */
function withState(redirectUri: string, state: string | undefined): string {
  if (state === undefined) return redirectUri
  const separator = redirectUri.includes('?') ? (/[?&]$/.test(redirectUri) ? '' : '&') : '?'
  return `${redirectUri}${separator}${new URLSearchParams({ state })}`
}

/** The longest that is read of each parameter. */
const LONGEST = { id_token_hint: 8_192, client_id: 512, post_logout_redirect_uri: 2_048, state: 2_048 } as const

/** The parameters; an empty one counts as left out (RFC 6749 §3.1). Undefined where one is sent twice, or too long. */
function readOnce(params: RawParams): Partial<Record<keyof typeof LONGEST, string>> | undefined {
  const sent: Partial<Record<keyof typeof LONGEST, string>> = {}
  for (const [name, longest] of Object.entries(LONGEST) as [keyof typeof LONGEST, number][]) {
    const [value, ...more] = params.all(name)
    if (more.length > 0 || (typeof value === 'string' && value.length > longest)) return undefined
    if (typeof value === 'string' && value !== '') sent[name] = value
  }
  return sent
}
