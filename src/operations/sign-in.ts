import type { Core } from '../core.ts'
import { InvalidCredentials } from '../errors/standard.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'
import type { Session, User } from '../users/user.ts'
import { observe } from './observe.ts'
import { parseParams } from './parse-params.ts'
import { requestContext } from './plugin-context.ts'
import { signInAttempt } from './sign-in-attempt.ts'
import { startSession } from './start-session.ts'
import { withDeadline } from './with-deadline.ts'

/**
 * Signs a user in by one of the sign-ins that plugins bring: the page and the GraphQL mutation are this.
 *
 * @param signInId which one
 * @returns the session, and the name that was signed in under where the sign-in has one
 * @throws {InvalidCredentials} when they do not prove who they are; who or what was wrong is not said
 * @throws {TooManyAttempts} when too many failed, under this name or from this network; whether this one is right is not said
 * @throws {TemporarilyUnavailable} when too many people sign in at once
 */
export async function signIn(
  core: Core,
  signInId: string,
  params: RawParams,
  request: RequestFacts,
): Promise<{ token: string; session: Session; user: User; account: string | undefined }> {
  const { user, methods, account, signInVersion } = await verifyUser(core, signInId, params, request)
  return { ...(await startSession(core, user.id, methods, request, signInVersion)), user, account }
}

interface VerifiedUser {
  readonly user: User
  readonly methods: readonly string[]
  /** The name that they signed in under, where the sign-in has one. */
  readonly account: string | undefined
  /** Which way of signing in it was that they proved themselves by; undefined where they named nobody. */
  readonly signInVersion: number | undefined
}

/**
 * Has a user prove who they are, without a session: for grants that take a user's credentials. Counted and put on record
 * like a sign-in.
 *
 * @throws {InvalidCredentials} {TooManyAttempts} {TemporarilyUnavailable}
 */
export async function verifyUser(
  core: Core,
  signInId: string,
  params: RawParams,
  request: RequestFacts,
): Promise<VerifiedUser> {
  const method = core.registry.signIns.find((candidate) => candidate.id === signInId)
  if (!method) throw new InvalidCredentials()
  const values = parseParams(method.params, params)
  const attempt = signInAttempt(core, method, values, request)
  await attempt.check()
  // Before anything is judged: if it is another one when the session starts, what was judged counts no more.
  const present = attempt.account === undefined ? undefined : await core.users.signInVersion(attempt.account)
  const verified = await withDeadline(
    method.verify(requestContext(core, method.pluginId, request), values),
    `the sign-in ${method.id}`,
  )
  const user = verified && (await core.users.byId(verified.userId))
  // Asked again, and for right and wrong alike: of many guesses sent at once, those that end after the limit tell nothing.
  await attempt.check()
  if (!verified || !user || user.disabledAt) {
    await attempt.noteFailure()
    await core.audit.write({
      kind: 'sign-in.failed',
      userId: verified?.userId,
      requestId: request.id,
      details: { signIn: signInId },
    })
    observe(core, 'signInFailed', { signIn: signInId })
    throw new InvalidCredentials()
  }
  const signInVersion = present?.userId === user.id ? present.version : undefined
  return { user, methods: verified.methods, account: attempt.account, signInVersion }
}
