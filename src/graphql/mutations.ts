import type { InputFieldMap, InputShapeFromFields } from '@pothos/core'
import type { Registry } from '../config/registry.ts'
import type { AnyErrorClass } from '../errors/oauth-error.ts'
import { Forbidden } from '../errors/standard.ts'
import type { Builder } from './builder.ts'
import type { EndpointName, GraphQLContext } from './context.ts'
import type { ErrorTypes, SuccessRef } from './errors.ts'

/** What the parts of one schema are built from. */
export interface SchemaParts {
  readonly builder: Builder
  readonly registry: Registry
  readonly errors: ErrorTypes
}

type MaybePromise<T> = T | Promise<T>
export type InputFieldMaker = Parameters<Parameters<Builder['inputType']>[1]['fields']>[0]

/** What is declared where there is nothing to take. */
export type NoFields = Readonly<Record<never, never>>

/** A type of a result and the value behind it. */
export type ResultRef<Shape> = { readonly name: string; readonly $inferType: Shape }

export interface MutationOptions<Shape, Fields extends InputFieldMap, Args extends InputFieldMap> {
  readonly description: string
  readonly subGraphs: readonly EndpointName[]
  /** The fields of `input`. Left out: the mutation takes none. */
  readonly input?: (t: InputFieldMaker) => Fields
  /** Arguments beside `input`: the id of what an update changes. */
  readonly args?: (t: ArgumentMaker) => Args
  /** The object type of a success. */
  readonly type: ResultRef<Shape>
  /** Everything that a client is told as a part of the result. */
  readonly errors: readonly AnyErrorClass[]
  /** It checks a password, a secret or a code, so one document may hold one such field. */
  readonly checksCredential?: boolean
  /** A browser page may call it only where its origin is on the list. */
  readonly listedOriginsOnly?: boolean
  readonly resolve: (
    input: InputShapeFromFields<Fields>,
    context: GraphQLContext,
    args: InputShapeFromFields<Args>,
  ) => MaybePromise<NoInfer<Shape>>
}

export type ArgumentMaker = Parameters<Parameters<Builder['mutationField']>[1]>[0]['arg']

/**
 * Declares a mutation by the house's conventions: one `input: <Mutation>Input!`, a nullable result that is a union of the
 * success and the declared errors.
 */
export function declareMutation<Shape, Fields extends InputFieldMap = NoFields, Args extends InputFieldMap = NoFields>(
  { builder, errors }: Pick<SchemaParts, 'builder' | 'errors'>,
  name: string,
  options: MutationOptions<Shape, Fields, Args>,
): void {
  const typeName = name.charAt(0).toUpperCase() + name.slice(1)
  const { subGraphs, description, checksCredential = false, listedOriginsOnly = false } = options
  const declared = options.input
  const input =
    declared && builder.inputType(`${typeName}Input`, { subGraphs: [...subGraphs], fields: (t) => declared(t) })
  const answer = errors.answering(options.errors)
  const result = errors.union(`${typeName}Result`, options.type as unknown as SuccessRef, options.errors)

  builder.mutationField(name, (t) =>
    t.field({
      type: result,
      nullable: true,
      description,
      subGraphs: [...subGraphs],
      extensions: { checksCredential },
      // What the root types ask for concerns the admin endpoint alone, and is asked on every request.
      skipTypeScopes: !subGraphs.includes('admin'),
      args: { ...options.args?.(t.arg), ...(input && { input: t.arg({ type: input, required: true }) }) },
      resolve: async (_root, args, context) => {
        if (listedOriginsOnly && !context.isListedOrigin) throw new Forbidden()
        const { input: values } = args as { input?: unknown }
        try {
          return (await options.resolve(values as InputShapeFromFields<Fields>, context, args as never)) as never
        } catch (failure) {
          return answer(context, failure) as never
        }
      },
    }),
  )
}
