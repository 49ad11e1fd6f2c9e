import { type App, type ErrorDeclaration, OAuthError } from 'grantql/plugin'

/** What Gridless answers, with which status. A sentence may name the app. */
const REFUSALS = {
  unknownClient: [404, () => 'Client ID does not exist.'],
  bot: [501, (app) => `${app} is a bot. Bot authorization is not supported yet.`],
  denied: [401, (app) => `${app} was denied access to your account.`],
  noCodeToClaim: [400, () => 'No authorization code given.'],
  notAuthorizing: [401, () => 'A user is not currently authorizing this app'],
  noCode: [400, () => 'Authorization code missing or invalid.'],
  codeRequired: [400, () => 'Authorization code required if not using redirect_uri'],
  bypassed: [400, (app) => `${app} attempted to bypass the permission flow.`],
  redirectUri: [400, () => '`redirect_uri` invalid.'],
  noResponseType: [400, () => '`response_type` query parameter required.'],
  notLoggedIn: [401, () => 'You are not logged in.'],
  wrongKindOfToken: [403, () => 'You cannot access this resource with the type of token specified.'],
  endedToken: [401, () => 'Your token has expired or has been revoked.'],
} as const satisfies Record<string, readonly [status: number, sentence: (app: string) => string]>

export type RefusalName = keyof typeof REFUSALS

/** A refusal in the words of Gridless. */
export class Refusal extends OAuthError {
  readonly declaration: ErrorDeclaration
  readonly values = {}
  readonly reason = undefined
  readonly about = undefined

  constructor(name: RefusalName, app?: Pick<App, 'name'>) {
    const [status, sentence] = REFUSALS[name]
    const message = sentence(app?.name ?? '')
    super(message)
    this.declaration = { code: 'gridless_refusal', status, message }
  }
}

/** How an error is answered, whatever it is written on. */
export interface Rendering {
  readonly status: number
  readonly sentence: string
  readonly retryAfterSeconds: number | undefined
}

/** At `claimtoken`: whatever is wrong with a code that can be read, nobody is authorizing the app. */
export function renderClaimError(error: OAuthError): Rendering {
  const { code, about, message } = error
  if (code === 'invalid_grant' && about === 'code') return { ...render(error), status: statusOf(message) }
  return code === 'invalid_grant' || code === 'invalid_client' ? render(new Refusal('notAuthorizing')) : render(error)
}

/** An expired code is told apart from one that never was. */
function statusOf(mistake: string): number {
  return mistake === 'jwt expired' ? 408 : 400
}

/** Everywhere else. */
export function render({ status, message, values }: OAuthError): Rendering {
  const isLater = status === 429 || status === 503
  return {
    status,
    sentence: message,
    retryAfterSeconds: isLater ? Number(values.retryAfterSeconds ?? 1) : undefined,
  }
}
