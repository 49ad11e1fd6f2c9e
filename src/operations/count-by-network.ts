import type { Core } from '../core.ts'
import type { GuessLimitName } from '../limits/guess-limits.ts'
import { networkPrefix } from '../limits/network-prefix.ts'
import type { RequestFacts } from '../plugin/request.ts'

/**
 * Counts what anybody may do without proving who they are, by the network that it comes from. Where nobody knows the
 * address nothing is counted.
 *
 * @throws {TooManyAttempts} when that network has done it too often
 */
export async function countByNetwork(
  core: Pick<Core, 'guesses'>,
  limit: GuessLimitName,
  { address, id }: Pick<RequestFacts, 'address' | 'id'>,
): Promise<void> {
  const network = networkPrefix(address)
  if (network === undefined) return
  await core.guesses.count([{ limit, value: network, describe: async () => ({ details: { network } }) }], id)
}
