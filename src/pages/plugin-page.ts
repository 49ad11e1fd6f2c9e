import { html } from 'hono/html'
import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { requestContext } from '../operations/plugin-context.ts'
import { withDeadline } from '../operations/with-deadline.ts'
import type { Markup, Page, PageContext } from '../plugin/contributions.ts'
import { renderPage } from './layout.ts'
import type { PageRoute, Visit } from './visit.ts'

/** An HTML route of a plugin, in the shared layout and behind the same CSRF field as our own. */
export function pluginPage(core: Core, host: string, page: Owned<Page>): PageRoute {
  return {
    method: page.method,
    path: page.path,
    async handle(visit) {
      const handled = page.handle(pageContext(core, host, page.pluginId, visit), visit.request, visit.form)
      return { answer: await withDeadline(handled, `${page.method} ${page.path}`) }
    },
  }
}

function pageContext(core: Core, host: string, pluginId: string, { facts, signedIn, csrfField }: Visit): PageContext {
  return {
    ...requestContext(core, pluginId, facts),
    user: signedIn?.user,
    html: (strings, ...values) => html(strings, ...values),
    page(title: string, body: Markup, { status = 200 } = {}) {
      const signOut = signedIn && { username: signedIn.user.username, csrfField }
      const answer = renderPage(host, { title, body, status, signedIn: signOut })
      return new Response(answer.body, { status: answer.status, headers: answer.headers })
    },
    csrfField: csrfField as Markup,
  }
}
