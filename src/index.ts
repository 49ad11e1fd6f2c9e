/** `grantql`: runs a server. Plugins import `grantql/plugin`, their tests `grantql/testing`. */
import type { Server, ServerOptions } from './server.ts'

export { type Config, defineConfig, type Environment } from './config/define-config.ts'
export type { Server, ServerOptions }

/**
 * Assembles one server from one configuration: the database is opened and migrated, nothing listens yet.
 *
 * @throws {BootError} when plugins clash or the schema cannot be built
 */
export async function createServer(options: ServerOptions): Promise<Server> {
  // Whoever imports this for `defineConfig`, as every command does, would wait for all of the server otherwise.
  const server = await import('./server.ts')
  return server.createServer(options)
}
