import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import type { GraphQLEndpoints } from '../graphql/endpoint.ts'
import type { Endpoint } from '../plugin/contributions.ts'
import { answerJwks, answerMetadata } from '../rest/documents.ts'
import { metadataDocument } from '../rest/metadata.ts'
import { answerEndpoint } from '../rest/plugin-endpoints.ts'
import { answerOperation } from '../rest/plugin-operations.ts'
import type { OwnResource } from '../rest/protected-resources.ts'
import { answerToken, answerTokenBody, TOKEN_PATH } from '../rest/token.ts'
import type { Health } from './health.ts'
import type { Metrics } from './metrics.ts'
import type { Route } from './route.ts'

/** The REST surface: core's own paths and those that plugins declare. */
export function restRoutes(core: Core, resources: readonly OwnResource[]): readonly Route[] {
  const metadata = metadataDocument(core)
  return [
    {
      method: 'POST',
      path: TOKEN_PATH,
      face: 'api',
      readers: 'configured',
      handle: (request, facts) => answerToken(core, request, facts),
      handleRead: (body, facts) => answerTokenBody(core, body, facts),
    },
    ...['oauth-authorization-server', ...core.registry.plugins.flatMap((plugin) => plugin.metadataNames ?? [])].map(
      (name): Route => ({
        method: 'GET',
        path: `/.well-known/${name}`,
        face: 'api',
        readers: 'everybody',
        answersHead: true,
        handle: (_, facts) => answerMetadata(metadata, facts),
      }),
    ),
    ...resources.map(
      ({ metadataPath, document }): Route => ({
        method: 'GET',
        path: metadataPath,
        face: 'api',
        readers: 'everybody',
        answersHead: true,
        handle: (_, facts) => answerMetadata(document, facts),
      }),
    ),
    {
      method: 'GET',
      path: '/oauth/jwks',
      face: 'api',
      readers: 'everybody',
      answersHead: true,
      handle: (_, facts) => answerJwks(core, facts),
    },
    ...core.registry.operations.flatMap((operation): Route[] => {
      if (operation.path === undefined) return []
      const handle: Route['handle'] = (request, facts) => answerOperation(core, operation, request, facts)
      return [{ method: 'POST', path: operation.path, face: 'api', readers: 'configured', handle }]
    }),
    ...core.registry.endpoints.map((endpoint) => endpointRoute(core, endpoint)),
  ]
}

/** A JSON route that a plugin handles by itself. */
export function endpointRoute(core: Core, endpoint: Owned<Endpoint>): Route {
  return {
    method: endpoint.method,
    path: endpoint.path,
    face: 'api',
    readers: 'configured',
    handle: (request, facts, parameters) => answerEndpoint(core, endpoint, request, facts, parameters),
  }
}

/** The two GraphQL endpoints. Administration is for pages of our own origin, and for programs. */
export function graphqlRoutes(endpoints: GraphQLEndpoints): readonly Route[] {
  return [
    { method: 'POST', path: '/graphql', face: 'api', readers: 'configured', handle: endpoints.public },
    { method: 'POST', path: '/admin/graphql', face: 'api', handle: endpoints.admin },
  ]
}

/** What those who run the server look at. */
export function operatorRoutes(health: Health, metrics: Metrics): readonly Route[] {
  return [
    { method: 'GET', path: '/health/live', face: 'api', answersHead: true, handle: () => health.live() },
    { method: 'GET', path: '/health/ready', face: 'api', answersHead: true, handle: () => health.ready() },
    { method: 'GET', path: '/metrics', face: 'api', answersHead: true, handle: () => metrics.answer() },
  ]
}
