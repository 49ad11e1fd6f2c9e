import { formText, NotFound, type Page, type PageContext } from 'grantql/plugin'
import { attempt, type Failure, note } from './form.ts'
import { goOn, SIGN_IN } from './login.ts'
import { LOGIN_PATH, REGISTER_PATH } from './paths.ts'

/** Where a person makes an account, where this server lets everybody. */
export const registerPages: readonly Page[] = [
  {
    method: 'GET',
    path: REGISTER_PATH,
    handle: (ctx) => showRegister(ctx, { redirectUrl: ctx.request.url.searchParams.get('redirect_url') ?? '' }),
  },
  {
    method: 'POST',
    path: REGISTER_PATH,
    handle(ctx, _request, form) {
      const redirectUrl = formText(form, 'redirect_url')
      const typed = { username: formText(form, 'username'), email: formText(form, 'email') }
      return attempt(
        async () => goOn(ctx, redirectUrl, await ctx.operations.signUp(SIGN_IN, form, ctx.request)),
        (failure) => showRegister(ctx, { redirectUrl, ...typed, failure }),
      )
    },
  },
]

interface RegisterForm {
  readonly redirectUrl: string
  readonly username?: string
  readonly email?: string
  readonly failure?: Failure
}

async function showRegister(
  ctx: PageContext,
  { redirectUrl, username = '', email = '', failure }: RegisterForm,
): Promise<Response> {
  if (!ctx.operations.maySignUp(SIGN_IN)) throw new NotFound()
  const login = `${LOGIN_PATH}?${new URLSearchParams({ redirect_url: redirectUrl })}`
  const body = await ctx.html`<h1>Register</h1>
<p class="lead">Choose a name that nobody at <strong>${ctx.url('/').host}</strong> has yet.</p>
${await note(ctx, failure)}
<form method="post" action="${REGISTER_PATH}">
${ctx.csrfField}
<input type="hidden" name="redirect_url" value="${redirectUrl}">
<label class="field">Username
<input name="username" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64" value="${username}" required autofocus></label>
<label class="field">Email, if you like
<input name="email" inputmode="email" autocomplete="email" autocapitalize="none" spellcheck="false" maxlength="254" value="${email}"></label>
<label class="field">Password
<input name="password" type="password" autocomplete="new-password" maxlength="4096" required></label>
<button class="primary wide-button">Register</button>
</form>
<p class="small after">You have an account? <a href="${login}">Log in</a></p>`
  return ctx.page('Register', body, { status: failure?.status ?? 200, retryAfterSeconds: failure?.retryAfterSeconds })
}
