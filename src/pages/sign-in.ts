import { html } from 'hono/html'
import type { Core } from '../core.ts'
import { OAuthError } from '../errors/oauth-error.ts'
import { readText } from '../operations/parse-params.ts'
import { signIn } from '../operations/sign-in.ts'
import type { SignIn } from '../plugin/contributions.ts'
import type { Param } from '../plugin/param.ts'
import { wireName } from '../plugin/wire-name.ts'
import { seeOther } from '../rest/authorization-response.ts'
import { type Html, renderPage } from './layout.ts'
import { ownUrl } from './own-path.ts'
import type { PageAnswer, PageRoute, Visit } from './visit.ts'

const PATH = '/sign-in'
/** The sign-in was understood and is wrong: not 401, which would have to name a challenge. */
const WRONG = 422

/** The sign-in page: a form for each way to sign in that plugins bring. */
export function signInPages(core: Core, host: string): readonly PageRoute[] {
  const show = (visit: Visit, returnTo: string | undefined, failure?: Failure): PageAnswer => ({
    answer: renderPage(host, {
      title: 'Sign in',
      status: failure?.status ?? 200,
      ...(failure?.status === 503 && { headers: { 'retry-after': '5' } }),
      body: html`<h1>Sign in</h1>
<p class="lead">Continue to <strong>${host}</strong>.</p>
${failure ? html`<p class="note bad" role="alert">${failure.text}</p>` : ''}
${core.registry.signIns.map((method) => signInForm(method, visit, returnTo))}
${core.registry.signIns.length === 0 ? html`<p>Nobody can sign in here: no plugin of this server brings a way to.</p>` : ''}`,
    }),
  })

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
          const { token, session } = await signIn(core, readText(form, 'sign_in') ?? '', form, facts)
          // Whatever session the browser had ends here, so that nobody signs somebody else into a session that they know.
          if (visit.signedIn) await core.sessions.end(visit.signedIn.session.id)
          return { answer: seeOther(ownUrl(core.issuer, returnTo)), session: { token, expiresAt: session.expiresAt } }
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
}

/** What was wrong is not said: neither a name nor a password may be found out by trying. */
function describeFailure(error: unknown): Failure {
  if (!(error instanceof OAuthError)) throw error
  switch (error.code) {
    case 'invalid_credentials':
      return { status: WRONG, text: 'That did not work. Check what you typed and try again.' }
    case 'invalid_request':
      return { status: WRONG, text: 'Something is missing. Fill in every field.' }
    case 'temporarily_unavailable':
      return { status: 503, text: 'Many people are signing in right now. Wait a few seconds and try again.' }
    default:
      throw error
  }
}

function signInForm(method: SignIn, { csrfField, facts, form }: Visit, returnTo: string | undefined): Html {
  const hint = facts.url.searchParams.get('login_hint') ?? undefined
  const fields = Object.entries(method.params).map(([name, declaration], index) =>
    field(name, declaration, form.all(name)[0] ?? (index === 0 ? hint : undefined), index === 0),
  )
  return html`<form method="post" action="${PATH}">
${csrfField}
<input type="hidden" name="sign_in" value="${method.id}">
${returnTo === undefined ? '' : html`<input type="hidden" name="return_to" value="${returnTo}">`}
${fields}
<button class="primary wide-button">${method.label}</button>
</form>`
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
