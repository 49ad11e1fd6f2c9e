import {
  type App,
  type AuthorizeParams,
  defineError,
  InvalidRequest,
  LoginRequired,
  type PluginContext,
  param,
} from 'grantql/plugin'
import { ACR_VALUES, acrOf } from './acr.ts'
import { ASKED, type Asked } from './asked.ts'
import { type ClaimsParameter, readClaimsParameter } from './claims-parameter.ts'
import { readIdToken } from './id-token.ts'
import { requireSubjects } from './subjects.ts'

const UnmetAuthenticationRequirements = defineError({
  code: 'unmet_authentication_requirements',
  spec: 'OpenID Connect Core Unmet Authentication Requirements §2',
  message: 'Nobody can sign in here the way that this app requires.',
})

const params = {
  nonce: param.string({ description: 'Comes back in the ID token as it is.', optional: true, maxLength: 2048 }),
  claims: param.string({ description: 'Claims that are asked for by name, as JSON.', optional: true, maxLength: 8192 }),
  idTokenHint: param.string({
    description: 'An ID token of the user who is expected.',
    optional: true,
    secret: true,
    maxLength: 16_384,
  }),
  acrValues: param.string({ description: 'Classes of sign-in that the app would like, in order.', optional: true }),
  display: param.string({ description: 'How the app would like the pages to be shown.', optional: true }),
  uiLocales: param.string({ description: 'Languages that the app would like the pages to be in.', optional: true }),
  claimsLocales: param.string({
    description: 'Languages that the app would like the claims to be in.',
    optional: true,
  }),
}

/** What OpenID Connect adds to an authorize request (Core §3.1.2.1). It means nothing without the scope `openid`. */
export const authorizeParams: AuthorizeParams<typeof params, unknown, Asked> = {
  id: ASKED,
  params,
  errors: [UnmetAuthenticationRequirements],

  async read(ctx, { app, scopes, asksNobody }, { nonce, claims: claimsText, idTokenHint }) {
    if (!scopes.includes('openid')) return undefined
    await requireSubjects(ctx, app)
    const claims = readClaimsParameter(claimsText)
    const idToken = knownNames(ctx, [...claims.idToken.keys()])
    const userinfo = knownNames(ctx, [...claims.userinfo.keys()])
    const isCovered = (name: string) => scopes.includes(ctx.users.claimScopes.get(name) ?? '')
    return {
      nonce,
      subject: expectedSubject(ctx, app, claims, idTokenHint),
      acrs: requiredAcrs(claims),
      idToken,
      userinfo,
      shown: asksNobody ? [] : [...new Set([...idToken, ...userinfo])].filter((name) => !isCovered(name)),
    }
  },

  async refuses(ctx, { subject, acrs }, { app, session, user }) {
    if (subject !== undefined && subject !== (await ctx.users.subject(app, user.id))) {
      return new LoginRequired({ message: 'This app expects another user.' })
    }
    if (acrs === undefined || acrs.includes(acrOf(session.methods) ?? '')) return undefined
    return new UnmetAuthenticationRequirements({ message: 'You did not sign in the way that this app requires.' })
  },

  describe: (_ctx, { shown = [] }) =>
    shown.length === 0 ? [] : [{ term: 'It also asks for', text: shown.join(', ').replaceAll('_', ' ') }],
}

const knownNames = (ctx: PluginContext, names: readonly string[]) =>
  names.filter((name) => ctx.users.claimScopes.has(name))

/**
 * The one user who will do, where the app says who.
 *
 * @throws {InvalidRequest} when the hint is no ID token of this app, or two of them are named
 * @see OpenID Connect Core §3.1.2.2, §5.5.1
 */
function expectedSubject(
  ctx: PluginContext,
  app: App,
  claims: ClaimsParameter,
  hint: string | undefined,
): string | undefined {
  const named = [claims.idToken.get('sub'), claims.userinfo.get('sub')].flatMap((request) => request?.values ?? [])
  const subjects = new Set(hint === undefined ? named : [...named, hintedSubject(ctx, app, hint)])
  if (subjects.size > 1) throw new InvalidRequest({ message: 'The request names more than one user.' })
  return [...subjects][0]
}

/** An ID token that is over still says who is meant. */
function hintedSubject(ctx: PluginContext, app: App, hint: string): string {
  const idToken = readIdToken(ctx, hint)
  if (idToken?.aud !== app.clientId) {
    throw new InvalidRequest({ message: 'The parameter id_token_hint is not an ID token that this app was given.' })
  }
  return idToken.sub
}

/**
 * The classes of which the session must have one: an essential `acr`. What is asked for by `acr_values` is a wish alone, and
 * the ID token says what it was.
 *
 * @throws {UnmetAuthenticationRequirements} when nobody can have any of them
 * @see OpenID Connect Core §5.5.1.1
 */
function requiredAcrs({ idToken }: ClaimsParameter): readonly string[] | undefined {
  const acr = idToken.get('acr')
  if (!acr?.essential || acr.values.length === 0) return undefined
  const known = acr.values.filter((value) => ACR_VALUES.includes(value))
  if (known.length === 0) throw new UnmetAuthenticationRequirements()
  return known
}
