import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { requestContext } from '../operations/plugin-context.ts'
import { withDeadline } from '../operations/with-deadline.ts'
import type { Endpoint } from '../plugin/contributions.ts'
import type { RequestFacts } from '../plugin/request.ts'

/** Answers a JSON route that a plugin handles by itself. */
export function answerEndpoint(
  core: Core,
  endpoint: Owned<Endpoint>,
  request: Request,
  facts: RequestFacts,
): Promise<Response> {
  const ctx = requestContext(core, endpoint.pluginId, facts)
  return withDeadline(endpoint.handle(ctx, request), `${endpoint.method} ${endpoint.path}`)
}
