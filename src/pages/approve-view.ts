import { html, raw } from 'hono/html'
import type { Approval } from '../approvals/approval.ts'
import type { App } from '../apps/app.ts'
import type { SignedIn } from '../operations/presented-session.ts'
import { OUT_OF_BAND } from '../operations/redirect-uri.ts'
import type { ScopeDeclaration } from '../plugin/contributions.ts'
import type { Answer } from '../rest/answer.ts'
import { type Html, renderPage } from './layout.ts'
import { DAY_AND_TIME, moment, TIME } from './moment.ts'

interface View {
  readonly approval: Approval
  readonly app: App
  readonly signedIn: SignedIn
  readonly csrfField: Html
}

interface Question extends View {
  readonly scopes: readonly ScopeDeclaration[]
  /** What the plugin says beside the scopes. */
  readonly lines: readonly string[]
  /** Where the browser goes afterwards; undefined where the app waits elsewhere. */
  readonly target: string | undefined
  readonly returnTo: string
}

/** Who asks, for what, as whom, since when; and the two answers. */
export function renderQuestion(host: string, question: Question): Answer {
  const { approval, app, signedIn, csrfField, scopes, lines, target, returnTo } = question
  const isAdmin = signedIn.user.role === 'admin'
  const body = html`<h1>${app.name} asks for access</h1>
<p class="lead">${scopes.length > 0 ? 'Choose what it may do for you.' : 'It wants to know that it is you, and asks for nothing else.'}</p>
<div class="who"><span class="face" aria-hidden="true">${initial(signedIn.user.username)}</span><span>You are <strong>${signedIn.user.username}</strong></span>
<form class="push" method="post" action="/sign-out">${csrfField}<input type="hidden" name="return_to" value="${returnTo}"><button class="link">Not you?</button></form></div>
<form method="post">
${csrfField}
${scopes.length > 0 ? html`<ul class="scopes">${scopes.map((scope) => scopeRow(scope, isAdmin))}</ul>` : ''}
${lines.map((line) => html`<p class="small after">${line}</p>`)}
${target === undefined ? html`<p class="note">Did you start this yourself, just now? If not, deny it: somebody may be trying to use your account.</p>` : ''}
<div class="actions"><button class="quiet" name="decision" value="deny">Deny</button><button class="primary" name="decision" value="approve">Approve</button></div>
</form>
<p class="small after">${target === undefined ? '' : html`You will return to <strong>${destination(target)}</strong>. `}Asked on ${moment(approval.createdAt, DAY_AND_TIME)}, open until ${moment(approval.expiresAt, TIME)} UTC.</p>`
  const formTargets = target === undefined ? [] : [formTarget(target)].filter((source) => source !== undefined)
  return renderPage(host, { title: `${app.name} asks for access`, body, formTargets })
}

/** Takes the browser back to an app that was approved before; a person whose browser does not go by itself follows the link. */
export function renderReturn(host: string, app: App, url: string): Answer {
  const ascii = url.replace(/[^\x21-\x7e]/gu, encodeURIComponent)
  const body = html`<h1>Back to ${app.name}</h1>
<p class="lead">You said yes to it before.</p>
<p><a href="${ascii}">Continue</a></p>`
  return renderPage(host, { title: `Back to ${app.name}`, body, headers: { refresh: `0; url=${ascii}` } })
}

function scopeRow({ name, description, adminOnly }: ScopeDeclaration, isAdmin: boolean): Html {
  if (adminOnly && !isAdmin) {
    return html`<li><label class="off"><input type="checkbox" disabled><span>${description} (takes an administrator)<code>${name}</code></span></label></li>`
  }
  return html`<li><label><input type="checkbox" name="scope" value="${name}" checked><span>${description}${description === name ? '' : html`<code>${name}</code>`}</span></label></li>`
}

interface Decided extends View {
  /** The person who looks is the one who decided. */
  readonly isMine: boolean
  readonly afterwards: string | undefined
}

const CHECK = raw(
  '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M5 12.5l4.5 4.5L19 7.5"/></svg>',
)
const CROSS = raw(
  '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" aria-hidden="true"><path d="M7 7l10 10M17 7L7 17"/></svg>',
)

/** What became of it. Somebody who did not decide is not told how. */
export function renderDecided(
  host: string,
  { approval, app, signedIn, csrfField, isMine, afterwards }: Decided,
): Answer {
  const { status } = approval
  const says = (title: string, text: string, mark?: Html): Answer =>
    renderPage(host, {
      title,
      signedIn: { username: signedIn.user.username, csrfField },
      body: html`${mark ?? ''}<h1>${title}</h1><p class="lead">${text}</p>`,
    })
  if (isMine && (status === 'approved' || status === 'claimed')) {
    const text = afterwards ?? 'You can close this page and return to your app.'
    return says(`You approved ${app.name}`, text, html`<div class="mark">${CHECK}</div>`)
  }
  if (isMine && status === 'denied') {
    return says(
      `You denied ${app.name}`,
      'It was given nothing. You can close this page.',
      html`<div class="mark bad">${CROSS}</div>`,
    )
  }
  if (status === 'expired')
    return says('This request is too old', 'The time to decide is over. Go back to your app and start again.')
  return says('This was decided already', 'A request can be answered once. Go back to your app.')
}

/** What stands for a person's face. */
export function initial(username: string): string {
  return [...username][0]?.toUpperCase() ?? ''
}

function destination(target: string): string {
  const url = new URL(target)
  return url.host === '' ? url.protocol.slice(0, -1) : url.host
}

/**
 * What the content security policy must let a form end at, because a browser holds the redirect after a POST to it. A host
 * that the policy's grammar does not know (an IPv6 address) is let through by its scheme.
 */
function formTarget(target: string): string | undefined {
  if (target === OUT_OF_BAND) return undefined
  const { protocol, host } = new URL(target)
  return /^[a-z0-9.-]+(:\d+)?$/.test(host) ? `${protocol}//${host}` : protocol
}
