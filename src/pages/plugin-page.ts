import { html } from 'hono/html'
import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { LoginRequired, NotFound } from '../errors/standard.ts'
import { decideByHandle } from '../operations/decide-by-handle.ts'
import { endSession } from '../operations/end-session.ts'
import { findByHandle } from '../operations/find-approval.ts'
import { requestContext } from '../operations/plugin-context.ts'
import { replaceSession } from '../operations/replace-session.ts'
import { withDeadline } from '../operations/with-deadline.ts'
import type { Markup, Page, PageContext } from '../plugin/contributions.ts'
import type { Answer } from '../rest/answer.ts'
import { printAuthorization, seeOther } from '../rest/authorization-response.ts'
import type { Session } from '../users/user.ts'
import { renderPage } from './layout.ts'
import { renderOutOfBand } from './out-of-band.ts'
import { ownUrl } from './own-path.ts'
import { formTargets } from './redirect-target.ts'
import type { PageRoute, Visit } from './visit.ts'

/** An HTML route of a plugin, in the shared layout and behind the same CSRF field as our own. */
export function pluginPage(core: Core, host: string, page: Owned<Page>): PageRoute {
  return {
    method: page.method,
    path: page.path,
    ...(page.withoutCsrf && { withoutCsrf: page.withoutCsrf }),
    async handle(visit) {
      const outcome: Outcome = {}
      const ctx = pageContext(core, host, page.pluginId, visit, outcome)
      const handled = page.handle(ctx, visit.request, visit.form)
      const answer = await withDeadline(handled, `${page.method} ${page.path}`)
      const { session } = outcome
      if (session === undefined || session === 'ended') return session ? { answer, session } : { answer }
      await replaceSession(core, visit.signedIn, session.session, visit.facts.id)
      return { answer, session: { token: session.token, expiresAt: session.session.expiresAt } }
    },
  }
}

/** What becomes of the browser's session by the page. */
interface Outcome {
  session?: { readonly token: string; readonly session: Session } | 'ended'
}

function pageContext(core: Core, host: string, pluginId: string, visit: Visit, outcome: Outcome): PageContext {
  const { facts, signedIn, csrfField, parameters } = visit
  return {
    ...requestContext(core, pluginId, facts),
    user: signedIn?.user,
    isFromOwnForm: visit.isFromOwnForm,
    parameters,
    async decide(handle, decision) {
      if (!signedIn) throw new LoginRequired()
      const decider = { ...signedIn, requestId: facts.id }
      const found = await findByHandle(core, handle, {
        user: signedIn.user,
        address: facts.address,
        requestId: facts.id,
      })
      if (!found) throw new NotFound()
      return (await decideByHandle(core, decider, handle, found, decision, facts)).answer
    },
    answerApp(answer) {
      const printed = printAuthorization(core, answer, (members) => renderOutOfBand(host, members))
      return printed instanceof Response ? printed : responseOf(printed)
    },
    html: (strings, ...values) => html(strings, ...values),
    page(title: string, body: Markup, { status = 200, script, mark, retryAfterSeconds, formEndsAt } = {}) {
      const isSignedIn = outcome.session !== 'ended'
      const signOut = isSignedIn && signedIn ? { username: signedIn.user.username, csrfField } : undefined
      return responseOf(
        renderPage(host, {
          title,
          body,
          mark,
          status,
          ...(retryAfterSeconds !== undefined && { headers: { 'retry-after': String(retryAfterSeconds) } }),
          signedIn: signOut,
          scripts: script === undefined ? [] : [script],
          formTargets: formEndsAt === undefined ? [] : formTargets(formEndsAt),
        }),
      )
    },
    csrfField: csrfField as Markup,
    async signOut() {
      if (signedIn) await endSession(core, signedIn, facts.id)
      outcome.session = 'ended'
    },
    seeOther(path, { session } = {}) {
      if (session) outcome.session = session
      return responseOf(seeOther(ownUrl(core.issuer, path)))
    },
  }
}

function responseOf({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers })
}
