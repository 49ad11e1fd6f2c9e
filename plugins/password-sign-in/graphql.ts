import { type GraphQLDoor, InvalidCredentials, InvalidRequest, objectParams, TooManyAttempts } from 'grantql/plugin'

/** Adds `signIn`: a session for API clients. It sets no cookie; the page does. */
export function addSignIn({ mutation, refs }: GraphQLDoor): void {
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
