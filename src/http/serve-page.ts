import type { Core } from '../core.ts'
import { signedIn as findSignedIn } from '../operations/presented-session.ts'
import { contentSecurityPolicy } from '../pages/layout.ts'
import type { PageAnswer, PageRoute, Visit } from '../pages/visit.ts'
import { formParams } from '../plugin/raw-params.ts'
import type { Answer } from '../rest/answer.ts'
import { readBody, readPageForm } from '../rest/read-params.ts'
import { createPageCookies } from './cookies.ts'
import { checkCsrf, csrfInput, newBrowserSecret } from './csrf.ts'
import type { Route } from './route.ts'
import { pageHeaders } from './security-headers.ts'

const EMPTY_FORM = formParams(new URLSearchParams())

/** Makes routes of pages: with the session of the browser, the CSRF check before any POST, cookies and headers. */
export function createPageServer(core: Core) {
  const cookies = createPageCookies(core.issuer)
  const headers = pageHeaders(core.issuer)

  const serve = async (page: PageRoute, request: Request, facts: Visit['facts'], parameters: Visit['parameters']) => {
    const held = cookies.read(facts.headers)
    const signedIn = held.session === undefined ? undefined : await findSignedIn(core, held.session)
    const isBoundToSession = signedIn !== undefined && page.csrfBoundTo !== 'browser'
    let browserSecret = held.browser
    let form = EMPTY_FORM
    if (page.method === 'POST') {
      form = readPageForm(facts.headers, await readBody(request))
      checkCsrf(core.issuer, facts, form, isBoundToSession ? held.session : held.browser)
    }
    const visit: Visit = {
      request,
      facts,
      parameters,
      signedIn,
      form,
      get csrfField() {
        if (isBoundToSession && held.session !== undefined) return csrfInput(held.session)
        browserSecret ??= newBrowserSecret()
        return csrfInput(browserSecret)
      },
    }
    const answered = await page.handle(visit)
    return withCookies(answered, browserSecret === held.browser ? undefined : browserSecret)
  }

  const withCookies = ({ answer, session, device }: PageAnswer, newSecret: string | undefined): Answer | Response => {
    const set: string[] = []
    if (newSecret !== undefined) set.push(cookies.browser(newSecret))
    if (session === 'ended') set.push(cookies.endSession())
    else if (session) set.push(cookies.session(session.token, session.expiresAt, core.now()))
    if (device) set.push(cookies.device(device.secret, device.expiresAt, core.now()))
    const page = asPage(answer, headers)
    if (set.length === 0) return page
    const own = new Headers(page.headers)
    for (const cookie of set) own.append('set-cookie', cookie)
    return new Response(page.body, { status: page.status, headers: own })
  }

  return (page: PageRoute): Route => ({
    method: page.method,
    path: page.path,
    face: 'page',
    answersHead: page.method === 'GET',
    handle: (request, facts, parameters) => serve(page, request, facts, parameters),
  })
}

/** An answer to a browser with the headers of a page; what it says itself stays. */
export function asPage(answer: Answer | Response, headers: Readonly<Record<string, string>>): Answer | Response {
  const policy = contentSecurityPolicy([])
  if (!isResponse(answer))
    return { ...answer, headers: { 'content-security-policy': policy, ...headers, ...answer.headers } }
  const own = new Headers(answer.headers)
  const all = { 'cache-control': 'no-store', 'content-security-policy': policy, ...headers }
  for (const [name, value] of Object.entries(all)) if (!own.has(name)) own.set(name, value)
  return new Response(answer.body, { status: answer.status, headers: own })
}

function isResponse(answer: Answer | Response): answer is Response {
  return typeof answer.headers.get === 'function'
}
