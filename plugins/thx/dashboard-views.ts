import type { App, PageContext } from 'grantql/plugin'
import { PURPOSES, type Purpose, type Registration } from './applications.ts'
import { applicationPath, DASHBOARD_PATH, NEW_PATH } from './dashboard-paths.ts'

/** It was understood, and is wrong. */
const WRONG = 422

const purposeOf = ({ grants }: App): Purpose =>
  grants.includes('authorization_code') ? 'authorization_code' : 'client_credentials'

/** The applications of who is signed in. */
export async function showApplications(ctx: PageContext, apps: readonly App[]): Promise<Response> {
  const { html } = ctx
  const row = (app: App) => html`<li><div><strong>${app.name}</strong>
<span class="small">${PURPOSES[purposeOf(app)].label}</span> <code>${app.clientId}</code></div>
<a class="button quiet" href="${applicationPath(app.id)}" aria-label="Open ${app.name}">Open</a></li>`
  const list =
    apps.length === 0
      ? html`<p>You have no application yet.</p>`
      : html`<ul class="rows">${await Promise.all(apps.map(row))}</ul>`
  const body = await html`<h1>Dashboard</h1>
<p class="lead">Your applications, which get access to asset pools here.</p>
${await list}
<div class="actions"><a class="button primary" href="${NEW_PATH}">Register an application</a></div>`
  return ctx.page('Dashboard', body, { isWide: true })
}

/** @param mistake what is wrong with what was typed */
export async function showRegistration(ctx: PageContext, typed: Registration, mistake?: string): Promise<Response> {
  const { html } = ctx
  const choice = ([purpose, { label, explanation }]: [string, (typeof PURPOSES)[Purpose]]) =>
    html`<li><label><input type="radio" name="grant_type" value="${purpose}"${purpose === typed.purpose ? ' checked' : ''}>
<span>${label}: ${explanation} <code>${purpose}</code></span></label></li>`
  const body = await html`<h1>Register an application</h1>
<p class="lead">It gets an ID and a secret, by which it gets access tokens.</p>
${await note(ctx, mistake)}
<form method="post" action="${NEW_PATH}">
${ctx.csrfField}
<label class="field">Name
<input name="name" type="text" maxlength="100" autocomplete="off" value="${typed.name}" required autofocus></label>
<fieldset><legend>What is it?</legend>
<ul class="scopes">${await Promise.all(Object.entries(PURPOSES).map(choice))}</ul></fieldset>
<label class="field below">Redirect URIs of a wallet, one a line
<textarea name="redirect_uris" rows="3" spellcheck="false">${typed.redirectUris}</textarea></label>
<div class="actions"><a class="button quiet" href="${DASHBOARD_PATH}">Cancel</a><button class="primary">Register</button></div>
</form>`
  return ctx.page('Register an application', body, { status: mistake === undefined ? 200 : WRONG })
}

/** The one time that a secret is shown. */
export async function showSecret(ctx: PageContext, app: App, secret: string): Promise<Response> {
  const body = await ctx.html`<h1>${app.name}</h1>
<p class="lead">These are its credentials.</p>
<h2 id="client-id">Client ID</h2>
<code class="code" aria-labelledby="client-id">${app.clientId}</code>
<h2 id="client-secret">Client secret</h2>
<code class="code" aria-labelledby="client-secret">${secret}</code>
<p class="note">Copy the secret now: it is not shown again. It never belongs into software that runs in a browser.</p>
<p><a href="${applicationPath(app.id)}">Go to the application</a></p>`
  return ctx.page(`Credentials of ${app.name}`, body, { mark: 'done' })
}

/** @param mistake why what was asked for was not done */
export async function showApplication(ctx: PageContext, app: App, mistake?: string): Promise<Response> {
  const { html } = ctx
  const path = applicationPath(app.id)
  const redirects = await Promise.all(
    app.redirectUris.map((uri) => html`<dt>Redirect URI</dt><dd><code>${uri}</code></dd>`),
  )
  const body = await html`<h1>${app.name}</h1>
<p class="lead">${PURPOSES[purposeOf(app)].explanation}</p>
${await note(ctx, mistake)}
<dl class="facts"><dt>Client ID</dt><dd><code>${app.clientId}</code></dd>
<dt>Grants</dt><dd><code>${app.grants.join(' ')}</code></dd>
<dt>Scopes</dt><dd><code>${app.scopes.join(' ')}</code></dd>
${redirects}</dl>
<h2>Client secret</h2>
<form method="post" action="${path}/secret">
${ctx.csrfField}
<ul class="scopes"><li><label><input type="checkbox" name="end_present" value="yes">
<span>The present secret stops working at once. Else it works for another day.</span></label></li></ul>
<div class="actions"><button class="quiet">New secret</button></div>
</form>
<div class="actions"><a class="button quiet" href="${path}/delete">Delete this application</a></div>
<p class="small after"><a href="${DASHBOARD_PATH}">All applications</a></p>`
  return ctx.page(app.name, body, { status: mistake === undefined ? 200 : WRONG })
}

/** Asks once more: there is no way back. */
export async function showDeletion(ctx: PageContext, app: App): Promise<Response> {
  const path = applicationPath(app.id)
  const body = await ctx.html`<h1>Delete ${app.name}?</h1>
<p class="lead">Its secrets stop working and its tokens end. There is no way back.</p>
<form method="post" action="${path}/delete">
${ctx.csrfField}
<div class="actions"><a class="button quiet" href="${path}">Keep it</a><button class="primary">Delete</button></div>
</form>`
  return ctx.page(`Delete ${app.name}?`, body, { mark: 'warning' })
}

const note = async ({ html }: PageContext, mistake: string | undefined) =>
  mistake === undefined ? '' : html`<p class="note bad" role="alert">${mistake}</p>`
