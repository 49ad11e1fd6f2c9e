import { GraphQLError } from 'graphql'

/** A mistake in the document or its variables, told at the top level. The message repeats no value of the caller. */
export function badUserInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } })
}
