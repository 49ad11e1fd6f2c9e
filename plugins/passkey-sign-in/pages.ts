import {
  formText,
  InvalidInput,
  type Markup,
  NotFound,
  type OAuthError,
  type Page,
  type PageContext,
  type User,
} from 'grantql/plugin'
import { freshUser } from './fresh-session.ts'
import { type Passkey, passkeysOf, removePasskey } from './passkeys.ts'
import { finishRegistration } from './register.ts'
import { isOffered } from './relying-party.ts'
import { registrationScript } from './scripts.ts'
import type { PasskeyTables } from './tables.ts'

export const PATH = '/account/passkeys'
const REMOVE_PATH = `${PATH}/remove`

type Context = PageContext<PasskeyTables>

/** Where people see, add and remove their passkeys. All but adding works without JavaScript. */
export const pages: readonly Page<PasskeyTables>[] = [
  { method: 'GET', path: PATH, handle: (ctx) => withFreshUser(ctx, (user) => show(ctx, user)) },
  {
    method: 'POST',
    path: PATH,
    handle: (ctx, _request, form) =>
      withFreshUser(ctx, (user) =>
        changing(ctx, user, () => finishRegistration(ctx, user, formText(form, 'credential'), formText(form, 'label'))),
      ),
  },
  {
    method: 'POST',
    path: REMOVE_PATH,
    handle: (ctx, _request, form) =>
      withFreshUser(ctx, (user) => changing(ctx, user, () => removePasskey(ctx, user.id, formText(form, 'id')))),
  },
]

/** Whoever has not just signed in does so first, and comes back. */
async function withFreshUser(ctx: Context, run: (user: User) => Promise<Response>): Promise<Response> {
  const user = await freshUser(ctx)
  if (typeof user !== 'string') return run(user)
  const query = new URLSearchParams({ prompt: 'login', return_to: PATH })
  return ctx.seeOther(`/sign-in?${query}`)
}

async function changing(ctx: Context, user: User, change: () => Promise<unknown>): Promise<Response> {
  try {
    await change()
  } catch (error) {
    if (error instanceof InvalidInput || error instanceof NotFound) return show(ctx, user, error)
    throw error
  }
  return ctx.seeOther(PATH)
}

async function show(ctx: Context, user: User, failure?: OAuthError): Promise<Response> {
  const passkeys = await passkeysOf(ctx, user.id)
  const rows = await Promise.all(passkeys.map((passkey) => row(ctx, passkey)))
  const body = await ctx.html`<h1>Passkeys</h1>
<p class="lead">Sign in with your fingerprint, your face or a security key instead of a password.</p>
${failure ? await ctx.html`<p class="note bad" role="alert">${failure.message}</p>` : ''}
${rows.length > 0 ? await ctx.html`<ul class="rows">${rows}</ul>` : await ctx.html`<p>You have no passkey yet.</p>`}
${isOffered(ctx) ? await addForm(ctx) : await ctx.html`<p class="note">This server takes no passkeys at present.</p>`}
<p class="small after"><a href="/account">Your account</a></p>`
  return ctx.page('Passkeys', body, {
    status: failure ? 422 : 200,
    ...(isOffered(ctx) && { script: registrationScript }),
  })
}

function row(ctx: Context, { id, label, createdAt, lastUsedAt }: Passkey): Markup | Promise<Markup> {
  const used = lastUsedAt ? ctx.html`last used ${day(ctx, lastUsedAt)}` : 'never used'
  return ctx.html`<li><div><strong>${label}</strong><span class="small">Added ${day(ctx, createdAt)}, ${used}</span></div>
<form method="post" action="${REMOVE_PATH}">${ctx.csrfField}<input type="hidden" name="id" value="${id}"><button class="quiet" aria-label="Remove ${label}">Remove</button></form></li>`
}

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

function day(ctx: Context, date: Date): Markup | Promise<Markup> {
  return ctx.html`<time datetime="${date.toISOString()}">${DAY.format(date)}</time>`
}

function addForm(ctx: Context): Markup | Promise<Markup> {
  return ctx.html`<form method="post" action="${PATH}" class="below" data-passkey="add" hidden>
${ctx.csrfField}
<input type="hidden" name="credential">
<label class="field">Name of the new passkey
<input name="label" maxlength="64" autocomplete="off" placeholder="My phone"></label>
<button class="primary wide-button">Add a passkey</button>
</form>
<noscript><p class="note">To add a passkey, your browser must run JavaScript on this page. What you have can be removed without.</p></noscript>`
}
