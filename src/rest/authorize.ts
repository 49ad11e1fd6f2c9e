import type { Core } from '../core.ts'
import { openAuthorization } from '../operations/open-authorization.ts'
import type { AuthorizationAnswer } from '../plugin/context.ts'
import { formParams } from '../plugin/raw-params.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'
import type { Answer } from './answer.ts'
import { printAuthorization, type ShowOutOfBand, seeOther, type WayBack, wayBackOf } from './authorization-response.ts'
import { readBody, readForm, readPageForm } from './read-params.ts'

/** What is shown to a person where nothing redirects. */
export interface AuthorizePages {
  readonly outOfBand: ShowOutOfBand
  withheld(answer: AuthorizationAnswer, wayBack: WayBack | undefined): Answer
}

/** Answers the authorization endpoint, by GET or by a posted form (RFC 6749 §3.1): open an approval, and show it. */
export async function answerAuthorize(
  core: Core,
  request: Request,
  facts: RequestFacts,
  pages: AuthorizePages,
): Promise<Answer | Response> {
  const authorization = await openAuthorization(core, await readSent(request, facts), facts)
  switch (authorization.status) {
    case 'opened':
      return seeOther(authorization.approveUrl.href)
    case 'withheld':
      return pages.withheld(authorization.answer, wayBackOf(core, authorization.answer))
    case 'answered':
      return printAuthorization(core, authorization.answer, pages.outOfBand)
  }
}

async function readSent(request: Request, facts: RequestFacts): Promise<RawParams> {
  if (facts.method === 'GET') return formParams(readForm(facts.url.search.slice(1)))
  return readPageForm(facts.headers, await readBody(request))
}
