import type { Core } from '../core.ts'
import { InvalidCredentials } from '../errors/standard.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'
import type { Session, User } from '../users/user.ts'
import { observe } from './observe.ts'
import { parseParams } from './parse-params.ts'
import { requestContext } from './plugin-context.ts'
import { startSession } from './start-session.ts'

/**
 * Signs a user in by one of the sign-ins that plugins bring: the page and the GraphQL mutation are this.
 *
 * @param signInId which one
 * @throws {InvalidCredentials} when they do not prove who they are; who or what was wrong is not said
 * @throws {TemporarilyUnavailable} when too many people sign in at once
 */
export async function signIn(
  core: Core,
  signInId: string,
  params: RawParams,
  request: RequestFacts,
): Promise<{ token: string; session: Session; user: User }> {
  const method = core.registry.signIns.find((candidate) => candidate.id === signInId)
  if (!method) throw new InvalidCredentials()
  const values = parseParams(method.params, params)
  const verified = await method.verify(requestContext(core, method.pluginId, request), values)
  const user = verified && (await core.users.byId(verified.userId))
  if (!verified || !user || user.disabledAt) {
    await core.audit.write({ kind: 'sign-in.failed', userId: verified?.userId, requestId: request.id, details: { signIn: signInId } })
    observe(core, 'signInFailed', { signIn: signInId })
    throw new InvalidCredentials()
  }
  return { ...(await startSession(core, user.id, verified.methods)), user }
}
