import type { Core } from '../core.ts'
import type { SignedIn } from './presented-session.ts'

/** Signs somebody out: the session ends at once, on every node. */
export async function endSession(
  core: Pick<Core, 'audit' | 'sessions'>,
  { session, user }: SignedIn,
  requestId: string,
): Promise<void> {
  await core.sessions.end(session.id)
  await core.audit.write({ kind: 'session.ended', userId: user.id, requestId, details: { sessionId: session.id } })
}
