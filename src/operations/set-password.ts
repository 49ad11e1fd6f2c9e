import type { Core } from '../core.ts'
import { SignInAgain } from '../errors/standard.ts'
import type { Enrolment } from '../plugin/contributions.ts'
import type { User } from '../users/user.ts'
import type { Actor } from './actor.ts'
import { prepareEnrolment } from './create-user.ts'
import { endSessions } from './end-session.ts'

/**
 * Gives a user another password and signs them out everywhere: whoever knew the old one is out.
 *
 * @param by who does it: an admin, or the operator
 * @throws {InvalidInput} when it is too weak, or no sign-in of this server takes passwords
 */
export async function setPassword(core: Core, by: Pick<Actor, 'id'>, user: User, password: string): Promise<void> {
  await replaceEnrolment(core, by, user.id, await prepareEnrolment(core, { password }))
}

export interface EnrolmentGuard {
  readonly keptSessionId?: string | undefined
  /** What was read before whoever asks for the change proved who they are. Left out: it needs no proof. */
  readonly signInVersion?: number | undefined
}

/**
 * Changes how a user signs in, in one unit of work. Whoever could sign in before is out: all sessions end but the one to
 * keep, no browser is known any more, and a sign-in that was verified before starts no session after.
 *
 * @param by who does it: the user themselves, an admin, or the operator
 * @throws {SignInAgain} when another change came between: what was proved before that proves nothing any more
 */
export async function replaceEnrolment(
  core: Pick<Core, 'audit' | 'changes' | 'knownDevices' | 'now' | 'registry' | 'sessions' | 'users'>,
  by: Pick<Actor, 'id'>,
  userId: string,
  enrolment: Enrolment,
  { keptSessionId, signInVersion }: EnrolmentGuard = {},
): Promise<void> {
  const changed = { kind: 'user.updated', userId, details: { by: by.id, changed: ['password'] } } as const
  await core.changes.commit('user', userId, async (trx) => {
    // First, for it waits for the sessions that are about to start: those are there then, to be ended.
    if (!(await core.users.endSignInVersion(trx, userId, signInVersion))) throw new SignInAgain()
    await enrolment(trx, userId)
    await endSessions(core, trx, { userId, keptSessionId })
    await core.knownDevices.forgetAll(trx, userId)
    await core.audit.insertRow(trx, core.audit.row(changed))
  })
}
