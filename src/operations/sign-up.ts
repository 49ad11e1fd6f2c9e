import type { Core } from '../core.ts'
import { NotFound } from '../errors/standard.ts'
import type { SignedInUser } from '../plugin/context.ts'
import type { RawParams, RequestFacts } from '../plugin/request.ts'
import { parseParams, readText } from './parse-params.ts'
import { pluginContext, requestContext } from './plugin-context.ts'
import { withDeadline } from './with-deadline.ts'

/** Whether people may make accounts for themselves by a sign-in of this server. */
export function maySignUp(core: Core, signInId: string): boolean {
  const method = core.registry.signIns.find(({ id }) => id === signInId)
  return method?.signUp?.isOpen(pluginContext(core, method.pluginId)) ?? false
}

/**
 * Makes an account for whoever asks, by one of the sign-ins that plugins bring, and signs them in.
 *
 * @throws {NotFound} where that sign-in makes no accounts
 * @throws {InvalidRequest} {InvalidInput} {TooManyAttempts} and what the plugin declares
 */
export async function signUp(
  core: Core,
  signInId: string,
  params: RawParams,
  request: RequestFacts,
): Promise<SignedInUser> {
  const method = core.registry.signIns.find(({ id }) => id === signInId)
  if (!method?.signUp) throw new NotFound()
  const values = { ...parseParams(method.params, params), email: readText(params, 'email') }
  const ctx = requestContext(core, method.pluginId, request)
  return withDeadline(method.signUp.run(ctx, values), `the sign-up of ${method.id}`)
}
