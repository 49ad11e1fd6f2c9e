import { addedParams } from '../config/added-params.ts'
import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { isRepeatable } from '../operations/parse-params.ts'
import { runOperation } from '../operations/run-operation.ts'
import type { PluginOperation } from '../plugin/define-operation.ts'
import type { RequestFacts } from '../plugin/request.ts'
import { type Answer, noStore } from './answer.ts'
import { readCredentials } from './credentials.ts'
import { readBodyText, readParams } from './read-params.ts'
import { toWire } from './wire-names.ts'

/** Answers the REST twin of a declared operation: parse, run, print. */
export async function answerOperation(
  core: Core,
  operation: Owned<PluginOperation>,
  request: Request,
  facts: RequestFacts,
): Promise<Answer> {
  const mayRepeat = (name: string) =>
    isRepeatable([operation.params, addedParams(core.registry, operation).params], name)
  const params = readParams(facts.headers, await readBodyText(request), mayRepeat)
  const credentials = operation.clientAuth === 'none' ? {} : readCredentials(facts.headers, params)
  const result = await runOperation(core, operation, { params, credentials, request: facts })
  return noStore(operation.status ?? 200, toWire(operation.result, result))
}
