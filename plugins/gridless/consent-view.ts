import type { App, Approval, Markup, PageContext } from 'grantql/plugin'
import { AUTHORIZE_PATH } from './paths.ts'
import type { ReadParam } from './read-params.ts'
import { displayName, FULL_CLIENT_SCOPE, isDangerous } from './scopes.ts'

export interface Question {
  readonly app: App
  readonly approval: Approval
  readonly param: ReadParam
}

/** What the form posts back, as it came. */
const KEPT = ['client_id', 'response_type', 'grant_type', 'code', 'redirect_uri', 'scopes']

/** Who asks, for what, since when; and the two answers. */
export async function showConsent(ctx: PageContext, { app, approval, param }: Question): Promise<Response> {
  const { html, csrfField, user } = ctx
  const { requestedScopes, createdAt } = approval
  const isFullClient = requestedScopes.includes(FULL_CLIENT_SCOPE)
  const kept = { ...Object.fromEntries(KEPT.map((name) => [name, param(name)])), scopes: requestedScopes.join() }
  const fields = Object.entries(kept).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value ?? ''}">`,
  )
  const body = await html`<h1>${isFullClient ? 'Login With' : 'Authorize'} ${app.name}</h1>
<p class="lead">You are logged in as <strong>${user?.username ?? ''}</strong>. ${app.name} would be able to:</p>
${isFullClient ? await fullClient(ctx) : await listOf(ctx, requestedScopes)}
<p class="note">Did you start this yourself, in ${app.name}, ${ago(ctx.now(), createdAt)}? If not, deny it: somebody may be trying to use your account.</p>
<form method="post" action="${AUTHORIZE_PATH}">
${csrfField}
${await Promise.all(fields)}
<div class="actions"><button class="quiet" name="denied" value="true">Deny</button><button class="${isFullClient ? 'danger' : 'primary'}">Allow</button></div>
</form>`
  return ctx.page(`Authorize ${app.name}`, body)
}

async function listOf({ html }: PageContext, scopes: readonly string[]): Promise<Markup> {
  const items = scopes.map((scope) =>
    isDangerous(scope) ? html`<li><strong>${displayName(scope)}</strong></li>` : html`<li>${displayName(scope)}</li>`,
  )
  return html`<ul class="may"><li>Identify you <span class="small">(every app that you authorize can)</span></li>${await Promise.all(items)}</ul>`
}

async function fullClient({ html }: PageContext): Promise<Markup> {
  return html`<ul class="may"><li>Identify you</li><li>Read everything that you can read</li><li>Post, change and delete whatever you can</li><li>Create, join and leave Flows for you</li></ul>
<p class="small after">It can never:</p>
<ul class="may"><li>Change your password</li><li>Change your email address</li><li>Change your second factor</li><li>Create bots or apps</li></ul>`
}

/** How long ago, to the second in the first minute. Whoever has just come need not count. */
function ago(now: Date, then: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - then.getTime()) / 1000))
  if (seconds < 5) return 'just now'
  if (seconds < 60) return counted(seconds, 'second')
  return counted(Math.round(seconds / 60), 'minute')
}

const counted = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'} ago`

/** There is nothing to do in the browser any more. */
export async function showReturnToApp(ctx: PageContext): Promise<Response> {
  const body = await ctx.html`<h1>Authorizing...</h1>
<p class="lead">Return to your app to complete login.</p>`
  return ctx.page('Authorizing...', body, { mark: 'done' })
}
