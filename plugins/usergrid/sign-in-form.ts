import type { App, Markup, PageContext } from 'grantql/plugin'
import type { Asked } from './asked.ts'
import { findAskingApp } from './asking-app.ts'

/** The form of Usergrid: its names, its order, its words. Above it, who will act in the name of the one who signs in. */
export async function showForm(ctx: PageContext, asked: Asked, message?: string): Promise<Response> {
  const { html } = ctx
  const known = await findAskingApp(ctx, asked.client_id)
  const hidden = Object.entries(asked).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  const body = html`<div class="dialog-area">
<h1>Sign In</h1>
${known ? html`<p class="lead">Sign in to let <strong>${known.name}</strong> act in your name.</p>` : ''}
${message === undefined ? '' : html`<div class="dialog-form-message note bad" role="alert">${message}</div>`}
<form class="dialog-form" action="" method="post">
${hidden}
<fieldset>
<p class="label"><label for="username">Username</label></p>
<p class="field"><input class="text_field" id="username" name="username" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="256"></p>
<p class="label"><label for="password">Password</label></p>
<p class="field"><input class="text_field" id="password" name="password" type="password" autocomplete="current-password" maxlength="1024"></p>
<p class="buttons"><button class="primary wide-button" type="submit">Submit</button></p>
</fieldset>
</form>
</div>`
  return ctx.page('Sign In', (await body) as Markup, { tab: 'Sign In', formEndsAt: known && formEnd(known, asked) })
}

/** Where the answer leads, as far as it is a place of the app; whether it is exactly one is looked at then. */
function formEnd({ redirectUris }: App, { redirect_uri: asked }: Asked): string | undefined {
  const target = asked === '' ? redirectUris[0] : asked
  if (target === undefined || !URL.canParse(target)) return undefined
  const { protocol, hostname } = new URL(target)
  const isOfApp = redirectUris.some((uri) => new URL(uri).protocol === protocol && new URL(uri).hostname === hostname)
  return isOfApp ? target : undefined
}
