import type { Core } from '../core.ts'
import type { ActiveToken } from '../plugin/context.ts'
import type { RequestFacts } from '../plugin/request.ts'
import { constrainSender } from './constrain-sender.ts'

/**
 * Whether a request may use an access token that came with it. One that is bound to a key is nothing without a proof of that
 * key, and comes under the scheme of its token type alone; one that is bound to none never comes under such a scheme.
 *
 * @throws what a sender constraint declares, where the proof is wrong
 * @see RFC 9449 §7.1, §7.2
 */
export async function mayPresent(core: Core, token: ActiveToken, request: RequestFacts): Promise<boolean> {
  const [scheme = '', accessToken = ''] = (request.headers.get('authorization') ?? '').split(/ +/, 2)
  const constraint = core.registry.senderConstraints.find(
    ({ tokenType }) => tokenType.toLowerCase() === scheme.toLowerCase(),
  )
  const { cnf } = token.claims
  if (cnf === undefined) return constraint === undefined
  if (constraint?.tokenType !== token.tokenType) return false
  const proven = await constrainSender(core, request, { accessToken })
  return proven !== undefined && JSON.stringify(proven.claims.cnf) === JSON.stringify(cnf)
}
