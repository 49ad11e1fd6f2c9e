import { GraphQLError, Kind } from 'graphql'

/** Our scalars beside GraphQL's own. */
export type Scalars = {
  ID: { Input: string; Output: string }
  DateTime: { Input: Date; Output: Date }
}

interface ScalarBuilder {
  scalarType(name: 'DateTime', options: object): unknown
  scalarType(name: 'ID', options: object): unknown
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/

/** Adds `DateTime`, and an `ID` that takes texts alone. */
export function addScalars(builder: ScalarBuilder): void {
  builder.scalarType('DateTime', {
    description: 'A point in time, by RFC 3339: 2030-01-31T12:00:00.000Z.',
    specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
    serialize: (value: unknown) => (value as Date).toISOString(),
    parseValue: readDateTime,
  })
  // GraphQL's own takes whole numbers too; an id of ours is always a text, and a number in its place is a mistake.
  builder.scalarType('ID', {
    description: 'An opaque name of one thing.',
    serialize: String,
    parseValue: readId,
    parseLiteral: (node: { readonly kind: string; readonly value?: unknown }) =>
      readId(node.kind === Kind.STRING ? node.value : undefined),
  })
}

function readDateTime(value: unknown): Date {
  const date = typeof value === 'string' && RFC_3339.test(value) ? new Date(value) : undefined
  if (!date || Number.isNaN(date.getTime())) throw new GraphQLError('A DateTime is a text by RFC 3339.')
  return date
}

function readId(value: unknown): string {
  if (typeof value !== 'string') throw new GraphQLError('An ID is a text.')
  return value
}
