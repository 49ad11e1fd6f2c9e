import type { Approval } from '../approvals/approval.ts'
import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import { InvalidRequest } from '../errors/standard.ts'
import type { RawParams } from '../plugin/request.ts'
import { describeAsked, refusalOf } from './authorize-params.ts'
import { readText } from './parse-params.ts'
import type { SignedIn } from './presented-session.ts'
import { takesAdmin } from './scopes.ts'

const PROMPTS = new Set(['none', 'login', 'consent', 'select_account'])

/** How an app wants its user to be asked. */
export interface Interaction {
  readonly prompts: readonly string[]
  /** The user has to have signed in at this time or later. */
  readonly freshAfter: Date | undefined
  readonly loginHint: string | undefined
}

/**
 * Reads what an authorize request says of the person.
 *
 * @throws {InvalidRequest} when `prompt` or `max_age` cannot be read, or `none` stands beside another prompt
 * @see OpenID Connect Core §3.1.2.1
 */
export function readInteraction(params: RawParams, now: Date): Interaction {
  const prompts = (readText(params, 'prompt') ?? '').split(' ').filter((prompt) => prompt !== '')
  if (!prompts.every((prompt) => PROMPTS.has(prompt)) || (prompts.includes('none') && prompts.length > 1)) {
    throw new InvalidRequest({
      message: 'The parameter prompt is not one of none, or login, consent and select_account.',
    })
  }
  const maxAge = readText(params, 'max_age')
  if (maxAge !== undefined && !/^(0|[1-9][0-9]{0,8})$/.test(maxAge)) {
    throw new InvalidRequest({ message: 'The parameter max_age must be a whole number of seconds.' })
  }
  const asksAgain = prompts.includes('login') || prompts.includes('select_account')
  const ages = [
    asksAgain ? now : undefined,
    maxAge === undefined ? undefined : new Date(now.getTime() - Number(maxAge) * 1000),
  ]
  const freshest = Math.max(...ages.map((age) => age?.getTime() ?? 0))
  return {
    prompts,
    freshAfter: freshest === 0 ? undefined : new Date(freshest),
    loginHint: readText(params, 'login_hint', 256),
  }
}

/** What an approval of the browser flow remembers of it. */
export function storedInteraction({ prompts, freshAfter, loginHint }: Interaction): Record<string, unknown> {
  return { asksConsent: prompts.includes('consent'), freshAfter: freshAfter?.getTime(), loginHint }
}

/** Whether who is signed in will do for an approval: recent enough, and accepted by the plugins that the app asked something of. */
export async function suffices(
  core: Core,
  app: App,
  approval: Pick<Approval, 'details'>,
  signedIn: SignedIn,
): Promise<boolean> {
  return isFreshEnough(approval, signedIn) && (await refusalOf(core, app, approval, signedIn)) === undefined
}

/** Whether a session is recent enough: what `prompt=login` and `max_age` ask for. */
export function isFreshEnough({ details }: Pick<Approval, 'details'>, { session }: SignedIn): boolean {
  return typeof details.freshAfter !== 'number' || session.authenticatedAt.getTime() >= details.freshAfter
}

/**
 * Whether an app gets what it asks for without a question: the user said yes to all of it before, and nothing asks to hear
 * it again. A public app cannot prove to be the one that they said yes to, so it is asked for each time (RFC 6749 §10.2).
 */
export async function isConsented(
  core: Core,
  app: App,
  approval: Pick<Approval, 'details' | 'grantType' | 'requestedScopes'>,
  { user }: SignedIn,
): Promise<boolean> {
  const type = core.registry.responseTypes.get(String(approval.details.responseType))
  const policy = type?.consent && core.settings.read(type.consent, app)
  if (policy === undefined || policy === 'always' || approval.details.asksConsent === true) return false
  const needsAdmin = approval.requestedScopes.some((scope) => takesAdmin(core, app, scope))
  if (needsAdmin && user.role !== 'admin') return false
  if (policy === 'never') return true
  if (describeAsked(core, approval).length > 0) return false
  if (app.type === 'public') return false
  const given = await core.consents.scopes(user.id, app.id)
  return given.length > 0 && approval.requestedScopes.every((scope) => given.includes(scope))
}
