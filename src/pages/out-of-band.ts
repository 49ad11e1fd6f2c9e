import { html } from 'hono/html'
import type { Answer } from '../rest/answer.ts'
import { renderPage } from './layout.ts'

/** Shows a code to somebody who copies it into their app, or that the app gets none. */
export function renderOutOfBand(host: string, members: Readonly<Record<string, string>>): Answer {
  const { code } = members
  if (code === undefined) {
    const body = html`<h1>Your app was given nothing</h1><p class="lead">You can close this page.</p>`
    return renderPage(host, { title: 'Nothing was given', mark: 'refused', body })
  }
  const body = html`<h1>Copy this code into your app</h1>
<p class="lead">It works once, and for a short time. Show it to nobody else.</p>
<code class="code">${code}</code>
<p class="small">Then you can close this page.</p>`
  return renderPage(host, { title: 'Your code', body })
}
