import type { Core } from '../core.ts'
import type { ActiveToken } from '../plugin/context.ts'
import type { RequestFacts } from '../plugin/request.ts'
import { constrainSender } from './constrain-sender.ts'

/**
 * Whether a request may use an access token that came with it. One that is bound to a key is nothing without a proof of that
 * key, and is not a bearer token.
 *
 * @throws what a sender constraint declares, where the proof is wrong
 * @see RFC 9449 §7.1, §7.2
 */
export async function mayPresent(core: Core, token: ActiveToken, request: RequestFacts): Promise<boolean> {
  const { cnf } = token.claims
  const scheme = request.headers.get('authorization')?.split(' ', 1)[0]?.toLowerCase() ?? 'bearer'
  if (cnf === undefined) return scheme === 'bearer'
  if (scheme !== token.tokenType?.toLowerCase()) return false
  const proven = await constrainSender(core, request)
  return proven !== undefined && JSON.stringify(proven.claims.cnf) === JSON.stringify(cnf)
}
