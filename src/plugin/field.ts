/** How a declared value looks in TypeScript, GraphQL and JSON. */
export type FieldKind = 'string' | 'integer' | 'boolean' | 'instant' | 'strings' | 'list' | 'json'

export interface FieldOptions {
  /** One sentence for the schema and the docs. */
  readonly description: string
  /** The name on the wire. Defaults to the snake_case form of the declared name. */
  readonly wireName?: string
  /** Never logged, never traced. Defaults to false. */
  readonly secret?: boolean
}

/** One declared member of a result or of an error: its type, its wire name and its documentation in one place. */
export interface Field<Value = unknown, Optional extends boolean = boolean> extends FieldOptions {
  readonly kind: FieldKind
  readonly optional: Optional
  /** Carries the TypeScript type; there is no such value at run time. */
  readonly value?: Value
}

export type Fields = Readonly<Record<string, Field>>

type FieldValue<F> = F extends Field<infer Value, boolean> ? Value : never
type RequiredNames<F extends Fields> = { [K in keyof F]: F[K] extends Field<unknown, false> ? K : never }[keyof F]
type OptionalNames<F extends Fields> = Exclude<keyof F, RequiredNames<F>>

/** The plain object that a set of declared fields describes. */
export type FieldValues<F extends Fields> = { readonly [K in RequiredNames<F>]: FieldValue<F[K]> } & {
  readonly [K in OptionalNames<F>]?: FieldValue<F[K]> | undefined
}

type Optionality<O> = O extends { readonly optional: true } ? true : false

function declare<Value>(kind: FieldKind) {
  return <const O extends FieldOptions & { readonly optional?: boolean }>(
    options: O,
  ): Field<Value, Optionality<O>> => ({
    ...options,
    kind,
    optional: (options.optional ?? false) as Optionality<O>,
  })
}

/**
 * Declares members of a result or an error. Each takes `{ description, wireName?, optional?, secret? }`.
 *
 * @example
 * const result = { intervalSeconds: field.integer({ description: 'Seconds to wait between polls.', wireName: 'interval' }) }
 */
export const field = {
  string: declare<string>('string'),
  integer: declare<number>('integer'),
  boolean: declare<boolean>('boolean'),
  /** A point in time: `Date` in code, `DateTime` in GraphQL, seconds since the epoch in JSON (RFC 7519 NumericDate). */
  instant: declare<Date>('instant'),
  /** A list of strings: space-separated in JSON, as OAuth writes scopes. */
  strings: declare<readonly string[]>('strings'),
  /** A list of strings: an array in JSON. */
  list: declare<readonly string[]>('list'),
  /** A JSON value as it is, for what has no shape that could be declared. */
  json: declare<unknown>('json'),
}
