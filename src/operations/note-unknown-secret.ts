import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import type { GuessSubject } from '../limits/guesses.ts'
import { networkPrefix } from '../limits/network-prefix.ts'
import { parseSecret, type SecretKind } from '../secrets/secret-format.ts'

/** Who presented it: an app or a signed-in user where one did, and from where. */
export interface Presenter {
  readonly app?: Pick<App, 'id'>
  readonly user?: { readonly id: string }
  readonly address?: string | undefined
  readonly requestId: string
}

/**
 * Counts a code, handle or token that nobody was given. Only for one that was looked up and is not there: a right one
 * costs nothing and always works, and what the checksum refuses is free, for it was never looked up.
 *
 * @throws {TooManyAttempts} when too many were presented
 */
export async function noteUnknownSecret(
  core: Pick<Core, 'guesses'>,
  kind: SecretKind,
  text: string,
  by: Presenter,
): Promise<void> {
  const subject = parseSecret(kind, text) && subjectOf(by)
  if (subject) await core.guesses.count([subject], by.requestId)
}

function subjectOf({ app, user, address }: Presenter): GuessSubject | undefined {
  const network = networkPrefix(address)
  if (app) {
    const describe = async () => ({ appId: app.id, details: { network } })
    return { limit: 'unknownSecretByApp', value: `${app.id} ${network ?? ''}`, describe }
  }
  if (user) return { limit: 'unknownSecretByUser', value: user.id, describe: async () => ({ userId: user.id }) }
  if (network === undefined) return undefined
  return { limit: 'unknownSecretByNetwork', value: network, describe: async () => ({ details: { network } }) }
}
