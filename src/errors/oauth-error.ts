import type { Fields, FieldValues } from '../plugin/field.ts'

const BRAND = Symbol.for('grantql.OAuthError')

export interface ErrorDeclaration<F extends Fields = Fields> {
  /** The string that programs switch on, as the RFC spells it: `invalid_grant`. */
  readonly code: string
  /** The HTTP status of the REST answer. Defaults to 400. */
  readonly status?: number
  /** Where the error is defined: `RFC 6749 §5.2`. */
  readonly spec?: string
  /** The sentence for the app's developer. It must not repeat what the caller sent. */
  readonly message: string
  /** When it is returned, for the schema: "Returned when …". Defaults to the message. */
  readonly description?: string
  /** Further members that help the caller, typed. */
  readonly fields?: F
}

/** Why a grant, a code or a token is refused. */
export type RefusalReason =
  | 'another-app'
  | 'expired'
  | 'not-approved'
  | 'not-proved'
  | 'revoked'
  | 'unknown'
  | 'used'
  | 'user-gone'

interface ErrorOptions {
  /** A sentence that is more exact than the declared one. Public: no secret, nothing that the caller sent. */
  readonly message?: string
  /** What the operator should know. Logged with the request id, never sent. */
  readonly cause?: unknown
  /** For dialects whose system tells it. The standard never sends it. */
  readonly reason?: RefusalReason
  /** The wire name of the parameter, or the scope, that is wrong: for dialects whose system names it. */
  readonly about?: string
  /** `WWW-Authenticate`, where a credential of the request is at fault: the answer is 401 then, whatever is declared. */
  readonly challenge?: string
}

type ConstructorArguments<F extends Fields> =
  Record<never, never> extends FieldValues<F>
    ? [options?: ErrorOptions & FieldValues<F>]
    : [options: ErrorOptions & FieldValues<F>]

/**
 * A failure that the caller is told about. `code` is for programs, `message` for the app's developer, `cause` for the
 * operator alone.
 */
export abstract class OAuthError extends Error {
  readonly [BRAND] = true
  abstract readonly declaration: ErrorDeclaration
  abstract readonly values: Readonly<Record<string, unknown>>
  /** For dialects whose system tells it. The standard never sends it. */
  abstract readonly reason: RefusalReason | undefined
  /** The wire name of the parameter, or the scope, that is wrong: for dialects whose system names it. */
  abstract readonly about: string | undefined
  /** `WWW-Authenticate`, where a credential of the request is at fault. */
  readonly challenge: string | undefined = undefined

  get code(): string {
    return this.declaration.code
  }

  get status(): number {
    return this.challenge === undefined ? (this.declaration.status ?? 400) : 401
  }

  /** True across copies of the package: a plugin may bring its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value
  }
}

/** The class that {@link defineError} makes: construct it to throw, read `declaration` to document it. */
export interface OAuthErrorClass<F extends Fields = Fields> {
  new (...options: ConstructorArguments<F>): OAuthError & { readonly values: FieldValues<F> }
  readonly declaration: ErrorDeclaration<F>
  /** The GraphQL type: `slow_down` becomes `SlowDownError`. */
  readonly typeName: string
  [Symbol.hasInstance](value: unknown): boolean
}

// biome-ignore lint/suspicious/noExplicitAny: a list of classes whose constructors differ has no narrower type
export type AnyErrorClass = OAuthErrorClass<any>

/**
 * Declares an error once; the REST body, the GraphQL type and the docs follow from the declaration.
 *
 * @example
 * const SlowDown = defineError({ code: 'slow_down', spec: 'RFC 8628 §3.5', message: 'Poll less often.' })
 * throw new SlowDown()
 */
export function defineError<const F extends Fields = Record<never, never>>(
  declaration: ErrorDeclaration<F>,
): OAuthErrorClass<F> {
  class DeclaredError extends OAuthError {
    static readonly declaration = declaration
    static readonly typeName = errorTypeName(declaration.code)
    readonly declaration = declaration
    readonly values: FieldValues<F>
    readonly reason: RefusalReason | undefined
    readonly about: string | undefined
    override readonly challenge: string | undefined

    constructor(options: ErrorOptions & Partial<FieldValues<F>> = {}) {
      const { message, cause, reason, about, challenge, ...values } = options
      super(message ?? declaration.message, cause === undefined ? undefined : { cause })
      this.name = DeclaredError.typeName
      this.values = values as unknown as FieldValues<F>
      this.reason = reason
      this.about = about
      this.challenge = challenge
    }

    static override [Symbol.hasInstance](value: unknown): boolean {
      return OAuthError[Symbol.hasInstance](value) && (value as OAuthError).code === declaration.code
    }
  }
  return DeclaredError as unknown as OAuthErrorClass<F>
}

function errorTypeName(code: string): string {
  const words = code.split(/[_-]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return `${words.join('')}Error`
}
