import type { Markup, PageContext } from 'grantql/plugin'
import type { LogoutRequest } from './logout-request.ts'

const WRONG = 'Something in the request of the app was wrong, so you will not go back to it from here.'

/** Asks: nothing shows that it was the user who wanted it. */
export async function askToSignOut(ctx: PageContext, request: LogoutRequest, action: string): Promise<Response> {
  const { app, returns, isWrong } = request
  const { html } = ctx
  const answers: Markup = await html`<form method="post" action="${action}">
${ctx.csrfField}
${await hiddenFields(ctx, request)}
<div class="actions"><button class="quiet" name="answer" value="no">Stay</button><button class="primary" name="answer" value="yes">Sign out</button></div>
</form>`
  const body = await html`<h1>Do you want to sign out?</h1>
<p class="lead">${app ? await html`<strong>${app.name}</strong> asks you to. You` : 'You'} are signed in as <strong>${ctx.user?.username ?? ''}</strong>.</p>
${isWrong ? await html`<p class="note">${WRONG}</p>` : ''}
${answers}
${returns ? await html`<p class="small after">You will return to <strong>${nameOf(returns.url)}</strong>.</p>` : ''}`
  return ctx.page('Sign out', body, { status: statusOf(request), formEndsAt: returns?.url })
}

/** It is done. Where an app could name a place to return to, the user may go there. */
export async function showSignedOut(ctx: PageContext, request: LogoutRequest): Promise<Response> {
  const { app, returns, isWrong } = request
  const { html } = ctx
  const body = await html`<h1>You are signed out</h1>
<p class="lead">Nobody is signed in here in this browser. Apps that you used may need a moment to hear of it.</p>
${isWrong ? await html`<p class="note">${WRONG}</p>` : ''}
${returns ? await html`<p><a href="${returns.url}">Back to ${app?.name ?? nameOf(returns.url)}</a></p>` : ''}`
  return ctx.page('Signed out', body, { status: statusOf(request), mark: 'done' })
}

/** The user said no. */
export async function showStillSignedIn(ctx: PageContext): Promise<Response> {
  const body = await ctx.html`<h1>You are still signed in</h1>
<p class="lead">Nothing has changed. You can close this page.</p>`
  return ctx.page('Still signed in', body, { mark: 'notice' })
}

/** The request as the answer needs it; it is checked again then. */
function hiddenFields({ html }: PageContext, { app, returns }: LogoutRequest) {
  if (!app || !returns) return ''
  const { redirectUri, state } = returns
  return html`<input type="hidden" name="client_id" value="${app.clientId}">
<input type="hidden" name="post_logout_redirect_uri" value="${redirectUri}">
${state === undefined ? '' : html`<input type="hidden" name="state" value="${state}">`}`
}

const statusOf = ({ isWrong }: LogoutRequest) => (isWrong ? 400 : 200)

function nameOf(url: string): string {
  const { host, protocol } = new URL(url)
  return host === '' ? protocol.slice(0, -1) : host
}
