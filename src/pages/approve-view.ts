import { html } from 'hono/html'
import type { Approval } from '../approvals/approval.ts'
import type { App } from '../apps/app.ts'
import type { OAuthError } from '../errors/oauth-error.ts'
import type { AccessLifetime } from '../operations/access-lifetime.ts'
import type { SignedIn } from '../operations/presented-session.ts'
import type { ApprovalLine, PageMark, ScopeDeclaration } from '../plugin/contributions.ts'
import { formTargets } from '../plugin/form-targets.ts'
import type { Answer } from '../rest/answer.ts'
import { asciiUrl } from '../rest/authorization-response.ts'
import { duration } from './duration.ts'
import { type Html, renderPage } from './layout.ts'
import { DAY_AND_TIME, moment, TIME } from './moment.ts'
import { targetName } from './redirect-target.ts'

interface View {
  readonly approval: Approval
  readonly app: App
  readonly signedIn: SignedIn
  readonly csrfField: Html
}

interface Question extends View {
  readonly scopes: readonly ScopeDeclaration[]
  /** What the plugin says beside the scopes. */
  readonly lines: readonly ApprovalLine[]
  /** Where the browser goes afterwards; undefined where the app waits elsewhere. */
  readonly target: string | undefined
  readonly returnTo: string
  readonly lifetime: AccessLifetime
}

/** Who asks, for what, as whom, for how long, since when; and the two answers. */
export function renderQuestion(host: string, question: Question): Answer {
  const { approval, app, signedIn, csrfField, scopes, lines, target, returnTo, lifetime } = question
  const isAdmin = signedIn.user.role === 'admin'
  const body = html`<h1>${app.name} asks for access</h1>
<p class="lead">${scopes.length > 0 ? 'Choose what it may do for you.' : 'It wants to know that it is you, and asks for nothing else.'}</p>
<div class="who"><span class="face" aria-hidden="true">${initial(signedIn.user.username)}</span><span>You are <strong>${signedIn.user.username}</strong></span>
<form class="push" method="post" action="/sign-out">${csrfField}<input type="hidden" name="return_to" value="${returnTo}"><button class="link">Not you?</button></form></div>
${factList(lines)}
<form method="post">
${csrfField}
${scopes.length > 0 ? html`<ul class="scopes">${scopes.map((scope) => scopeRow(scope, isAdmin))}</ul>` : ''}
${lines.map((line) => (typeof line === 'string' ? html`<p class="small after">${line}</p>` : ''))}
<p class="small after">${untilWhen(lifetime)}</p>
${target === undefined ? html`<p class="note">Did you start this yourself, just now? If not, deny it: somebody may be trying to use your account.</p>` : ''}
<div class="actions"><button class="quiet" name="decision" value="deny">Deny</button><button class="primary" name="decision" value="approve">Approve</button></div>
</form>
<p class="small after">${target === undefined ? '' : html`<span class="whole">You will return to <strong>${targetName(target)}</strong>.</span> `}<span class="whole">Asked on ${moment(approval.createdAt, DAY_AND_TIME)},</span> <span class="whole">open until ${moment(approval.expiresAt, TIME)}.</span></p>`
  return renderPage(host, {
    title: `${app.name} asks for access`,
    body,
    formTargets: target === undefined ? [] : formTargets(target),
  })
}

interface Refused extends View {
  readonly refusal: OAuthError
  readonly signInUrl: string
  readonly target: string | undefined
}

/** Why who is signed in will not do, and the two ways on. */
export function renderRefusal(host: string, { app, signedIn, csrfField, refusal, signInUrl, target }: Refused): Answer {
  const title = `${app.name} needs another sign-in`
  const body = html`<h1>${title}</h1>
<p class="lead">${refusal.message}</p>
<p>You are <strong>${signedIn.user.username}</strong>. <a href="${signInUrl}">Sign in as somebody else, or in another way</a></p>
<form method="post">
${csrfField}
<div class="actions"><button class="quiet" name="decision" value="deny">Go back</button></div>
</form>
${target === undefined ? '' : html`<p class="small after">You will return to <strong>${targetName(target)}</strong>.</p>`}`
  return renderPage(host, { title, body, mark: 'notice', formTargets: target === undefined ? [] : formTargets(target) })
}

function untilWhen({ tokenSeconds, refreshes }: AccessLifetime): string {
  const { absoluteSeconds, idleSeconds } = refreshes ?? { absoluteSeconds: tokenSeconds, idleSeconds: tokenSeconds }
  const idle = idleSeconds < absoluteSeconds ? `, sooner if the app lets ${duration(idleSeconds)} pass without it` : ''
  return `Access ends after ${duration(absoluteSeconds)}${idle}. You can end it at any time in your account.`
}

/** Takes the browser back to an app that was approved before; a person whose browser does not go by itself follows the link. */
export function renderReturn(host: string, app: App, url: string): Answer {
  const ascii = asciiUrl(url)
  const body = html`<h1>Back to ${app.name}</h1>
<p class="lead">You said yes to it before.</p>
<p><a href="${ascii}">Continue</a></p>`
  return renderPage(host, { title: `Back to ${app.name}`, body, headers: { refresh: `0; url=${ascii}` } })
}

function factList(lines: readonly ApprovalLine[]): Html | '' {
  const facts = lines.filter((line) => typeof line !== 'string')
  if (facts.length === 0) return ''
  return html`<dl class="facts">${facts.map(({ term, text }) => html`<dt>${term}</dt><dd>${text}</dd>`)}</dl>`
}

function scopeRow({ name, description, adminOnly, adminApproves }: ScopeDeclaration, isAdmin: boolean): Html {
  if ((adminOnly || adminApproves) && !isAdmin) {
    return html`<li><label class="off"><input type="checkbox" disabled><span>${description} (takes an administrator)<code>${name}</code></span></label></li>`
  }
  return html`<li><label><input type="checkbox" name="scope" value="${name}" checked><span>${description}${description === name ? '' : html`<code>${name}</code>`}</span></label></li>`
}

interface Decided extends View {
  /** The person who looks is the one who decided. */
  readonly isMine: boolean
  readonly afterwards: string | undefined
}

/** What became of it. Somebody who did not decide is not told how. */
export function renderDecided(
  host: string,
  { approval, app, signedIn, csrfField, isMine, afterwards }: Decided,
): Answer {
  const { status } = approval
  const says = (mark: PageMark, title: string, text: string): Answer =>
    renderPage(host, {
      title,
      mark,
      signedIn: { username: signedIn.user.username, csrfField },
      body: html`<h1>${title}</h1><p class="lead">${text}</p>`,
    })
  if (isMine && (status === 'approved' || status === 'claimed')) {
    const text = afterwards ?? 'You can close this page and return to your app.'
    return says('done', `You approved ${app.name}`, text)
  }
  if (isMine && status === 'denied') {
    return says('refused', `You denied ${app.name}`, 'It was given nothing. You can close this page.')
  }
  if (status === 'expired')
    return says('late', 'This request is too old', 'The time to decide is over. Go back to your app and start again.')
  return says('notice', 'This was decided already', 'A request can be answered once. Go back to your app.')
}

/** What stands for a person's face. */
export function initial(username: string): string {
  return [...username][0]?.toUpperCase() ?? ''
}
