import type { Config, Environment } from './config/define-config.ts'
import type { Core } from './core.ts'
import { createGraphQLEndpoints } from './graphql/endpoint.ts'
import { createHttpApp } from './http/app.ts'
import { createHealth } from './http/health.ts'
import { type Listener, listen } from './http/listen.ts'
import { createMetrics, type Metrics } from './http/metrics.ts'
import { pageRoutes } from './http/page-routes.ts'
import { graphqlRoutes, operatorRoutes, restRoutes } from './http/routes.ts'
import { pageHeaders } from './http/security-headers.ts'
import { asPage } from './http/serve-page.ts'
import { sharedRoutes, shareRoutes } from './http/shared-routes.ts'
import { runJobs } from './jobs/run-jobs.ts'
import { openCore } from './open-core.ts'
import { renderError } from './pages/error.ts'
import type { Logger } from './plugin/context.ts'
import { ownResources } from './rest/protected-resources.ts'

const DAY_SECONDS = 24 * 60 * 60
/** How long what is under way may take when the server is told to stop: under the 9 s after which the process gives up. */
const GRACE_MS = 8_000

export interface ServerOptions {
  readonly config: Config
  readonly environment: Pick<Environment, 'issuer' | 'databaseUrl' | 'secret'>
  readonly log: Logger
  /** Defaults to the clock. */
  readonly now?: () => Date
}

export interface Server {
  readonly core: Core
  /** Answers one request without a socket. `address` is the caller's. */
  fetch(request: Request, address?: string): Promise<Response>
  /** Serves on a TCP port; 0 takes a free one. */
  listen(port: number): Promise<{ readonly port: number }>
  /** Says that it is not ready, accepts no more, finishes what is under way (10 seconds at most), and closes. */
  close(): Promise<void>
}

/**
 * Assembles one server from one configuration: the database is opened and migrated, nothing listens yet.
 *
 * @throws {BootError} when plugins clash
 */
export async function createServer({ config, environment, log, now }: ServerOptions): Promise<Server> {
  const metrics = createMetrics()
  const { core, close: closeCore } = await openCore({
    config: { ...config, plugins: [...config.plugins, metrics.plugin] },
    environment,
    log,
    ...(now && { now }),
  })
  try {
    return serverOf(core, config, metrics, closeCore)
  } catch (error) {
    await closeCore()
    throw error
  }
}

function serverOf(core: Core, config: Config, metrics: Metrics, closeCore: () => Promise<void>): Server {
  const { http = {}, keys = {} } = config
  const { log } = core
  const health = createHealth(core)
  const host = new URL(core.issuer).host
  const resources = ownResources(core)
  const app = createHttpApp({
    origin: { issuer: core.issuer, now: core.now, trustedProxies: http.trustedProxies ?? 0 },
    routes: [
      ...shareRoutes(core, [...restRoutes(core, resources), ...pageRoutes(core, host)], (dialect) =>
        sharedRoutes(core, host, dialect),
      ),
      ...graphqlRoutes(createGraphQLEndpoints(core, config)),
      ...operatorRoutes(health, metrics),
    ],
    log,
    meter: metrics.meter,
    maxBodyBytes: http.maxBodyBytes ?? 256 * 1024,
    allowedOrigins: http.allowedOrigins ?? [],
    resources,
    errorPage: (error, facts) => asPage(renderError(host, error, facts), pageHeaders(core.issuer)),
  })
  const jobs = runJobs(core, { ...metrics, keyRotationSeconds: keys.rotationSeconds ?? 90 * DAY_SECONDS })
  const listeners: Listener[] = []
  let closing: Promise<void> | undefined

  const close = async () => {
    health.drain()
    // Whoever waits for a decision would keep its connection open for as long as a person thinks.
    core.decisions.stop()
    await Promise.all([jobs.stop(), ...listeners.map((listener) => listener.close(GRACE_MS))])
    metrics.stop()
    await closeCore()
  }
  return {
    core,
    fetch: async (request, address) => app(request, address),
    async listen(port) {
      const listener = await listen(app, port)
      listeners.push(listener)
      return { port: listener.port }
    },
    close: () => {
      closing ??= close()
      return closing
    },
  }
}
