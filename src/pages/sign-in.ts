import { html } from 'hono/html'
import type { Core } from '../core.ts'
import { OAuthError } from '../errors/oauth-error.ts'
import { readText } from '../operations/parse-params.ts'
import { pluginContext } from '../operations/plugin-context.ts'
import { rememberDevice } from '../operations/remember-device.ts'
import { replaceSession } from '../operations/replace-session.ts'
import { signIn } from '../operations/sign-in.ts'
import type { SignIn } from '../plugin/contributions.ts'
import type { Param } from '../plugin/param.ts'
import { wireName } from '../plugin/wire-name.ts'
import { seeOther } from '../rest/authorization-response.ts'
import { type Html, renderPage } from './layout.ts'
import { shownLinks } from './links.ts'
import { ownUrl } from './own-path.ts'
import type { PageAnswer, PageRoute, Visit } from './visit.ts'

const PATH = '/sign-in'
/** The sign-in was understood and is wrong: not 401, which would have to name a challenge. */
const WRONG = 422

/** The sign-in page: a form for each way to sign in that plugins bring. */
export function signInPages(core: Core, host: string): readonly PageRoute[] {
  const offered = () =>
    core.registry.signIns.filter((method) => method.isOffered?.(pluginContext(core, method.pluginId)) ?? true)

  const show = (visit: Visit, returnTo: string | undefined, failure?: Failure): PageAnswer => {
    const methods = offered()
    const links = shownLinks(core, core.registry.signInLinks)
    const query = returnTo === undefined ? '' : `?${new URLSearchParams({ return_to: returnTo })}`
    const answer = renderPage(host, {
      title: 'Sign in',
      status: failure?.status ?? 200,
      scripts: methods.flatMap(({ script }) => script ?? []),
      ...(failure?.retryAfterSeconds && { headers: { 'retry-after': String(failure.retryAfterSeconds) } }),
      body: html`<h1>Sign in</h1>
<p class="lead">Continue to <strong>${host}</strong>.</p>
${failure ? html`<p class="note bad" role="alert">${failure.text}</p>` : ''}
${methods.map((method) => signInForm(method, visit, returnTo))}
${methods.length === 0 ? html`<p>Nobody can sign in here: no plugin of this server brings a way to.</p>` : ''}
${links.length > 0 ? html`<p class="small after links">${links.map(({ label, path }) => html`<a href="${path}${query}">${label}</a> `)}</p>` : ''}`,
    })
    return { answer }
  }

  return [
    {
      method: 'GET',
      path: PATH,
      csrfBoundTo: 'browser',
      handle(visit) {
        const query = visit.facts.url.searchParams
        const returnTo = query.get('return_to') ?? undefined
        const isAskedAgain = query.get('prompt') === 'login'
        return visit.signedIn && !isAskedAgain
          ? { answer: seeOther(ownUrl(core.issuer, returnTo)) }
          : show(visit, returnTo)
      },
    },
    {
      method: 'POST',
      path: PATH,
      csrfBoundTo: 'browser',
      async handle(visit) {
        const { form, facts } = visit
        const returnTo = readText(form, 'return_to')
        try {
          const signedIn = await signIn(core, readText(form, 'sign_in') ?? '', form, facts)
          const { token, session } = signedIn
          await replaceSession(core, visit.signedIn, session, facts.id)
          return {
            answer: seeOther(ownUrl(core.issuer, returnTo)),
            session: { token, expiresAt: session.expiresAt },
            device: await rememberDevice(core, signedIn, facts.headers),
          }
        } catch (error) {
          return show(visit, returnTo, describeFailure(error))
        }
      },
    },
  ]
}

interface Failure {
  readonly status: number
  readonly text: string
  readonly retryAfterSeconds?: number
}

/** What was wrong is not said: neither a name nor a password may be found out by trying. */
function describeFailure(error: unknown): Failure {
  if (!(error instanceof OAuthError)) throw error
  switch (error.code) {
    case 'invalid_credentials':
      return { status: WRONG, text: 'That did not work. Check what you typed and try again, or sign in another way.' }
    case 'invalid_request':
      return { status: WRONG, text: 'Something is missing. Fill in every field.' }
    case 'temporarily_unavailable':
      return {
        status: 503,
        text: 'Many people are signing in right now. Wait a few seconds and try again.',
        retryAfterSeconds: 5,
      }
    case 'too_many_attempts':
      return tooManyAttempts(Number(error.values.retryAfterSeconds))
    default:
      throw error
  }
}

/** The same for a name that nobody has; and whether the password was right is not said either. */
function tooManyAttempts(retryAfterSeconds: number): Failure {
  const minutes = Math.ceil(retryAfterSeconds / 60)
  const text = `Too many sign-ins have failed. Try again in ${minutes} minute${minutes === 1 ? '' : 's'}.`
  return { status: 429, text, retryAfterSeconds }
}

function signInForm(method: SignIn, { csrfField, facts, form }: Visit, returnTo: string | undefined): Html {
  const hiddenFields = html`${csrfField}
<input type="hidden" name="sign_in" value="${method.id}">
${returnTo === undefined ? '' : html`<input type="hidden" name="return_to" value="${returnTo}">`}`
  if (method.script !== undefined) return scriptedForm(method, hiddenFields)
  const hint = facts.url.searchParams.get('login_hint') ?? undefined
  const fields = Object.entries(method.params).map(([name, declaration], index) =>
    field(name, declaration, form.all(name)[0] ?? (index === 0 ? hint : undefined), index === 0),
  )
  return html`<form method="post" action="${PATH}">
${hiddenFields}
${fields}
<button class="primary wide-button">${method.label}</button>
</form>`
}

/** Nothing can be typed here: without its script nobody sees it, and is told why. */
function scriptedForm(method: SignIn, hiddenFields: Html): Html {
  const fields = Object.entries(method.params).map(
    ([name, declaration]) => html`<input type="hidden" name="${wireName(name, declaration)}">`,
  )
  return html`<form method="post" action="${PATH}" class="other" data-sign-in="${method.id}" hidden>
${hiddenFields}
${fields}
<button class="quiet wide-button">${method.label}</button>
</form>
<noscript><p class="small after">${method.label}: this takes JavaScript, which is off in this browser.</p></noscript>`
}

const AUTOCOMPLETE: Readonly<Record<string, string>> = {
  username: 'username',
  email: 'email',
  password: 'current-password',
}

function field(name: string, declaration: Param, typed: unknown, isFirst: boolean): Html {
  const wire = wireName(name, declaration)
  const value = declaration.secret || typeof typed !== 'string' ? undefined : typed
  return html`<label class="field">${declaration.description.replace(/\.$/, '')}
<input name="${wire}" type="${declaration.secret ? 'password' : 'text'}" autocomplete="${AUTOCOMPLETE[wire] ?? 'off'}" autocapitalize="none" spellcheck="false"
 maxlength="${declaration.maxLength ?? 4096}"${value === undefined ? '' : html` value="${value}"`}${declaration.optional ? '' : html` required`}${isFirst ? html` autofocus` : ''}></label>`
}
