import { type GraphQLSchema, getOperationAST, OperationTypeNode } from 'graphql'
import { createYoga } from 'graphql-yoga'
import type { GraphQLContext } from './context.ts'
import { useDocuments } from './documents.ts'
import type { Outcome } from './respond.ts'

/** Runs the document of a request. Rejects only with what makes the whole request fail. */
export type Executor = (context: GraphQLContext) => Promise<Outcome>

/**
 * Yoga without its HTTP: the endpoint reads requests and prints results itself, stricter and at a third of the cost, so
 * yoga is asked by `getEnveloped`, as it is for WebSockets, to parse, validate and run.
 */
export function createExecutor(schema: GraphQLSchema, options: { readonly introspection: boolean }): Executor {
  const yoga = createYoga<object>({
    schema,
    plugins: [useDocuments(schema, options)],
    // Ours remembers documents, and presents errors with the id of their request.
    parserAndValidationCache: false,
    maskedErrors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    batching: false,
    cors: false,
    logging: false,
  })
  return async (context) => {
    const { query, variables, operationName } = context.body
    const { parse, validate, contextFactory, execute, subscribe } = yoga.getEnveloped(context)
    const document = parse(query)
    const errors = validate(schema, document)
    if (errors.length > 0) return { errors }
    const contextValue = await contextFactory()
    const operation = getOperationAST(document, operationName)
    const run = operation?.operation === OperationTypeNode.SUBSCRIPTION ? subscribe : execute
    return run({ schema, document, contextValue, variableValues: variables, operationName }) as Promise<Outcome>
  }
}
