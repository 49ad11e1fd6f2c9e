import type { Core } from '../core.ts'
import type { Enrolment } from '../plugin/contributions.ts'
import type { User } from '../users/user.ts'
import type { Actor } from './actor.ts'
import { prepareEnrolment } from './create-user.ts'
import { endAllSessions } from './end-session.ts'

/**
 * Gives a user another password and signs them out everywhere: whoever knew the old one is out.
 *
 * @param by who does it: an admin, or the operator
 * @throws {InvalidInput} when it is too weak, or no sign-in of this server takes passwords
 */
export async function setPassword(core: Core, by: Pick<Actor, 'id'>, user: User, password: string): Promise<void> {
  await replaceEnrolment(core, by, user.id, await prepareEnrolment(core, { password }))
}

/**
 * Changes how a user signs in. Whoever could sign in before is out: all sessions end but the one to keep, and no browser is
 * known any more.
 *
 * @param by who does it: the user themselves, an admin, or the operator
 */
export async function replaceEnrolment(
  core: Pick<Core, 'audit' | 'changes' | 'database' | 'knownDevices' | 'sessions'>,
  by: Pick<Actor, 'id'>,
  userId: string,
  enrolment: Enrolment,
  keptSessionId?: string,
): Promise<void> {
  await core.database.transaction((trx) => enrolment(trx, userId))
  await endAllSessions(core, userId, { keptSessionId })
  await core.knownDevices.forgetAll(userId)
  await core.changes.announce('user', userId)
  await core.audit.write({ kind: 'user.updated', userId, details: { by: by.id, changed: ['password'] } })
}
