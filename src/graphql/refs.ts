import type { Builder } from './builder.ts'
import type { addErrorTypes } from './errors.ts'
import type { addGrantMutations } from './grants.ts'
import { addApp, joinAppAndUser } from './types/app.ts'
import { addApproval } from './types/approval.ts'
import { addSession } from './types/session.ts'
import { addUser } from './types/user.ts'

/** Core's types in the schema of one server: refs belong to one builder and mean nothing to another. */
export type CoreRefs = ReturnType<typeof addUser> &
  ReturnType<typeof addApp> &
  ReturnType<typeof addApproval> & {
    readonly Session: ReturnType<typeof addSession>
    readonly Error: ReturnType<typeof addErrorTypes>['Error']
    readonly TokenSet: ReturnType<typeof addGrantMutations>
  }

/** Declares the types of core's nouns. */
export function addCoreTypes(builder: Builder): Omit<CoreRefs, 'Error' | 'TokenSet'> {
  const user = addUser(builder)
  const app = addApp(builder)
  joinAppAndUser(builder, { ...user, ...app })
  return { ...user, ...app, Session: addSession(builder, user), ...addApproval(builder) }
}
