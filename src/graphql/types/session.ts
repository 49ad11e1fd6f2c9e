import { NotFound } from '../../errors/standard.ts'
import { endOtherSessions, endOwnSession, endSession } from '../../operations/end-session.ts'
import { describeUserAgent } from '../../users/describe-user-agent.ts'
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

export function addUserSessions(builder: Builder, { User }: Pick<CoreRefs, 'User'>): void {
  const ref = builder.objectRef<Session>('UserSession').implement({
    description: 'One sign-in of a user, in one browser or program.',
    subGraphs: ['public'],
    authScopes: ({ userId }) => ({ self: userId }),
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Its name, for endSession. It opens nothing.' }),
      createdAt: t.field({
        type: 'DateTime',
        description: 'When they signed in.',
        resolve: ({ authenticatedAt }) => authenticatedAt,
      }),
      isCurrent: t.boolean({
        description: 'It is the one that this request is sent with.',
        resolve: async ({ id }, _args, context) => (await context.identity()).viewer?.session.id === id,
      }),
      description: t.string({
        description: 'What the browser or program said that it is: Firefox on Windows.',
        resolve: ({ userAgent }) => describeUserAgent(userAgent),
      }),
      expiresAt: t.field({
        type: 'DateTime',
        description: 'When they have to sign in there again.',
        resolve: ({ expiresAt }) => expiresAt,
      }),
    }),
  })
  builder.objectField(User, 'sessions', (t) =>
    t.field({
      type: [ref],
      subGraphs: ['public'],
      description: 'Where they are signed in, newest first: 100 at most.',
      resolve: async ({ id }, _args, context) => [...(await coreOf(context).sessions.ofUser(id))],
    }),
  )
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
  const EndedSessions = parts.builder.objectRef<{ count: number }>('EndedSessions').implement({
    description: 'Sessions that are over, on every node.',
    subGraphs: ['public'],
    fields: (t) => ({ count: t.exposeInt('count', { description: 'How many there were.' }) }),
  })
  declareMutation(parts, 'endSession', {
    description: 'Signs you out somewhere else: ends one of your sessions.',
    subGraphs: ['public'],
    input: (t) => ({ id: t.id({ required: true, description: 'The id of one of your sessions.' }) }),
    type: EndedSessions,
    errors: [NotFound],
    resolve: async ({ id }, context) => {
      await endOwnSession(coreOf(context), await requireViewer(context), id, context.facts.id)
      return { count: 1 }
    },
  })
  declareMutation(parts, 'endOtherSessions', {
    description: 'Signs you out everywhere else: ends all of your sessions but the one that the request is sent with.',
    subGraphs: ['public'],
    type: EndedSessions,
    errors: [],
    resolve: async (_input, context) => ({
      count: await endOtherSessions(coreOf(context), await requireViewer(context), context.facts.id),
    }),
  })
}
