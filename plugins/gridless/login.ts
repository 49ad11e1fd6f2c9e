import { formText, type Page, type PageContext } from 'grantql/plugin'
import { attempt, type Failure, note } from './form.ts'
import { LOGIN_PATH, LOGOUT_PATH, REGISTER_PATH, SUCCESS_PATH } from './paths.ts'

/** The sign-in of this server that the page is a form of. */
export const SIGN_IN = 'password'

/** Where a person logs in, by a sign-in of this server, and out. */
export const loginPages: readonly Page[] = [
  {
    method: 'GET',
    path: LOGIN_PATH,
    async handle(ctx) {
      const redirectUrl = ctx.request.url.searchParams.get('redirect_url') ?? ''
      return ctx.user ? goOn(ctx, redirectUrl) : showLogin(ctx, { redirectUrl })
    },
  },
  {
    method: 'POST',
    path: LOGIN_PATH,
    handle(ctx, _request, form) {
      const redirectUrl = formText(form, 'redirect_url')
      return attempt(
        async () => goOn(ctx, redirectUrl, await ctx.operations.signIn(SIGN_IN, form, ctx.request)),
        (failure) => showLogin(ctx, { redirectUrl, username: formText(form, 'username'), failure }),
      )
    },
  },
  { method: 'GET', path: LOGOUT_PATH, handle: showLogout },
  {
    method: 'POST',
    path: LOGOUT_PATH,
    async handle(ctx) {
      await ctx.signOut()
      return ctx.seeOther(LOGIN_PATH)
    },
  },
  { method: 'GET', path: SUCCESS_PATH, handle: showSuccess },
]

type Session = NonNullable<NonNullable<Parameters<PageContext['seeOther']>[1]>['session']>

/** Back to where the person came from, on this server alone (RFC 9700 §4.11). */
export function goOn(ctx: PageContext, redirectUrl: string, session?: Session): Response {
  return ctx.seeOther(redirectUrl === '' ? SUCCESS_PATH : redirectUrl, session && { session })
}

interface LoginForm {
  readonly redirectUrl: string
  readonly username?: string
  readonly failure?: Failure
}

async function showLogin(ctx: PageContext, { redirectUrl, username = '', failure }: LoginForm): Promise<Response> {
  const { html, csrfField } = ctx
  const register = `${REGISTER_PATH}?${new URLSearchParams({ redirect_url: redirectUrl })}`
  const body = await html`<h1>Log in</h1>
<p class="lead">With your account at <strong>${ctx.url('/').host}</strong>.</p>
${await note(ctx, failure)}
<form method="post" action="${LOGIN_PATH}">
${csrfField}
<input type="hidden" name="redirect_url" value="${redirectUrl}">
<label class="field">Username
<input name="username" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="256" value="${username}" required autofocus></label>
<label class="field">Password
<input name="password" type="password" autocomplete="current-password" maxlength="4096" required></label>
<button class="primary wide-button">Log in</button>
</form>
${ctx.operations.maySignUp(SIGN_IN) ? await html`<p class="small after"><a href="${register}">Register</a></p>` : ''}`
  return ctx.page('Log in', body, { status: failure?.status ?? 200, retryAfterSeconds: failure?.retryAfterSeconds })
}

async function showLogout(ctx: PageContext): Promise<Response> {
  if (!ctx.user) return ctx.seeOther(LOGIN_PATH)
  const body = await ctx.html`<h1>Log out</h1>
<p class="lead">You are logged in as <strong>${ctx.user.username}</strong>.</p>
<form method="post" action="${LOGOUT_PATH}">${ctx.csrfField}<button class="primary wide-button">Log out</button></form>`
  return ctx.page('Log out', body)
}

async function showSuccess(ctx: PageContext): Promise<Response> {
  if (!ctx.user) return ctx.seeOther(LOGIN_PATH)
  const body = await ctx.html`<h1>You are logged in</h1>
<p class="lead">Welcome, <strong>${ctx.user.username}</strong>. Return to your app, or go on to <a href="/_gridless/developers">your own apps</a>.</p>`
  return ctx.page('Logged in', body, { mark: 'done' })
}
