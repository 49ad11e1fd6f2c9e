import type { Core } from '../core.ts'
import { openAuthorization } from '../operations/open-authorization.ts'
import { formParams } from '../plugin/raw-params.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'
import type { Answer } from './answer.ts'
import { printAuthorization, type ShowOutOfBand, seeOther } from './authorization-response.ts'
import { readBody, readForm, readPageForm } from './read-params.ts'

/** Answers the authorization endpoint, by GET or by a posted form (RFC 6749 §3.1): open an approval, and show it. */
export async function answerAuthorize(
  core: Core,
  request: Request,
  facts: RequestFacts,
  showOutOfBand: ShowOutOfBand,
): Promise<Answer | Response> {
  const authorization = await openAuthorization(core, await readSent(request, facts), facts)
  if (authorization.status === 'opened') return seeOther(authorization.approveUrl.href)
  return printAuthorization(core, authorization.answer, showOutOfBand)
}

async function readSent(request: Request, facts: RequestFacts): Promise<RawParams> {
  if (facts.method === 'GET') return formParams(readForm(facts.url.search.slice(1)))
  return readPageForm(facts.headers, await readBody(request))
}
