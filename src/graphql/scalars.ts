import { GraphQLError } from 'graphql'

/** Our scalars beside GraphQL's own. */
export type Scalars = {
  ID: { Input: string; Output: string }
  DateTime: { Input: Date; Output: Date }
  JSON: { Input: unknown; Output: unknown }
}

interface ScalarBuilder {
  scalarType(name: 'DateTime' | 'JSON', options: object): unknown
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/

/** Adds `DateTime` and `JSON`. */
export function addScalars(builder: ScalarBuilder): void {
  builder.scalarType('DateTime', {
    description: 'A point in time, by RFC 3339: 2030-01-31T12:00:00.000Z.',
    specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
    serialize: (value: unknown) => (value as Date).toISOString(),
    parseValue: readDateTime,
  })
  builder.scalarType('JSON', {
    description: 'A JSON value as it is: an object, a list, a text, a number, a boolean or null.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
    serialize: (value: unknown) => value,
    parseValue: (value: unknown) => value,
  })
}

function readDateTime(value: unknown): Date {
  const date = typeof value === 'string' && RFC_3339.test(value) ? new Date(value) : undefined
  if (!date || Number.isNaN(date.getTime())) throw new GraphQLError('A DateTime is a text by RFC 3339.')
  return date
}
