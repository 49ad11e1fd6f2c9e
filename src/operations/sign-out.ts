import type { Core } from '../core.ts'
import type { SignedIn } from './presented-session.ts'

/** Ends a session: its token opens nothing from here on. */
export async function signOut(
  core: Pick<Core, 'audit' | 'sessions'>,
  { session, user }: SignedIn,
  requestId?: string,
): Promise<void> {
  await core.sessions.end(session.id)
  await core.audit.write({ kind: 'session.ended', userId: user.id, requestId, details: { sessionId: session.id } })
}
