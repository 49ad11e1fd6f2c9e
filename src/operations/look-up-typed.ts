import type { Core } from '../core.ts'
import type { GuessSubject } from '../limits/guesses.ts'
import { networkPrefix } from '../limits/network-prefix.ts'

/** Who typed it, and from where. */
export interface Typist {
  readonly userId: string
  readonly address: string | undefined
  readonly requestId: string
}

/**
 * Looks up a short code that a person typed. A try is counted before anything is looked up, against the user, their network
 * and everybody, so that no more codes are ever tried than the limits say; one that leads somewhere is taken off again.
 *
 * @param purpose what the code is for, such as a plugin's id: each has counts of its own
 * @throws {TooManyAttempts} where a limit is reached, whether or not the code is right
 * @see RFC 8628 §5.1
 */
export async function lookUpTyped<Found>(
  core: Pick<Core, 'guesses'>,
  purpose: string,
  by: Typist,
  find: () => Promise<Found | undefined>,
): Promise<Found | undefined> {
  const takeBack = await core.guesses.reserve(subjectsOf(purpose, by), by.requestId)
  const found = await find()
  if (found !== undefined) await takeBack()
  return found
}

/** From the narrow to the wide: whoever has to wait themselves uses up nobody else's tries. */
function subjectsOf(purpose: string, { userId, address }: Typist): readonly GuessSubject[] {
  const network = networkPrefix(address)
  const describe = async () => ({ userId, details: { purpose, network } })
  return [
    { limit: 'typedCodeByUser', value: `${purpose} ${userId}`, describe },
    ...(network === undefined
      ? []
      : [{ limit: 'typedCodeByNetwork', value: `${purpose} ${network}`, describe } as const]),
    { limit: 'typedCodeOverall', value: purpose, describe },
  ]
}
