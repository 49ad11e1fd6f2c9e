import { endSession } from '../../operations/end-session.ts'
import type { Session, User } from '../../users/user.ts'
import { requireViewer } from '../authorization.ts'
import type { Builder } from '../builder.ts'
import { coreOf } from '../context.ts'
import { declareMutation, type SchemaParts } from '../mutations.ts'
import type { CoreRefs } from '../refs.ts'

/** What a sign-in gives: the token is in nobody's hands but the caller's. */
export interface StartedSession {
  readonly token: string
  readonly session: Session
  readonly user: User
}

export function addSession(builder: Builder, { User }: Pick<CoreRefs, 'User'>) {
  return builder.objectRef<StartedSession>('Session').implement({
    description: 'A sign-in that has just begun.',
    subGraphs: ['public'],
    fields: (t) => ({
      token: t.exposeString('token', {
        description: 'Sent as Authorization: Bearer from now on. It is shown this once, and is not an access token.',
      }),
      expiresAt: t.field({
        type: 'DateTime',
        description: 'When one has to sign in again.',
        resolve: ({ session }) => session.expiresAt,
      }),
      user: t.field({
        type: User,
        description: 'Who signed in.',
        resolve: ({ user }, _args, context) => {
          context.provenUsers.add(user.id)
          return user
        },
      }),
    }),
  })
}

export function addSessionMutations(parts: SchemaParts): void {
  const SignedOut = parts.builder.objectRef<{ done: true }>('SignedOut').implement({
    description: 'The session is over.',
    subGraphs: ['public'],
    fields: (t) => ({ done: t.boolean({ description: 'Always true.', resolve: () => true }) }),
  })
  declareMutation(parts, 'signOut', {
    description: 'Ends the session that the request is sent with.',
    subGraphs: ['public'],
    type: SignedOut,
    errors: [],
    resolve: async (_input, context) => {
      await endSession(coreOf(context), await requireViewer(context), context.facts.id)
      return { done: true as const }
    },
  })
}
