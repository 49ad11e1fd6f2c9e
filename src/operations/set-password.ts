import type { Core } from '../core.ts'
import type { User } from '../users/user.ts'
import type { Actor } from './actor.ts'
import { prepareEnrolment } from './create-user.ts'

/**
 * Gives a user another password and signs them out everywhere: whoever knew the old one is out.
 *
 * @param by who does it: an admin, or the operator
 * @throws {InvalidInput} when it is too weak, or no sign-in of this server takes passwords
 */
export async function setPassword(core: Core, by: Pick<Actor, 'id'>, user: User, password: string): Promise<void> {
  const enrol = await prepareEnrolment(core, { password })
  await core.database.transaction((trx) => enrol(trx, user.id))
  await core.sessions.endAll(user.id)
  await core.changes.announce('user', user.id)
  await core.audit.write({ kind: 'user.updated', userId: user.id, details: { by: by.id, changed: ['password'] } })
}
