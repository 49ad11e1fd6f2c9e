import type { Core } from '../core.ts'
import { InvalidCredentials } from '../errors/standard.ts'
import type { RequestFacts } from '../plugin/request.ts'
import type { Session } from '../users/user.ts'
import { observe } from './observe.ts'

/**
 * Starts a session for a user who has just proved who they are.
 *
 * @param request says by what browser or program
 * @param signInVersion what was read before the proof was judged, where that can go out of date
 * @throws {InvalidCredentials} when the user does not exist or may not sign in, or signs in another way since
 */
export async function startSession(
  core: Pick<Core, 'audit' | 'log' | 'registry' | 'sessions' | 'users'>,
  userId: string,
  methods: readonly string[],
  request?: Pick<RequestFacts, 'headers'>,
  signInVersion?: number,
): Promise<{ token: string; session: Session }> {
  const user = await core.users.byId(userId)
  if (!user || user.disabledAt) throw new InvalidCredentials()
  const started = await core.sessions.start(user.id, methods, request?.headers.get('user-agent'), signInVersion)
  if (!started) throw new InvalidCredentials()
  await core.audit.write({
    kind: 'session.started',
    userId: user.id,
    details: { methods, sessionId: started.session.id },
  })
  observe(core, 'signedIn', { userId: user.id, methods })
  return started
}
