import type { Core } from '../core.ts'
import { NotFound } from '../errors/standard.ts'
import type { SignedIn } from './presented-session.ts'

type Needs = Pick<Core, 'audit' | 'sessions'>

/** Signs somebody out: the session ends at once, on every node. */
export async function endSession(core: Needs, { session, user }: SignedIn, requestId: string): Promise<void> {
  await core.sessions.end(session.id)
  await noteEnd(core, user.id, requestId, { sessionId: session.id })
}

/**
 * Ends one of a user's own sessions, wherever it is.
 *
 * @throws {NotFound} when it is over, or somebody else's
 */
export async function endOwnSession(
  core: Needs,
  { user }: Pick<SignedIn, 'user'>,
  sessionId: string,
  requestId: string,
): Promise<void> {
  if (!(await core.sessions.endOf(user.id, sessionId))) throw new NotFound()
  await noteEnd(core, user.id, requestId, { sessionId })
}

/** Ends all sessions of a user but the one that it is asked for in. Answers how many there were. */
export async function endOtherSessions(core: Needs, { session, user }: SignedIn, requestId: string): Promise<number> {
  return endAllSessions(core, user.id, { keptSessionId: session.id, requestId })
}

/** Ends the sessions of a user: all, or all but one. Answers how many there were. */
export async function endAllSessions(
  core: Needs,
  userId: string,
  { keptSessionId, requestId }: { readonly keptSessionId?: string | undefined; readonly requestId?: string } = {},
): Promise<number> {
  const ended = await core.sessions.endAll(userId, keptSessionId)
  if (ended > 0) await noteEnd(core, userId, requestId, { ended, keptSessionId })
  return ended
}

function noteEnd(core: Needs, userId: string, requestId: string | undefined, details: Record<string, unknown>) {
  return core.audit.write({ kind: 'session.ended', userId, requestId, details })
}
