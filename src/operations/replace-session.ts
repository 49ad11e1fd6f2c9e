import type { Core } from '../core.ts'
import type { Session } from '../users/user.ts'
import { endSessions } from './end-session.ts'
import type { SignedIn } from './presented-session.ts'

/**
 * What becomes of the session that a browser had when somebody signs in there anew: it ends, so that nobody signs somebody
 * else into a session that they know. Where it is the same user, the new one goes on under its id: to apps, the user never
 * left.
 */
export async function replaceSession(
  core: Pick<Core, 'audit' | 'database' | 'now' | 'registry' | 'sessions'>,
  elder: SignedIn | undefined,
  session: Session,
  requestId: string,
): Promise<void> {
  if (!elder || elder.session.id === session.id) return
  const elderId = elder.session.id
  await core.database.transaction(async (trx) => {
    if (elder.user.id !== session.userId) await endSessions(core, trx, { sessionId: elderId }, requestId)
    else if (await core.sessions.continueAs(trx, session, elderId)) {
      const details = { sessionId: session.id, continuesAs: elderId }
      const event = { kind: 'session.ended', userId: session.userId, requestId, details } as const
      await core.audit.insertRow(trx, core.audit.row(event))
    }
  })
}
