import { addedParams } from '../config/added-params.ts'
import type { Owned, Registry } from '../config/registry.ts'
import type { AnyErrorClass } from '../errors/oauth-error.ts'
import { InvalidClient, InvalidRequest, InvalidScope, TooManyAttempts, UnauthorizedClient } from '../errors/standard.ts'
import { runOperation } from '../operations/run-operation.ts'
import type { PluginOperation } from '../plugin/define-operation.ts'
import type { Params } from '../plugin/param.ts'
import { coreOf } from './context.ts'
import { declaredFields } from './declared-fields.ts'
import { credentialFields, paramFields, prepareTexts, presentedCredentials } from './declared-params.ts'
import { sentence } from './errors.ts'
import { declareMutation, type SchemaParts } from './mutations.ts'

/** Adds one mutation for each declared operation of the plugins that has a name in GraphQL. */
export function addOperationMutations(parts: SchemaParts): void {
  for (const operation of parts.registry.operations) {
    if (operation.mutation !== undefined) addOperationMutation(parts, operation, operation.mutation)
  }
}

function addOperationMutation(parts: SchemaParts, operation: Owned<PluginOperation>, name: string): void {
  const hasApp = operation.clientAuth !== 'none'
  const added = addedParams(parts.registry, operation)
  const params: Params = Object.assign(
    {},
    operation.params,
    added.params,
    ...(hasApp ? parts.registry.clientAuth.map((method) => method.params) : []),
  )
  const hasInput = hasApp || Object.keys(params).length > 0
  const hasScopes = Object.values(params).some(({ kind }) => kind === 'scopes')
  const toTexts = prepareTexts(params)
  declareMutation(parts, name, {
    description: sentence(operation.description, operation.spec),
    subGraphs: ['public'],
    checksCredential: hasApp,
    ...(hasInput && { input: (t) => ({ ...(hasApp && credentialFields(t)), ...paramFields(t, params) }) }),
    type: addResultType(parts, operation),
    errors: [
      InvalidRequest,
      ...(hasApp ? [InvalidClient, UnauthorizedClient] : []),
      ...(hasApp || operation.limit ? [TooManyAttempts] : []),
      ...(hasScopes ? [InvalidScope] : []),
      ...operation.errors,
      ...added.errors,
      ...(operation.takesAccessToken ? errorsOfProofs(parts.registry) : []),
    ],
    resolve: (input: Readonly<Record<string, unknown>> = {}, context) =>
      runOperation(coreOf(context), operation, {
        params: toTexts(input),
        credentials: presentedCredentials(context, input),
        request: context.facts,
      }),
  })
}

function errorsOfProofs({ plugins, senderConstraints }: Registry): readonly AnyErrorClass[] {
  const constraining = new Set(senderConstraints.map(({ pluginId }) => pluginId))
  return plugins.filter(({ id }) => constraining.has(id)).flatMap(({ errors = [] }) => errors)
}

function addResultType({ builder }: SchemaParts, { resultType, result, description }: PluginOperation) {
  const isEmpty = Object.keys(result).length === 0
  return builder.objectRef<Record<string, unknown>>(resultType).implement({
    description,
    subGraphs: ['public'],
    fields: (t) =>
      isEmpty
        ? { done: t.boolean({ description: 'Always true: there is nothing more to say.', resolve: () => true }) }
        : declaredFields(t, result, (values: Record<string, unknown>, name) => values[name]),
  })
}
