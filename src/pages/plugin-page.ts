import { html } from 'hono/html'
import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { requestContext } from '../operations/plugin-context.ts'
import { withDeadline } from '../operations/with-deadline.ts'
import type { Markup, Page, PageContext } from '../plugin/contributions.ts'
import { seeOther } from '../rest/authorization-response.ts'
import { renderPage } from './layout.ts'
import { ownUrl } from './own-path.ts'
import type { PageAnswer, PageRoute, Visit } from './visit.ts'

/** An HTML route of a plugin, in the shared layout and behind the same CSRF field as our own. */
export function pluginPage(core: Core, host: string, page: Owned<Page>): PageRoute {
  return {
    method: page.method,
    path: page.path,
    async handle(visit) {
      const started: Started = {}
      const ctx = pageContext(core, host, page.pluginId, visit, started)
      const handled = page.handle(ctx, visit.request, visit.form)
      const answer = await withDeadline(handled, `${page.method} ${page.path}`)
      const { session } = started
      // Nobody signs somebody else into a session that they know.
      if (session && visit.signedIn) await core.sessions.end(visit.signedIn.session.id)
      return session ? { answer, session } : { answer }
    },
  }
}

/** What becomes of the browser's session by the page. */
interface Started {
  session?: Exclude<PageAnswer['session'], 'ended' | undefined>
}

function pageContext(core: Core, host: string, pluginId: string, visit: Visit, started: Started): PageContext {
  const { facts, signedIn, csrfField, parameters } = visit
  return {
    ...requestContext(core, pluginId, facts),
    user: signedIn?.user,
    parameters,
    html: (strings, ...values) => html(strings, ...values),
    page(title: string, body: Markup, { status = 200, script } = {}) {
      const signOut = signedIn && { username: signedIn.user.username, csrfField }
      return responseOf(
        renderPage(host, { title, body, status, signedIn: signOut, scripts: script === undefined ? [] : [script] }),
      )
    },
    csrfField: csrfField as Markup,
    seeOther(path, { session } = {}) {
      if (session) started.session = { token: session.token, expiresAt: session.session.expiresAt }
      return responseOf(seeOther(ownUrl(core.issuer, path)))
    },
  }
}

function responseOf({ status, headers, body }: ReturnType<typeof renderPage>): Response {
  return new Response(body, { status, headers })
}
