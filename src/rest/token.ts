import type { Core } from '../core.ts'
import { InvalidRequest } from '../errors/standard.ts'
import { exchangeToken } from '../operations/exchange-token.ts'
import { readText } from '../operations/parse-params.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'
import { type Answer, noStore } from './answer.ts'
import { readCredentials } from './credentials.ts'
import { createDialectChoice } from './dialects.ts'
import { readBody, readBodyText, readParams } from './read-params.ts'
import { tokenSetToWire } from './wire-names.ts'

export const TOKEN_PATH = '/oauth/token'

type Endpoint = (request: Request, facts: RequestFacts) => Promise<Answer | Response>

/** Makes the token endpoint (RFC 6749 §3.2): parse, exchange, print. */
export function createTokenEndpoint(core: Core): Endpoint {
  const choose = createDialectChoice(core, TOKEN_PATH)
  if (!choose) {
    return async (request, facts) => answerStandard(core, readParams(facts.headers, await readBodyText(request)), facts)
  }
  return async (request, facts) => {
    const body = await readBody(request)
    const dialect = await choose(facts, body)
    return dialect ? dialect(request, body) : answerStandard(core, readParams(facts.headers, body), facts)
  }
}

async function answerStandard(core: Core, params: RawParams, facts: RequestFacts): Promise<Answer> {
  const grantType = readText(params, 'grant_type')
  if (grantType === undefined) throw new InvalidRequest({ message: 'The parameter grant_type is missing.' })
  const credentials = readCredentials(facts.headers, params)
  return noStore(200, tokenSetToWire(await exchangeToken(core, { grantType, params, credentials, request: facts })))
}
