import { html } from 'hono/html'
import type { AuthorizationAnswer } from '../plugin/context.ts'
import { formTargets } from '../plugin/form-targets.ts'
import type { RequestFacts } from '../plugin/request.ts'
import type { Answer } from '../rest/answer.ts'
import type { WayBack } from '../rest/authorization-response.ts'
import { type Html, renderPage } from './layout.ts'
import { targetName } from './redirect-target.ts'

const STATUSES: Readonly<Record<string, number>> = { server_error: 500, temporarily_unavailable: 503 }
const APPS_FAULT = 'An app sent you here, and there is a mistake in what it asks for. Nothing was changed.'
const OUR_FAULT = 'An app sent you here, and this server could not answer it. It is not your fault.'

/**
 * Tells somebody who is not signed in that an app's request ends here. Whether the app hears of it is theirs to decide: an
 * app may have sent them on purpose (RFC 9700 §4.11.2). Nothing is shown that the app chose, but where it is.
 */
export function renderWithheld(
  host: string,
  { redirectUri, members }: AuthorizationAnswer,
  wayBack: WayBack | undefined,
  facts: Pick<RequestFacts, 'id'>,
): Answer {
  const { error = 'server_error' } = members
  const status = STATUSES[error] ?? 400
  const title = 'This request cannot be answered'
  const body = html`<h1>${title}</h1>
<p class="lead">${status < 500 ? APPS_FAULT : OUR_FAULT}</p>
${wayBack ? html`<p class="note">Go back only if you came from <strong>${targetName(redirectUri)}</strong> and trust it.</p>${wayOut(wayBack, redirectUri)}` : ''}
<dl class="small"><dt>Error</dt><dd><code>${error}</code></dd><dt>Request</dt><dd><code>${facts.id}</code></dd></dl>`
  return renderPage(host, {
    title,
    mark: 'warning',
    body,
    status,
    formTargets: wayBack && 'fields' in wayBack ? formTargets(redirectUri) : [],
    ...(status === 503 && { headers: { 'retry-after': '1' } }),
  })
}

function wayOut(wayBack: WayBack, redirectUri: string): Html {
  const label = `Go back to ${targetName(redirectUri)}`
  if ('link' in wayBack) return html`<p><a href="${wayBack.link}">${label}</a></p>`
  const fields = Object.entries(wayBack.fields)
  return html`<form method="post" action="${redirectUri}">
${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button class="quiet wide-button">${label}</button>
</form>`
}
