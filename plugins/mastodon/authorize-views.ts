import { type App, type Approval, type Markup, OUT_OF_BAND, type PageContext, type User } from 'grantql/plugin'
import { type Access, type Permission, permissionsOf } from './scopes.ts'
import { NEVER_SECONDS, settings } from './settings.ts'

interface Consent {
  readonly approval: Approval
  readonly app: App
  readonly handle: string
  readonly user: User
  /** The path of this page, for whoever is not the one who is signed in. */
  readonly returnTo: string
}

/** Who asks, for what, as whom; and a form for each answer. */
export async function renderConsent(ctx: PageContext, consent: Consent): Promise<Response> {
  const { html, csrfField } = ctx
  const { approval, app, handle, user, returnTo } = consent
  const redirectUri = String(approval.details.redirectUri)
  const permissions = permissionsOf(approval.requestedScopes)
  const endsByItself = ctx.setting(settings.tokenTtlSeconds) < NEVER_SECONDS
  const form = (id: string, more: unknown) =>
    html`<form id="${id}" method="post" action="/oauth/authorize">${csrfField}${more}<input type="hidden" name="client_id" value="${app.clientId}"><input type="hidden" name="handle" value="${handle}"></form>`
  const body = await html`<h1>Authorization required</h1>
<p class="lead"><strong>${app.name}</strong> would like to use your account. It was not made by this server: say yes only if you trust it.</p>
<div class="who"><span class="face" aria-hidden="true">${[...user.username][0]?.toUpperCase() ?? ''}</span><span>You are <strong>${user.username}</strong></span>
<form class="push" method="post" action="/sign-out">${csrfField}<input type="hidden" name="return_to" value="${returnTo}"><button class="link">Not you?</button></form></div>
<h2>Review permissions</h2>
<ul class="rows">${permissions.map((permission) => permissionRow(ctx, permission, user.role === 'admin'))}</ul>
${form('authorize', '')}
${form('deny', html`<input type="hidden" name="_method" value="delete">`)}
<div class="actions"><button class="quiet" form="deny">Deny</button><button class="primary" form="authorize">Authorize</button></div>
<p class="small after">${endsByItself ? '' : 'Access does not end by itself. '}You can end it at any time in your account. ${whereTo(ctx, redirectUri)}</p>`
  return ctx.page('Authorization required', body, {
    ...(redirectUri !== OUT_OF_BAND && { formEndsAt: redirectUri }),
  })
}

function permissionRow({ html }: PageContext, { area, access, takesAdmin }: Permission, isAdmin: boolean) {
  const note = takesAdmin && !isAdmin ? 'Takes an administrator: it will not be given' : describeAccess(access)
  return html`<li><div><strong>${area}</strong>${note === '' ? '' : html`<span class="small">${note}</span>`}</div></li>`
}

function describeAccess(access: ReadonlySet<Access>): string {
  if (access.size === 2) return 'Read and write access'
  if (access.has('write')) return 'Write-only access'
  return access.has('read') ? 'Read-only access' : ''
}

function whereTo({ html }: PageContext, redirectUri: string): Markup | Promise<Markup> {
  if (redirectUri === OUT_OF_BAND) return html`You will be shown a code to copy.`
  const { protocol, host } = new URL(redirectUri)
  return html`<span class="whole">You will return to <strong>${host || protocol}</strong>.</span>`
}

/** What is wrong with what an app asked for. The browser goes nowhere. */
export async function renderFailure(
  ctx: PageContext,
  { status, sentence }: { readonly status: number; readonly sentence: string },
  retryAfterSeconds?: number,
): Promise<Response> {
  const body = await ctx.html`<h1>An error has occurred</h1>
<p class="lead">${sentence}</p>
<p class="small">Go back to the app that sent you here. Nothing was changed.</p>`
  return ctx.page('An error has occurred', body, { status, mark: 'warning', retryAfterSeconds })
}
