import type { User } from '../users/user.ts'

/** In whose name something is done: a user, or an app with an admin's access token, which has no user's id. */
export interface Actor {
  readonly id: string | undefined
  readonly role: User['role']
}
