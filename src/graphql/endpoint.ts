import type { GraphQLSchema } from 'graphql'
import type { Config } from '../config/define-config.ts'
import type { Core } from '../core.ts'
import { Forbidden, Unauthenticated } from '../errors/standard.ts'
import type { RequestFacts } from '../plugin/request.ts'
import { createContext, type EndpointName, type GraphQLBody, type Identity } from './context.ts'
import { createExecutor } from './executor.ts'
import { identify } from './identity.ts'
import { checkOrigin, isListedOrigin } from './origin.ts'
import { presentError } from './present-errors.ts'
import { readBody, refused } from './read-request.ts'
import { acceptedType, type Printed, printResult, respond } from './respond.ts'
import { createSchemas } from './schema.ts'

/**
 * Answers one request: a JSON answer as data, a subscription as a response that streams. Never throws: what goes wrong is
 * answered and logged.
 */
export type GraphQLEndpoint = (request: Request, facts: RequestFacts) => Promise<Printed | Response>

export type GraphQLEndpoints = Readonly<Record<EndpointName, GraphQLEndpoint>>

const MAX_BODY_BYTES = 256 * 1024
const EMPTY_BODY: GraphQLBody = { query: '', variables: undefined, operationName: undefined }

/**
 * Makes the two endpoints of a server.
 *
 * @throws {BootError} when the schema cannot be built
 */
export function createGraphQLEndpoints(core: Core, config: Pick<Config, 'graphql' | 'http'>): GraphQLEndpoints {
  const schemas = createSchemas(core.registry, config.graphql)
  return {
    public: createEndpoint(core, config, 'public', schemas.public),
    admin: createEndpoint(core, config, 'admin', schemas.admin),
  }
}

function createEndpoint(
  core: Core,
  { graphql = {}, http = {} }: Pick<Config, 'graphql' | 'http'>,
  endpoint: EndpointName,
  schema: GraphQLSchema,
): GraphQLEndpoint {
  const { allowedOrigins = [], maxBodyBytes = MAX_BODY_BYTES } = http
  const { introspection = true } = graphql
  const run = createExecutor(schema, { introspection })

  return async (request, facts) => {
    const { headers } = facts
    const isListed = isListedOrigin(core, headers, allowedOrigins)
    let body = EMPTY_BODY
    let identity: Identity | undefined
    const context = () =>
      createContext({
        core,
        endpoint,
        facts,
        isListedOrigin: isListed,
        body,
        identity,
        identify: () => identify(core, endpoint, headers),
      })
    try {
      body = await readBody(request, maxBodyBytes)
      checkOrigin(core, headers, isListed)
      if (endpoint === 'admin' || mustIdentify(headers)) identity = await identify(core, endpoint, headers)
      if (endpoint === 'admin') requireAdmin(identity)
      const running = context()
      return await respond(await run(running), running)
    } catch (error) {
      const type = acceptedType(headers.get('accept'))
      const presented = presentError(withStatus(error, headers), context())
      return printResult({ errors: [presented] }, type === 'text/event-stream' ? undefined : type)
    }
  }
}

/** Whatever is in the header must hold, also where nothing in the document asks for it: a session that is over is told so. */
function mustIdentify(headers: Headers): boolean {
  const authorization = headers.get('authorization')
  return authorization !== null && !/^Basic /i.test(authorization)
}

function requireAdmin(identity: Identity | undefined): void {
  if (!identity?.actor) throw new Unauthenticated()
  if (identity.actor.role !== 'admin') throw new Forbidden()
}

/** A request that is refused as a whole has the status of the reason; for a field it would be 200. */
function withStatus(error: unknown, headers: Headers): unknown {
  if (error instanceof Unauthenticated) {
    return refused(401, 'UNAUTHENTICATED', 'Sign in first.', challenge(headers, 'invalid_token'))
  }
  if (error instanceof Forbidden) {
    return refused(403, 'FORBIDDEN', 'You may not do that.', challenge(headers, 'insufficient_scope'))
  }
  return error
}

/** What is wrong with a token is told to whoever sent one; anybody else is told no error (RFC 6750 §3, §3.1). */
function challenge(headers: Headers, error: 'invalid_token' | 'insufficient_scope'): Record<string, string> {
  const wasTokenSent = /^Bearer( |$)/i.test(headers.get('authorization') ?? '')
  return { 'www-authenticate': `Bearer realm="GrantQL"${wasTokenSent ? `, error="${error}"` : ''}` }
}
