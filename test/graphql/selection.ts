import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'

/** Levels of a selection; with the field above it stays below the limit of a document. */
const DEEPEST = 9

/** Object types of a schema, those of introspection left out. */
export function objectTypes(schema: GraphQLSchema): readonly GraphQLObjectType[] {
  return Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith('__'),
  ) as GraphQLObjectType[]
}

/** Everything that can be read of a type, as deep as it goes without coming back to a type that it came from. */
export function everythingOf(type: GraphQLObjectType, from: readonly string[] = []): string {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    if (field.args.some(isRequiredArgument)) return []
    const selection = selectionOf(field, [...from, type.name])
    return selection === undefined ? [] : [selection]
  })
  return `{ __typename ${fields.join(' ')} }`
}

function selectionOf(field: GraphQLField<unknown, unknown>, from: readonly string[]): string | undefined {
  const named = getNamedType(field.type)
  if (!isCompositeType(named)) return field.name
  if (!isObjectType(named) || from.includes(named.name) || from.length >= DEEPEST) return undefined
  const page = field.args.some(({ name }) => name === 'first') ? '(first: 5)' : ''
  return `${field.name}${page} ${everythingOf(named, from)}`
}

/** One selection a member, because members have fields of the same name and another type. */
export function selectionsOf(schema: GraphQLSchema, type: GraphQLCompositeType): readonly string[] {
  if (isObjectType(type)) return [everythingOf(type)]
  if (!isAbstractType(type)) return []
  return schema.getPossibleTypes(type).map((member) => `{ __typename ... on ${member.name} ${everythingOf(member)} }`)
}

/** Selections of one leaf each: a field that is refused takes its neighbours with it, and would hide that they are not. */
export function leavesOf(schema: GraphQLSchema, type: GraphQLCompositeType): readonly string[] {
  if (isObjectType(type)) return leavesOfObject(type, [])
  return schema
    .getPossibleTypes(type as never)
    .flatMap((member) => leavesOfObject(member, []).map((leaf) => `{ ... on ${member.name} ${leaf} }`))
}

function leavesOfObject(type: GraphQLObjectType, from: readonly string[]): readonly string[] {
  return Object.values(type.getFields()).flatMap((field) => {
    const named = getNamedType(field.type)
    if (field.args.some(isRequiredArgument)) return []
    if (!isCompositeType(named)) return [`{ ${field.name} }`]
    if (!isObjectType(named) || from.includes(named.name) || from.length >= DEEPEST) return []
    const page = field.args.some(({ name }) => name === 'first') ? '(first: 5)' : ''
    return leavesOfObject(named, [...from, type.name]).map((leaf) => `{ ${field.name}${page} ${leaf} }`)
  })
}
