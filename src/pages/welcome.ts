import { html } from 'hono/html'
import type { Core } from '../core.ts'
import { renderPage } from './layout.ts'
import type { PageRoute } from './visit.ts'

/** The start page: what this server is, and where its interfaces are. */
export function welcomePage(core: Pick<Core, 'issuer'>, host: string): PageRoute {
  return {
    method: 'GET',
    path: '/',
    handle: ({ signedIn, csrfField }) => ({
      answer: renderPage(host, {
        title: 'Authorization server',
        isWide: true,
        signedIn: signedIn && { username: signedIn.user.username, csrfField },
        body: html`<h1>This is an authorization server</h1>
<p class="lead">Apps ask here for leave to act for you, and you say yes or no. Nothing is given to an app that you did not approve.</p>
${
  signedIn
    ? html`<p>You are signed in as <strong>${signedIn.user.username}</strong>. <a href="/account">Your account</a> shows which apps may act for you.</p>`
    : html`<p>To see what an app asks of you, open the link that it shows, or <a href="/sign-in">sign in</a> first.</p>`
}
<h2>For developers</h2>
<dl>
<dt>GraphQL</dt><dd><code>POST ${core.issuer}/graphql</code></dd>
<dt>Tokens</dt><dd><code>POST ${core.issuer}/oauth/token</code></dd>
<dt>Metadata</dt><dd><a href="/.well-known/oauth-authorization-server">/.well-known/oauth-authorization-server</a></dd>
<dt>Keys</dt><dd><a href="/oauth/jwks">/oauth/jwks</a></dd>
</dl>`,
      }),
    }),
  }
}
