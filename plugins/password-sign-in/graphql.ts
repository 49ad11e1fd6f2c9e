import {
  type GraphQLDoor,
  InvalidCredentials,
  InvalidInput,
  InvalidRequest,
  objectParams,
  type RequestContext,
  SignInAgain,
  TooManyAttempts,
} from 'grantql/plugin'
import { changePassword } from './change-password.ts'
import type { HashQueue } from './hash-queue.ts'
import { type Invitation, inviteUser } from './invitations.ts'
import { SignUpClosed, signUp } from './sign-up.ts'
import type { PasswordTables } from './tables.ts'

type Context = RequestContext<PasswordTables>

/** Adds `signIn` and `signUp`, `changePassword`, and for admins `inviteUser`. None sets a cookie; the pages do. */
export const addMutations =
  (queue: HashQueue) =>
  (door: GraphQLDoor): void => {
    addSignIn(door)
    addSignUp(door, queue)
    addChangePassword(door, queue)
    addInviteUser(door)
  }

function addSignIn({ mutation, refs }: GraphQLDoor): void {
  mutation('signIn', {
    description: 'Starts a session by user name and password. Send its token as Authorization: Bearer from then on.',
    subGraphs: ['public'],
    type: refs.Session,
    errors: [InvalidCredentials, InvalidRequest, TooManyAttempts],
    listedOriginsOnly: true,
    input: (t) => ({
      username: t.string({ required: true, description: 'The user name, in any case.' }),
      password: t.string({ required: true, description: 'The password.' }),
    }),
    resolve: (ctx, input) => ctx.operations.signIn('password', objectParams(input), ctx.request),
  })
}

function addSignUp({ mutation, refs }: GraphQLDoor, queue: HashQueue): void {
  mutation('signUp', {
    description: 'Makes an account and starts a session, where the server lets everybody: see the setting signUp.',
    subGraphs: ['public'],
    type: refs.Session,
    errors: [SignUpClosed, InvalidInput, TooManyAttempts],
    listedOriginsOnly: true,
    input: (t) => ({
      username: t.string({ required: true, description: '1 to 64 letters, digits or . _ @ + -' }),
      password: t.string({ required: true, description: 'The password from now on. Never logged.' }),
      email: t.string({ description: 'Part of the profile. It is not verified by this.' }),
    }),
    resolve: (ctx, { username, password, email }) =>
      signUp(ctx as Context, queue, { username, password, email: email ?? '' }),
  })
}

function addChangePassword({ builder, mutation }: GraphQLDoor, queue: HashQueue): void {
  const ChangedPassword = builder.objectRef<{ done: true }>('ChangedPassword').implement({
    description: 'The new password counts, and all other sessions are over.',
    subGraphs: ['public'],
    fields: (t) => ({ done: t.boolean({ description: 'Always true.', resolve: () => true }) }),
  })
  mutation('changePassword', {
    description: 'Gives you another password, or a first one, and signs you out everywhere else.',
    subGraphs: ['public'],
    type: ChangedPassword,
    errors: [InvalidCredentials, InvalidInput, InvalidRequest, SignInAgain, TooManyAttempts],
    input: (t) => ({
      currentPassword: t.string({
        description: 'The password until now; left out by who has none yet and has just signed in. Never logged.',
      }),
      newPassword: t.string({ required: true, description: 'The password from now on. Never logged.' }),
    }),
    async resolve(ctx, { currentPassword, newPassword }) {
      await changePassword(ctx as Context, queue, { currentPassword: currentPassword ?? undefined, newPassword })
      return { done: true as const }
    },
  })
}

function addInviteUser({ builder, mutation, refs }: GraphQLDoor): void {
  const InvitationRef = builder.objectRef<Invitation>('Invitation').implement({
    description: 'A link by which somebody makes the account that they were invited to.',
    subGraphs: ['admin'],
    fields: (t) => ({
      invitationUrl: t.string({
        description: 'To be opened by whoever was invited. Shown this once; it works once.',
        resolve: ({ url }) => url.href,
      }),
      expiresAt: t.field({
        type: 'DateTime',
        description: 'Until when it works.',
        resolve: ({ expiresAt }) => expiresAt,
      }),
    }),
  })
  mutation('inviteUser', {
    description: 'Invites somebody, who then chooses their own password.',
    subGraphs: ['admin'],
    type: InvitationRef,
    errors: [InvalidInput],
    checksCredential: false,
    input: (t) => ({
      username: t.string({ required: true, description: '1 to 64 letters, digits or . _ @ + -' }),
      role: t.field({ type: refs.Role, description: 'Defaults to USER.' }),
      email: t.string({ description: 'Part of their profile. It is not verified by the link being opened.' }),
      expiresInSeconds: t.int({ description: 'From a minute to 30 days. Defaults to 604800, which is 7 days.' }),
    }),
    resolve: (ctx, { username, role, email, expiresInSeconds }) =>
      inviteUser(ctx as Context, {
        username,
        role: role ?? undefined,
        email: email ?? undefined,
        expiresInSeconds: expiresInSeconds ?? undefined,
      }),
  })
}
