import type { InputFieldMap, InputShapeFromFields } from '@pothos/core'
import type { Owned } from '../config/registry.ts'
import { requestContext } from '../operations/plugin-context.ts'
import type { RequestContext } from '../plugin/context.ts'
import type { Plugin } from '../plugin/define-plugin.ts'
import { coreOf } from './context.ts'
import { declareMutation, type MutationOptions, type NoFields, type SchemaParts } from './mutations.ts'

type MaybePromise<T> = T | Promise<T>

/** What a plugin says of a mutation that no declared grant or operation can express. */
export interface DeclareMutationOptions<Shape, Fields extends InputFieldMap, Tables>
  extends Omit<MutationOptions<Shape, Fields, NoFields>, 'args' | 'checksCredential' | 'resolve'> {
  /**
   * It checks a password, a secret or a code, so that one document may hold one such field. Defaults to true: say false
   * where nothing can be guessed by it.
   */
  readonly checksCredential?: boolean
  /** Answers the success, or throws what `errors` declares. */
  readonly resolve: (ctx: RequestContext<Tables>, input: InputShapeFromFields<Fields>) => MaybePromise<NoInfer<Shape>>
}

/** Declares a mutation of a plugin: `input: <Name>Input!`, `<Name>Result` of the type and the declared errors. */
export type DeclareMutation = <Shape, Fields extends InputFieldMap = NoFields, Tables = unknown>(
  name: string,
  options: DeclareMutationOptions<Shape, Fields, Tables>,
) => void

/** The `mutation` of one plugin's door. `take` refuses a name that somebody else has. */
export function mutationOf(
  parts: SchemaParts,
  plugin: Pick<Owned<Plugin>, 'id'>,
  take: (name: string) => void,
): DeclareMutation {
  return (name, { resolve, ...options }) => {
    take(name)
    declareMutation(parts, name, {
      checksCredential: true,
      ...options,
      resolve: (input, context) => resolve(requestContext(coreOf(context), plugin.id, context.facts) as never, input),
    })
  }
}
