import type { Registry } from '../config/registry.ts'
import type { AnyErrorClass } from '../errors/oauth-error.ts'
import { OAuthError } from '../errors/oauth-error.ts'
import type { Builder } from './builder.ts'
import { coreOf, type GraphQLContext } from './context.ts'
import { declaredFields } from './declared-fields.ts'

/** An error that a result union holds: a value, because GraphQL takes an `Error` that a resolver answers as thrown. */
export class AnsweredError {
  readonly typeName: string
  readonly code: string
  readonly message: string
  readonly values: Readonly<Record<string, unknown>>

  constructor(typeName: string, { code, message, values }: OAuthError) {
    this.typeName = typeName
    this.code = code
    this.message = message
    this.values = values
  }
}

export interface ErrorTypes {
  /** `interface Error`. */
  readonly Error: ReturnType<typeof addErrorInterface>
  /** The result type of a mutation: its success or one of the errors that it declares. */
  union(name: string, success: SuccessRef, errors: readonly AnyErrorClass[]): UnionRef
  /** Prepares what answers a failure: as a value where it is declared, else as thrown. */
  answering(errors: readonly AnyErrorClass[]): (context: GraphQLContext, failure: unknown) => AnsweredError
}

/** The type of a success: any object type of this builder. */
export type SuccessRef = Parameters<Builder['unionType']>[1]['types'] extends infer Types
  ? Extract<Types, readonly unknown[]>[number] & { readonly name: string }
  : never
export type UnionRef = ReturnType<Builder['unionType']>

/** Declares `interface Error` and one object type for each declared error. */
export function addErrorTypes(builder: Builder, registry: Pick<Registry, 'errors'>): ErrorTypes {
  const ErrorInterface = addErrorInterface(builder)
  const refs = new Map<string, SuccessRef>()
  for (const error of registry.errors.values()) {
    const { code, description, message, spec, fields = {} } = error.declaration
    const ref = builder.objectRef<AnsweredError>(error.typeName).implement({
      description: sentence(description ?? message, spec),
      interfaces: [ErrorInterface],
      fields: (t) => declaredFields(t, fields, ({ values }: AnsweredError, name) => values[name]),
    })
    refs.set(code, ref as unknown as SuccessRef)
  }
  const typeOf = ({ declaration }: AnyErrorClass): SuccessRef => {
    const ref = refs.get(declaration.code)
    if (!ref) throw new Error(`The error ${declaration.code} is in a result, but no plugin declares it.`)
    return ref
  }

  return {
    Error: ErrorInterface,
    union: (name, success, errors) =>
      builder.unionType(name, {
        types: [success, ...byCode(errors).values().map(typeOf)],
        resolveType: (value: unknown) => (value instanceof AnsweredError ? value.typeName : success.name),
      }),
    answering(errors) {
      const declared = byCode(errors)
      return (context, failure) => {
        const ErrorClass = failure instanceof OAuthError ? declared.get(failure.code) : undefined
        if (!ErrorClass) throw failure
        return answered(context, ErrorClass.typeName, failure as OAuthError)
      }
    },
  }
}

function addErrorInterface(builder: Builder) {
  return builder.interfaceRef<AnsweredError>('Error').implement({
    description: 'What went wrong, in every result that can go wrong.',
    fields: (t) => ({
      code: t.exposeString('code', { description: 'The string that programs switch on, as the RFC spells it.' }),
      message: t.exposeString('message', { description: 'One sentence for the developer of the app.' }),
    }),
  })
}

/** Two plugins may bring a copy each of the same error. */
function byCode(errors: readonly AnyErrorClass[]): Map<string, AnyErrorClass> {
  return new Map(errors.map((error) => [error.declaration.code, error]))
}

function answered(context: GraphQLContext, typeName: string, error: OAuthError): AnsweredError {
  if (error.cause !== undefined) {
    const fields = { err: error.cause, code: error.code, requestId: context.facts.id }
    coreOf(context).log.warn(fields, 'a request was refused for a reason that the operator should know')
  }
  return new AnsweredError(typeName, error)
}

/** A description that names where the thing is defined. */
export function sentence(text: string, spec: string | undefined): string {
  return spec === undefined ? text : `${text} (${spec})`
}
