import {
  formText,
  type Markup,
  NotFound,
  OAuthError,
  type Page,
  type PageContext,
  type RawParams,
  type User,
} from 'grantql/plugin'
import { changePassword } from './change-password.ts'
import type { HashQueue } from './hash-queue.ts'
import { acceptInvitation, findInvitation, InvitationOver } from './invitations.ts'
import { findPhc, LONGEST } from './passwords.ts'
import { settings } from './settings.ts'
import { signUp } from './sign-up.ts'
import type { PasswordTables } from './tables.ts'

export const CHANGE_PATH = '/account/password'
export const SIGN_UP_PATH = '/sign-up'
const INVITATION_PATH = '/invitation/:token'

type Context = PageContext<PasswordTables>

/** Where people change their password, accept an invitation, and make an account for themselves. */
export const pages = (queue: HashQueue): readonly Page<PasswordTables>[] => [
  {
    method: 'GET',
    path: CHANGE_PATH,
    async handle(ctx) {
      if (!ctx.user) return toSignIn(ctx)
      return ctx.request.url.searchParams.has('changed') ? showChanged(ctx) : showChange(ctx, ctx.user)
    },
  },
  {
    method: 'POST',
    path: CHANGE_PATH,
    async handle(ctx, _request, form) {
      if (!ctx.user) return toSignIn(ctx)
      const { user } = ctx
      return attempt(
        async () => {
          const newPassword = chosenPassword(form)
          await changePassword(ctx, queue, { currentPassword: formText(form, 'current_password'), newPassword })
          return ctx.seeOther(`${CHANGE_PATH}?changed`)
        },
        (failure) => showChange(ctx, user, failure),
      )
    },
  },
  { method: 'GET', path: INVITATION_PATH, handle: (ctx) => showInvitation(ctx) },
  {
    method: 'POST',
    path: INVITATION_PATH,
    handle: (ctx, _request, form) =>
      attempt(
        async () => {
          const session = await acceptInvitation(ctx, queue, ctx.parameters.token ?? '', chosenPassword(form))
          return ctx.seeOther('/account', { session })
        },
        (failure) => showInvitation(ctx, failure),
      ),
  },
  {
    method: 'GET',
    path: SIGN_UP_PATH,
    handle: (ctx) => showSignUp(ctx, { returnTo: ctx.request.url.searchParams.get('return_to') ?? '' }),
  },
  {
    method: 'POST',
    path: SIGN_UP_PATH,
    handle(ctx, _request, form) {
      const username = formText(form, 'username')
      const email = formText(form, 'email')
      const returnTo = formText(form, 'return_to')
      return attempt(
        async () => {
          const session = await signUp(ctx, queue, { username, email, password: chosenPassword(form) })
          return ctx.seeOther(returnTo === '' ? '/account' : returnTo, { session })
        },
        (failure) => showSignUp(ctx, { username, email, returnTo, failure }),
      )
    },
  },
]

interface Failure {
  readonly status: number
  readonly text: string
  readonly retryAfterSeconds?: number | undefined
}

/** Something that a person can mend, on the same page. */
class Mistake extends Error {}

async function attempt(
  work: () => Promise<Response>,
  show: (failure: Failure) => Promise<Response>,
): Promise<Response> {
  try {
    return await work()
  } catch (error) {
    return show(describeFailure(error))
  }
}

function describeFailure(error: unknown): Failure {
  if (error instanceof Mistake) return { status: 422, text: error.message }
  if (!(error instanceof OAuthError)) throw error
  const retryAfterSeconds = Number(error.values.retryAfterSeconds ?? 1)
  switch (error.code) {
    case 'invalid_input':
      return { status: 422, text: error.message }
    case 'invalid_credentials':
      return { status: 422, text: 'The current password is wrong.' }
    case 'invalid_request':
      return { status: 422, text: 'Something is missing. Fill in every field.' }
    case 'insufficient_user_authentication':
      return { status: error.status, text: error.message }
    case 'invitation_over':
      return { status: error.status, text: error.message }
    case 'too_many_attempts':
      return {
        status: 429,
        text: 'There have been too many attempts. Wait some minutes and try again.',
        retryAfterSeconds,
      }
    case 'temporarily_unavailable':
      return {
        status: 503,
        text: 'The server is busy right now. Wait a few seconds and try again.',
        retryAfterSeconds,
      }
    default:
      throw error
  }
}

/** How a page with a form is answered: as it is, or with what went wrong. */
function standing({ status = 200, retryAfterSeconds }: Partial<Failure> = {}) {
  return { status, retryAfterSeconds }
}

/** Typed twice, because nobody can read what they typed and a mistake would keep them out. */
function chosenPassword(form: RawParams): string {
  const password = formText(form, 'new_password')
  if (password !== formText(form, 'new_password_again')) throw new Mistake('The two new passwords are not the same.')
  return password
}

function toSignIn(ctx: Context, how: { readonly prompt?: 'login' } = {}): Response {
  return ctx.seeOther(`/sign-in?${new URLSearchParams({ ...how, return_to: CHANGE_PATH })}`)
}

async function showChange(ctx: Context, user: User, failure?: Failure): Promise<Response> {
  return (await findPhc(ctx, user.id)) === undefined ? showFirst(ctx, user, failure) : showAnother(ctx, user, failure)
}

/** For somebody who signs in another way until now. Nothing but that sign-in says that it is they. */
async function showFirst(ctx: Context, { username }: User, failure?: Failure): Promise<Response> {
  const current = await ctx.sessions.current()
  if (!current || !ctx.sessions.isFresh(current.session)) return toSignIn(ctx, { prompt: 'login' })
  const body = await ctx.html`<h1>Choose a password</h1>
<p class="lead">You have none yet. You will be signed out everywhere else.</p>
${await note(ctx, failure)}
<form method="post" action="${CHANGE_PATH}">
${ctx.csrfField}
${await ownName(ctx, username)}
${await newPasswordFields(ctx, 'Password')}
<button class="primary wide-button">Save password</button>
</form>
<p class="small after"><a href="/account">Back to your account</a></p>`
  return ctx.page('Choose a password', body, standing(failure))
}

async function showAnother(ctx: Context, { username }: User, failure?: Failure): Promise<Response> {
  const body = await ctx.html`<h1>Change your password</h1>
<p class="lead">You will be signed out everywhere else.</p>
${await note(ctx, failure)}
<form method="post" action="${CHANGE_PATH}">
${ctx.csrfField}
${await ownName(ctx, username)}
${await passwordField(ctx, 'Current password', 'current_password', 'current-password')}
${await newPasswordFields(ctx, 'New password')}
<button class="primary wide-button">Change password</button>
</form>
<p class="small after"><a href="/account">Back to your account</a></p>`
  return ctx.page('Change your password', body, standing(failure))
}

async function showChanged(ctx: Context): Promise<Response> {
  const body = await ctx.html`<h1>Your password was changed</h1>
<p class="lead">You stay signed in here, and are signed out everywhere else.</p>
<p><a href="/account">Back to your account</a></p>`
  return ctx.page('Your password was changed', body, { mark: 'done' })
}

async function showInvitation(ctx: Context, failure?: Failure): Promise<Response> {
  const { token = '' } = ctx.parameters
  const invitation = await findInvitation(ctx, token)
  if (!invitation) return showOver(ctx)
  const body = await ctx.html`<h1>Welcome, ${invitation.username}</h1>
<p class="lead">You are invited to an account here. Choose a password, and it is yours.</p>
${await note(ctx, failure)}
<form method="post" action="/invitation/${token}">
${ctx.csrfField}
${await ownName(ctx, invitation.username)}
${await newPasswordFields(ctx, 'Password')}
<button class="primary wide-button">Create my account</button>
</form>`
  return ctx.page('You are invited', body, standing(failure))
}

async function showOver(ctx: Context): Promise<Response> {
  const body = await ctx.html`<h1>This invitation cannot be used</h1>
<p class="lead">An invitation works once and for some time. If you used it already, <a href="/sign-in">sign in</a>; if not, ask whoever invited you for another.</p>`
  return ctx.page('This invitation cannot be used', body, { status: new InvitationOver().status, mark: 'notice' })
}

interface SignUpForm {
  readonly username?: string
  readonly email?: string
  readonly returnTo: string
  readonly failure?: Failure
}

async function showSignUp(
  ctx: Context,
  { username = '', email = '', returnTo, failure }: SignUpForm,
): Promise<Response> {
  if (!ctx.setting(settings.signUp)) throw new NotFound()
  const body = await ctx.html`<h1>Create an account</h1>
<p class="lead">Choose a name that nobody here has yet.</p>
${await note(ctx, failure)}
<form method="post" action="${SIGN_UP_PATH}">
${ctx.csrfField}
<input type="hidden" name="return_to" value="${returnTo}">
<label class="field">User name
<input name="username" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64" value="${username}" required autofocus></label>
<label class="field">Email, if you like
<input name="email" inputmode="email" autocomplete="email" autocapitalize="none" spellcheck="false" maxlength="254" value="${email}"></label>
${await newPasswordFields(ctx, 'Password')}
<button class="primary wide-button">Create account</button>
</form>
<p class="small after">You have one? <a href="/sign-in">Sign in</a></p>`
  return ctx.page('Create an account', body, standing(failure))
}

function note(ctx: Context, failure: Failure | undefined): Markup | Promise<Markup> | '' {
  return failure ? ctx.html`<p class="note bad" role="alert">${failure.text}</p>` : ''
}

/** For password managers, which look for a field that could be typed into: `type=hidden` is none. */
function ownName(ctx: Context, username: string): Markup | Promise<Markup> {
  return ctx.html`<input name="username" autocomplete="username" value="${username}" hidden>`
}

async function newPasswordFields(ctx: Context, label: string): Promise<Markup> {
  const shortest = ctx.setting(settings.minimumLength)
  return ctx.html`${await passwordField(ctx, `${label}, at least ${shortest} characters`, 'new_password', 'new-password')}
${await passwordField(ctx, 'The same again', 'new_password_again', 'new-password')}`
}

function passwordField(ctx: Context, label: string, name: string, autocomplete: string): Markup | Promise<Markup> {
  return ctx.html`<label class="field">${label}
<input name="${name}" type="password" autocomplete="${autocomplete}" maxlength="${LONGEST}" required></label>`
}
