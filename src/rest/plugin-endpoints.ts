import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { OAuthError } from '../errors/oauth-error.ts'
import { ServerError } from '../errors/standard.ts'
import { requestContext } from '../operations/plugin-context.ts'
import { withDeadline } from '../operations/with-deadline.ts'
import type { Endpoint } from '../plugin/contributions.ts'
import type { RequestFacts } from '../plugin/request.ts'

/** Answers a JSON route that a plugin handles by itself. Where it is a dialect, its errors look as that system's. */
export async function answerEndpoint(
  core: Core,
  endpoint: Owned<Endpoint>,
  request: Request,
  facts: RequestFacts,
  parameters: Readonly<Record<string, string>>,
): Promise<Response> {
  const { pluginId, method, path } = endpoint
  const ctx = requestContext(core, pluginId, facts)
  const dialect = [...core.registry.dialects.values()].find((candidate) => candidate.pluginId === pluginId)
  try {
    return await withDeadline(endpoint.handle(ctx, request, parameters), `${method} ${path}`)
  } catch (error) {
    if (!dialect?.renderError) throw error
    if (error instanceof OAuthError) return dialect.renderError(error, facts)
    core.log.error({ err: error, requestId: facts.id, dialect: dialect.id }, 'a request failed')
    return dialect.renderError(new ServerError({ cause: error }), facts)
  }
}
