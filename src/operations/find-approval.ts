import type { StoredApproval } from '../approvals/rows.ts'
import type { Core } from '../core.ts'
import { noteUnknownSecret, type Presenter } from './note-unknown-secret.ts'

type Needs = Pick<Core, 'approvals' | 'guesses'>

/**
 * The approval that a code stands for.
 *
 * @param by who presents it, to count what nobody was given
 * @throws {TooManyAttempts} when it is unknown, like too many before it
 */
export async function findByCode(core: Needs, code: string, by: Presenter): Promise<StoredApproval | undefined> {
  const approval = await core.approvals.byCode(code)
  if (!approval) await noteUnknownSecret(core, 'code', code, by)
  return approval
}

/**
 * The approval that a handle names.
 *
 * @param by who presents it, to count what nobody was given
 * @throws {TooManyAttempts} when it is unknown, like too many before it
 */
export async function findByHandle(core: Needs, handle: string, by: Presenter): Promise<StoredApproval | undefined> {
  const approval = await core.approvals.byHandle(handle)
  if (!approval) await noteUnknownSecret(core, 'handle', handle, by)
  return approval
}
