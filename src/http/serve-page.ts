import type { Core } from '../core.ts'
import { signedIn as findSignedIn } from '../operations/presented-session.ts'
import { contentSecurityPolicy } from '../pages/layout.ts'
import type { PageAnswer, PageRoute, Visit } from '../pages/visit.ts'
import { readLooseParams } from '../plugin/loose-params.ts'
import { formParams } from '../plugin/raw-params.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'
import type { Answer } from '../rest/answer.ts'
import { readBody, readPageForm } from '../rest/read-params.ts'
import { createPageCookies } from './cookies.ts'
import { CsrfFailed, checkCsrf, csrfInput, newBrowserSecret } from './csrf.ts'
import type { Route } from './route.ts'
import { pageHeaders } from './security-headers.ts'

const EMPTY_FORM = formParams(new URLSearchParams())

/** Makes routes of pages: with the session of the browser, the CSRF check before any POST, cookies and headers. */
export function createPageServer(core: Core) {
  const cookies = createPageCookies(core.issuer)
  const headers = pageHeaders(core.issuer)

  const serve = async (page: PageRoute, request: Request, facts: Visit['facts'], parameters: Visit['parameters']) => {
    const held = cookies.read(facts.headers)
    const presented = held.session === undefined ? undefined : await findSignedIn(core, held.session)
    const isBoundToSession = presented !== undefined && page.csrfBoundTo !== 'browser'
    const posted = page.method === 'POST' ? await readPosted(page, request, facts) : undefined
    const isFromOwnForm =
      posted !== undefined && isOwn(page, facts, posted.form, isBoundToSession ? held.session : held.browser)
    const isAnonymous = posted !== undefined && !isFromOwnForm
    let browserSecret = held.browser
    const visit: Visit = {
      request: posted?.request ?? request,
      facts: isAnonymous ? withoutCookies(facts) : facts,
      parameters,
      signedIn: isAnonymous ? undefined : presented,
      form: posted?.form ?? EMPTY_FORM,
      isFromOwnForm,
      get csrfField() {
        if (isBoundToSession && held.session !== undefined) return csrfInput(held.session)
        browserSecret ??= newBrowserSecret()
        return csrfInput(browserSecret)
      },
    }
    const answered = await page.handle(visit)
    return withCookies(answered, browserSecret === held.browser ? undefined : browserSecret)
  }

  /** @throws {CsrfFailed} where the page wants nothing but its own forms */
  const isOwn = (page: PageRoute, facts: RequestFacts, form: RawParams, secret: string | undefined): boolean => {
    try {
      checkCsrf(core.issuer, facts, form, secret)
      return true
    } catch (error) {
      if (page.withoutCsrf === 'anonymous' && error instanceof CsrfFailed) return false
      throw error
    }
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

interface Posted {
  readonly form: RawParams
  /** With its body still to be read. */
  readonly request: Request
}

/** @throws {InvalidRequest} when it is not a form, and the page wants nothing else */
async function readPosted(page: PageRoute, request: Request, facts: RequestFacts): Promise<Posted> {
  const body = await readBody(request)
  if (page.withoutCsrf !== 'anonymous') return { form: readPageForm(facts.headers, body), request }
  const { url, method, headers } = request
  return { form: await readLooseParams(facts, body), request: new Request(url, { method, headers, body }) }
}

/** A request that nobody can be told by. */
function withoutCookies(facts: RequestFacts): RequestFacts {
  const headers = new Headers(facts.headers)
  headers.delete('cookie')
  const { id, arrivedAt, method, url, address } = facts
  return { id, arrivedAt, method, url, address, headers }
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
