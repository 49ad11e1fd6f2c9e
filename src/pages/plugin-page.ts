import { html } from 'hono/html'
import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { LoginRequired, NotFound } from '../errors/standard.ts'
import { decideByHandle } from '../operations/decide-by-handle.ts'
import { endSession } from '../operations/end-session.ts'
import { findByHandle } from '../operations/find-approval.ts'
import { requestContext } from '../operations/plugin-context.ts'
import { rememberDevice } from '../operations/remember-device.ts'
import { replaceSession } from '../operations/replace-session.ts'
import { withDeadline } from '../operations/with-deadline.ts'
import type { SignedInUser } from '../plugin/context.ts'
import type { Markup, Page, PageContext } from '../plugin/contributions.ts'
import { formTargets } from '../plugin/form-targets.ts'
import type { Answer } from '../rest/answer.ts'
import { printAuthorization, seeOther, wayBackOf } from '../rest/authorization-response.ts'
import { renderPage } from './layout.ts'
import { renderOutOfBand } from './out-of-band.ts'
import { ownUrl } from './own-path.ts'
import type { PageRoute, Visit } from './visit.ts'
import { renderWithheld } from './withheld.ts'

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
      const { token, user, account } = session
      const device =
        user && account !== undefined && (await rememberDevice(core, { user, account }, visit.facts.headers))
      return { answer, session: { token, expiresAt: session.session.expiresAt }, ...(device && { device }) }
    },
  }
}

/** What becomes of the browser's session by the page. */
interface Outcome {
  session?: (Pick<SignedInUser, 'token' | 'session'> & Partial<SignedInUser>) | 'ended'
}

function pageContext(core: Core, host: string, pluginId: string, visit: Visit, outcome: Outcome): PageContext {
  const { facts, signedIn, parameters } = visit
  return {
    ...requestContext(core, pluginId, facts),
    user: signedIn?.user,
    isFromOwnForm: visit.isFromOwnForm,
    parameters,
    describeScope: (name, { dialect }) => core.registry.findScope(name, dialect)?.description ?? name,
    async decide(handle, decision, by = signedIn) {
      if (!by) throw new LoginRequired()
      const { session, user } = by
      const decider = { session, user, requestId: facts.id }
      const found = await findByHandle(core, handle, {
        user,
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
    withhold: (answer) => responseOf(renderWithheld(host, answer, wayBackOf(core, answer), facts)),
    html: (strings, ...values) => html(strings, ...values),
    page(
      title: string,
      body: Markup,
      { status = 200, script, mark, retryAfterSeconds, formEndsAt, isWide = false, tab } = {},
    ) {
      const isSignedIn = outcome.session !== 'ended'
      const signOut =
        isSignedIn && signedIn ? { username: signedIn.user.username, csrfField: visit.csrfField } : undefined
      return responseOf(
        renderPage(host, {
          title,
          tab,
          body,
          mark,
          isWide,
          status,
          ...(retryAfterSeconds !== undefined && { headers: { 'retry-after': String(retryAfterSeconds) } }),
          signedIn: signOut,
          scripts: script === undefined ? [] : [script],
          formTargets: formEndsAt === undefined ? [] : formTargets(formEndsAt),
        }),
      )
    },
    // Only where it is asked for: making one gives the browser a cookie.
    get csrfField() {
      return visit.csrfField as Markup
    },
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
