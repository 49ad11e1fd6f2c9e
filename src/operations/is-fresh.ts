import type { Core } from '../core.ts'
import type { Session } from '../users/user.ts'

/** How long after a sign-in one may change how one signs in. */
const FRESH_MS = 10 * 60 * 1000

/** Whether the user of a session has proved who they are just now. */
export function isFresh({ now }: Pick<Core, 'now'>, { authenticatedAt }: Pick<Session, 'authenticatedAt'>): boolean {
  return now().getTime() - authenticatedAt.getTime() <= FRESH_MS
}
