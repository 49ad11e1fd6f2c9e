import type { Core } from '../core.ts'
import { InvalidRequest } from '../errors/standard.ts'
import { exchangeToken } from '../operations/exchange-token.ts'
import { isRepeatable, readText } from '../operations/parse-params.ts'
import type { Params } from '../plugin/param.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'
import { type Answer, noStore } from './answer.ts'
import { readCredentials } from './credentials.ts'
import { readBodyText, readParams } from './read-params.ts'
import { tokenSetToWire } from './wire-names.ts'

export const TOKEN_PATH = '/oauth/token'

/** Answers the token endpoint (RFC 6749 §3.2): parse, exchange, print. */
export async function answerToken(core: Core, request: Request, facts: RequestFacts): Promise<Answer> {
  return answerTokenBody(core, await readBodyText(request), facts)
}

/** The same where the body was read already. */
export async function answerTokenBody(core: Core, body: Buffer | string, facts: RequestFacts): Promise<Answer> {
  const params = readParams(facts.headers, body, (name, sent) => isRepeatable(declaredParams(core, sent), name))
  const grantType = readText(params, 'grant_type')
  if (grantType === undefined)
    throw new InvalidRequest({ message: 'The parameter grant_type is missing.', about: 'grant_type' })
  const credentials = readCredentials(facts.headers, params)
  return noStore(200, tokenSetToWire(await exchangeToken(core, { grantType, params, credentials, request: facts })))
}

/** What the grant that is asked for takes, and what plugins add to every grant. */
function declaredParams({ registry }: Pick<Core, 'registry'>, sent: RawParams): readonly Params[] {
  const grant = registry.grants.get(String(sent.all('grant_type')[0]))
  return [...(grant ? [grant.params] : []), ...registry.tokenParams.map(({ params }) => params)]
}
