import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import type { GuessSubject } from '../limits/guesses.ts'
import { networkPrefix } from '../limits/network-prefix.ts'
import type { SignIn } from '../plugin/contributions.ts'
import type { RequestFacts } from '../plugin/request.ts'
import { deviceSecret } from '../users/device-cookie.ts'
import { deviceKey } from '../users/known-devices.ts'
import { usernameKey } from '../users/username.ts'

/** One try to sign in, as far as guessing is concerned. */
export interface SignInAttempt {
  /** The name that somebody signs in under, in the form in which names are compared; undefined where there is none. */
  readonly account: string | undefined
  /** @throws {TooManyAttempts} while its name or its network has to wait, unless it comes from a known device */
  check(): Promise<void>
  /** Counts it as failed. @throws {TooManyAttempts} where others have used up the limit meanwhile */
  noteFailure(): Promise<void>
}

type Needs = Pick<Core, 'guesses' | 'issuer' | 'knownDevices' | 'users'>

/**
 * Counts a sign-in by its name and its network, unless nothing in it can be guessed. From a browser that has signed in under this name before it is counted by
 * that browser alone, so that the owner gets in while others guess.
 */
export function signInAttempt(
  core: Needs,
  method: Owned<SignIn>,
  values: Readonly<Record<string, unknown>>,
  request: RequestFacts,
): SignInAttempt {
  const account = accountOf(method, values)
  const subjects = method.isGuessable === false ? [] : subjectsOf(core, account, networkPrefix(request.address))

  let pending: Promise<GuessSubject | undefined> | undefined
  /** The device, while it is known and need not wait itself. */
  const trustedDevice = async () => {
    pending ??= findKnownDevice(core, account, request.headers)
    const device = await pending
    return device && (await core.guesses.reached([device])).length === 0 ? device : undefined
  }

  return {
    account,
    async check() {
      const reached = await core.guesses.reached(subjects)
      if (reached.length > 0 && !(await trustedDevice())) throw await core.guesses.refusal(reached, request.id)
    },
    async noteFailure() {
      if (subjects.length === 0) return
      const device = await trustedDevice()
      await core.guesses.count(device ? [device] : subjects, request.id)
    },
  }
}

function accountOf({ account }: SignIn, values: Readonly<Record<string, unknown>>): string | undefined {
  const name = account === undefined ? undefined : values[account]
  return typeof name === 'string' ? (usernameKey(name) ?? name.normalize('NFKC').toLowerCase()) : undefined
}

function subjectsOf(core: Needs, account: string | undefined, network: string | undefined): readonly GuessSubject[] {
  const subjects: GuessSubject[] = []
  // What was typed is not put on record, for it may be a password in the wrong field: only whom it names.
  if (account !== undefined) {
    const describe = async () => ({ userId: (await core.users.byName(account))?.id })
    subjects.push({ limit: 'signInByAccount', value: account, describe })
  }
  if (network !== undefined) {
    subjects.push({ limit: 'signInByNetwork', value: network, describe: async () => ({ details: { network } }) })
  }
  return subjects
}

/** Alike for names that nobody has: neither the answer nor its time tells who has an account here. */
async function findKnownDevice(
  core: Needs,
  account: string | undefined,
  headers: Headers,
): Promise<GuessSubject | undefined> {
  const secret = account === undefined ? undefined : deviceSecret(core.issuer, headers)
  if (account === undefined || secret === undefined || !(await core.knownDevices.isKnown(secret, account)))
    return undefined
  const describe = async () => ({ userId: (await core.users.byName(account))?.id })
  return { limit: 'signInByDevice', value: deviceKey(secret, account).toString('base64url'), describe }
}
