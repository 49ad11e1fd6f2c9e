import { html } from 'hono/html'
import type { App } from '../apps/app.ts'
import type { ConnectedApp } from '../operations/connected-apps.ts'
import type { SignedIn } from '../operations/presented-session.ts'
import type { PageLink } from '../plugin/contributions.ts'
import type { Answer } from '../rest/answer.ts'
import { describeUserAgent } from '../users/describe-user-agent.ts'
import type { Session } from '../users/user.ts'
import { initial } from './approve-view.ts'
import { type Html, renderPage } from './layout.ts'
import { DAY, DAY_AND_TIME, moment } from './moment.ts'

interface Account {
  readonly signedIn: SignedIn
  readonly csrfField: Html
  readonly apps: readonly ConnectedApp[]
  readonly sessions: readonly Session[]
  readonly links: readonly PageLink[]
  /** What a scope lets an app do, in words. */
  describeScope(name: string, app: Pick<App, 'dialect'>): string
}

/** Who one is, which apps may act for one, and where one is signed in; with a button to end each. */
export function renderAccount(host: string, account: Account): Answer {
  const { signedIn, csrfField, apps, sessions, links } = account
  const { user, session } = signedIn
  const others = sessions.filter(({ id }) => id !== session.id)
  const body = html`<h1>Your account</h1>
<div class="who"><span class="face" aria-hidden="true">${initial(user.username)}</span><span>You are <strong>${user.username}</strong>${user.role === 'admin' ? ', an administrator here' : ''}</span></div>
${links.length > 0 ? html`<p class="links">${links.map(({ label, path }) => html`<a href="${path}">${label}</a> `)}</p>` : ''}
<h2>Connected apps</h2>
${apps.length > 0 ? html`<ul class="rows">${apps.map((each) => appRow(each, account))}</ul>` : html`<p class="small">No app may do anything for you.</p>`}
<h2>Where you are signed in</h2>
<ul class="rows">${sessions.map((each) => sessionRow(each, each.id === session.id, csrfField))}</ul>
${
  others.length > 0
    ? html`<form method="post" action="/account/end-other-sessions" class="below">${csrfField}<button class="quiet wide-button">Sign out everywhere else</button></form>`
    : ''
}`
  return renderPage(host, {
    title: 'Your account',
    isWide: true,
    signedIn: { username: user.username, csrfField },
    body,
  })
}

function appRow({ app, scopes, createdAt }: ConnectedApp, { csrfField, describeScope }: Account): Html {
  return html`<li><div><strong>${app.name}</strong>
${scopes.length > 0 ? html`<ul class="may">${scopes.map((scope) => html`<li>${describeScope(scope, app)}</li>`)}</ul>` : html`<span class="small">Knows that it is you, and nothing else.</span>`}
<span class="small">Since ${moment(createdAt, DAY)}</span></div>
<form method="post" action="/account/disconnect">${csrfField}<input type="hidden" name="app" value="${app.id}"><button class="quiet" aria-label="Disconnect ${app.name}">Disconnect</button></form></li>`
}

function sessionRow({ id, userAgent, authenticatedAt }: Session, isCurrent: boolean, csrfField: Html): Html {
  const description = describeUserAgent(userAgent)
  return html`<li><div><strong>${description}</strong>
<span class="small">Since ${moment(authenticatedAt, DAY_AND_TIME)}</span></div>
${
  isCurrent
    ? html`<span class="badge">You are here</span>`
    : html`<form method="post" action="/account/end-session">${csrfField}<input type="hidden" name="session" value="${id}"><button class="quiet" aria-label="Sign out ${description}">Sign out</button></form>`
}</li>`
}
