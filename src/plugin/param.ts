/** How a declared parameter arrives: which GraphQL input type, and how its text in a form is read. */
export type ParamKind = 'string' | 'integer' | 'boolean' | 'list' | 'scopes' | 'approvalCode'

export interface ParamOptions {
  /** One sentence for the schema, the form and the docs. */
  readonly description: string
  /** The name on the wire. Defaults to the snake_case form of the declared name; `scopes` is `scope`. */
  readonly wireName?: string
  /** Never logged, never traced. Defaults to false. */
  readonly secret?: boolean
  /** The longest text that is let through, in UTF-16 code units; of a list, each. Defaults to 4,096. */
  readonly maxLength?: number
}

/** One declared parameter. The GraphQL input field, the REST form and the docs follow from it. */
export interface Param<Value = unknown, Optional extends boolean = boolean> extends ParamOptions {
  readonly kind: ParamKind
  readonly optional: Optional
  /** Carries the TypeScript type; there is no such value at run time. */
  readonly value?: Value
}

export type Params = Readonly<Record<string, Param>>

type ParamValue<P> = P extends Param<infer Value, boolean> ? Value : never
type RequiredNames<P extends Params> = { [K in keyof P]: P[K] extends Param<unknown, false> ? K : never }[keyof P]
type OptionalNames<P extends Params> = Exclude<keyof P, RequiredNames<P>>

/** The values that a set of declared parameters gives, typed by the declarations. */
export type ParamValues<P extends Params> = { readonly [K in RequiredNames<P>]: ParamValue<P[K]> } & {
  readonly [K in OptionalNames<P>]: ParamValue<P[K]> | undefined
}

type Optionality<O> = O extends { readonly optional: true } ? true : false

function declare<Value>(kind: ParamKind, fixed: Partial<ParamOptions> = {}) {
  return <const O extends ParamOptions & { readonly optional?: boolean }>(
    options: O,
  ): Param<Value, Optionality<O>> => ({
    ...fixed,
    ...options,
    kind,
    optional: (options.optional ?? false) as Optionality<O>,
  })
}

/**
 * Declares parameters of a grant or an operation. Each takes `{ description, optional?, secret?, wireName?, maxLength? }`;
 * a parameter is required unless it says `optional: true`. An empty text counts as left out (RFC 6749 §3.1), a repeated
 * parameter is refused unless it is a `list`, and what is not a text where a text belongs is refused.
 *
 * @example
 * const params = { assertion: param.string({ description: 'The signed assertion.', secret: true }) }
 */
export const param = {
  string: declare<string>('string'),
  integer: declare<number>('integer'),
  boolean: declare<boolean>('boolean'),
  /** Texts: a parameter that may come more than once on the wire (RFC 8707 §2), a list in GraphQL and JSON. At most 20. */
  list: declare<readonly string[]>('list'),
  /** Scope names: space-separated on the wire (RFC 6749 §3.3), a list in GraphQL. Always optional. */
  scopes: (options: ParamOptions): Param<readonly string[], true> => ({
    wireName: 'scope',
    ...options,
    kind: 'scopes',
    optional: true,
  }),
  /**
   * The code of an approval. Like a secret string, and core watches it: presented a second time by somebody who could
   * have proved to be the app and did not, the tokens it gave end (RFC 6749 §4.1.2).
   */
  approvalCode: (options: ParamOptions): Param<string, false> => ({
    secret: true,
    ...options,
    kind: 'approvalCode',
    optional: false,
  }),
}
