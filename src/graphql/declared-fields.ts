import type { Field, FieldKind, Fields } from '../plugin/field.ts'
import type { Builder } from './builder.ts'

const TYPES = {
  string: 'String',
  integer: 'Int',
  boolean: 'Boolean',
  instant: 'DateTime',
  strings: ['String'],
  list: ['String'],
  json: 'JSON',
} as const satisfies Record<FieldKind, string | readonly [string]>

interface FieldMaker {
  field(options: never): unknown
}

/** The object fields that follow from declared members of a result or an error. */
export function declaredFields<Parent>(
  t: FieldMaker,
  fields: Fields,
  read: (parent: Parent, name: string) => unknown,
): Record<string, FieldRef> {
  const entries = Object.entries(fields).map(([name, declaration]: [string, Field]) => {
    const options = {
      type: TYPES[declaration.kind],
      nullable: declaration.optional,
      description: declaration.description,
      resolve: (parent: Parent) => read(parent, name) ?? null,
    }
    return [name, t.field(options as never)]
  })
  return Object.fromEntries(entries)
}

type FieldRef = ReturnType<Parameters<Builder['queryField']>[1]>
