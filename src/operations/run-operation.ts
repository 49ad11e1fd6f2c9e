import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { InvalidClient, UnauthorizedClient } from '../errors/standard.ts'
import type { PluginOperation } from '../plugin/define-operation.ts'
import type { Param } from '../plugin/param.ts'
import type { PresentedCredentials, RawParams, RequestFacts } from '../plugin/request.ts'
import { wireName } from '../plugin/wire-name.ts'
import { authenticateApp } from './authenticate-app.ts'
import { parseParams } from './parse-params.ts'
import { operationContext } from './plugin-context.ts'
import { withDeadline } from './with-deadline.ts'

export interface OperationRequest {
  readonly params: RawParams
  readonly credentials: PresentedCredentials
  readonly request: RequestFacts
}

/**
 * Runs a declared operation of a plugin: its GraphQL mutation and its REST endpoint are this.
 *
 * @throws {InvalidRequest} {InvalidClient} {UnauthorizedClient} {TooManyAttempts} and what the operation declares
 */
export async function runOperation(
  core: Core,
  operation: Owned<PluginOperation>,
  { params, credentials, request }: OperationRequest,
): Promise<Record<string, unknown>> {
  const authenticated =
    operation.clientAuth === 'none'
      ? undefined
      : await authenticateApp(core, credentials, request.id, { params, request })
  // A public app proves nothing, and where a proof is asked for that is no authentication (RFC 7662 §2.1: 401).
  if (operation.clientAuth === 'required' && authenticated?.method === 'none') throw new InvalidClient()
  if (operation.grantType !== undefined && !authenticated?.app.grants.includes(operation.grantType)) {
    throw new UnauthorizedClient()
  }
  const sent = withoutCredentials(core, params)
  const ctx = Object.assign(operationContext(core, operation.pluginId, request, authenticated), { sent })
  const values = parseParams(operation.params, params)
  if (operation.limit && ctx.clientAuthMethod === 'none') await ctx.countByNetwork(operation.limit)
  return withDeadline(operation.run(ctx, values), operation.mutation ?? operation.path ?? '')
}

function withoutCredentials({ registry }: Pick<Core, 'registry'>, params: RawParams): RawParams {
  const declared = registry.clientAuth.flatMap((method) => Object.entries<Param>(method.params ?? {}))
  const credentials = new Set(['client_secret', ...declared.map(([name, param]) => wireName(name, param))])
  return {
    names: () => params.names().filter((name) => !credentials.has(name)),
    all: (name) => (credentials.has(name) ? [] : params.all(name)),
  }
}
