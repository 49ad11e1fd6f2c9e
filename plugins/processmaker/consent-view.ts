import { type App, type Approval, OUT_OF_BAND, type PageContext } from 'grantql/plugin'
import type { ProcessmakerTables } from './tables.ts'

/** The path of the standard that it shares. */
export const AUTHORIZE_PATH = '/oauth/authorize'

interface Question {
  readonly app: App
  readonly approval: Approval
  readonly handle: string
  readonly username: string
}

/** Who asks, for what, as whom; and the two answers. */
export async function renderConsent(
  ctx: PageContext<ProcessmakerTables>,
  { app, approval, handle, username }: Question,
): Promise<Response> {
  const { html, csrfField } = ctx
  const { redirectUri, state } = approval.details
  const fields = await html`${csrfField}
<input type="hidden" name="state" value="${typeof state === 'string' ? state : ''}">
<input type="hidden" name="client_id" value="${app.clientId}">
<input type="hidden" name="auth_token" value="${handle}">`
  const scopes = approval.requestedScopes.map((scope) => html`<li>${ctx.describeScope(scope, app)}</li>`)
  const body = await html`<h1>Authorization Request</h1>
<p class="lead"><strong>${app.name}</strong> is requesting permission to access your account.</p>
${scopes.length > 0 ? html`<p>This application will be able to:</p><ul class="may">${await Promise.all(scopes)}</ul>` : ''}
<p class="small">You are ${username}.${whereTo(redirectUri)}</p>
<div class="actions">
<form method="post" action="${AUTHORIZE_PATH}" class="grows">${fields}<input type="hidden" name="_method" value="DELETE"><button class="quiet wide-button">Cancel</button></form>
<form method="post" action="${AUTHORIZE_PATH}" class="grows">${fields}<button class="primary wide-button">Authorize</button></form>
</div>`
  const formEndsAt = typeof redirectUri === 'string' ? redirectUri : undefined
  return ctx.page('Authorization Request', body, { formEndsAt })
}

function whereTo(redirectUri: unknown): string {
  if (typeof redirectUri !== 'string') return ''
  if (redirectUri === OUT_OF_BAND) return ' You will be shown a code to copy.'
  const { protocol, host } = new URL(redirectUri)
  return ` You will return to ${host || protocol}.`
}
