import type { Markup, PageContext } from 'grantql/plugin'
import type { AuthClient, ClientInput, ClientType } from './auth-client.ts'
import { AUTH_CLIENTS_PATH } from './auth-client-paths.ts'
import type { Faults } from './json.ts'
import type { ProcessmakerTables } from './tables.ts'

type Context = PageContext<ProcessmakerTables>

interface Form {
  readonly title: string
  readonly input: ClientInput
  readonly faults?: Faults
}

/** It was understood, and is wrong. */
const WRONG = 422

/** Name, what it may do, Save. */
export async function renderForm(ctx: Context, { title, input, faults = {} }: Form): Promise<Response> {
  const { html, csrfField } = ctx
  const body = await html`<h1>${title}</h1>
<p class="lead">A program that people sign in to, or that works by itself.</p>
<form method="post">
${csrfField}
<label class="field">Name<input name="name" maxlength="100" value="${input.name}" required></label>
${await mistakes(ctx, faults.name)}
<fieldset><legend>Grant types</legend>
${await mistakes(ctx, faults.types)}
<div class="reveals">${await box(ctx, input, 'authorization_code_grant', 'Enable Authorization Code Grant')}</div>
<div class="revealed"><label class="field">Redirect URL<input name="redirect" type="text" inputmode="url" autocomplete="off" maxlength="2000" value="${input.redirect}"></label></div>
${await mistakes(ctx, faults.redirect)}
<div class="reveals">${await box(ctx, input, 'password_client', 'Enable Password Grant')}</div>
<p class="note revealed">With the password grant the client sees the passwords of people, and no second step can be asked of them. Tick it for programs of your own alone; those get no codes then.</p>
${await box(ctx, input, 'personal_access_client', 'Enable Personal Access Tokens')}
</fieldset>
<div class="actions"><a class="button quiet" href="${AUTH_CLIENTS_PATH}">Cancel</a><button class="primary">Save</button></div>
</form>`
  return ctx.page(title, body, { status: Object.keys(faults).length > 0 ? WRONG : 200 })
}

async function box({ html }: Context, { types }: ClientInput, type: ClientType, label: string): Promise<Markup> {
  const isTicked = types.includes(type)
  return html`<label class="choice">${isTicked ? html`<input type="checkbox" name="types[]" value="${type}" checked>` : html`<input type="checkbox" name="types[]" value="${type}">`}${label}</label>`
}

async function mistakes({ html }: Context, sentences: readonly string[] = []): Promise<Markup | ''> {
  return sentences.length === 0 ? '' : html`<p class="note bad" role="alert">${sentences.join(' ')}</p>`
}

/** Asks once more. */
export async function renderDeletion(ctx: Context, { app }: AuthClient): Promise<Response> {
  const { html, csrfField } = ctx
  const body = await html`<h1>Caution!</h1>
<p class="lead">Are you sure that you want to delete the auth client <strong>${app.name}</strong>? Its secret and all of its tokens stop working at once.</p>
<form method="post">
${csrfField}
<div class="actions"><a class="button quiet" href="${AUTH_CLIENTS_PATH}">Cancel</a><button class="danger">Confirm</button></div>
</form>`
  return ctx.page('Caution!', body)
}
