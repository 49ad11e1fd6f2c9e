import {
  type ASTVisitor,
  type DocumentNode,
  GraphQLError,
  GraphQLID,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  type ValidationContext,
} from 'graphql'
import { badUserInput } from './bad-user-input.ts'

/**
 * GraphQL's own `ID` takes whole numbers too. An id of ours is always a text, so a number in its place is a mistake, and
 * is told as one: in a document by this rule, in variables by {@link checkIds}.
 */
export function StrictIdsRule(context: ValidationContext): ASTVisitor {
  return {
    IntValue(node) {
      const type = context.getInputType()
      if (type && getNamedType(type) === GraphQLID)
        context.reportError(new GraphQLError('An ID is a text.', { nodes: node }))
    },
  }
}

/** Whether a document has variables in which an ID can stand: most have not, and need no look at their values. */
export function hasIds(schema: GraphQLSchema, { definitions }: DocumentNode): boolean {
  return definitions.some(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      definition.variableDefinitions?.some(({ type }) => {
        const named = typeFromAST(schema, type)
        return isInputType(named) && holdsIds(named)
      }),
  )
}

/** @throws {GraphQLError} BAD_USER_INPUT when a number stands where an ID belongs */
export function checkIds(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | undefined,
): void {
  if (variables === undefined) return
  for (const { variable, type: node } of variableDefinitions) {
    const name = variable.name.value
    const type = typeFromAST(schema, node)
    if (!isInputType(type) || !Object.hasOwn(variables, name)) continue
    if (hasNumberAsId(type, variables[name]))
      throw badUserInput(`Variable "$${name}" has a number where an ID belongs, which is a text.`)
  }
}

function hasNumberAsId(type: GraphQLInputType, value: unknown): boolean {
  if (value === null || value === undefined || !holdsIds(type)) return false
  if (isNonNullType(type)) return hasNumberAsId(type.ofType as GraphQLInputType, value)
  if (isListType(type)) return [value].flat().some((item) => hasNumberAsId(type.ofType, item))
  if (type === GraphQLID) return typeof value === 'number'
  if (!isInputObjectType(type) || typeof value !== 'object') return false
  return Object.values(type.getFields()).some((field) =>
    hasNumberAsId(field.type, (value as Record<string, unknown>)[field.name]),
  )
}

const known = new WeakMap<GraphQLInputType, boolean>()

/** Whether an ID can stand somewhere in a value of this type. Most have none, and are not walked. */
function holdsIds(type: GraphQLInputType): boolean {
  const present = known.get(type)
  if (present !== undefined) return present
  // Until it is known: an input type may hold itself.
  known.set(type, false)
  const named = getNamedType(type)
  const holds =
    named === GraphQLID ||
    (isInputObjectType(named) && Object.values(named.getFields()).some((field) => holdsIds(field.type)))
  known.set(type, holds)
  return holds
}
