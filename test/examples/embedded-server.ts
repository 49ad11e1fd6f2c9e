import { createServer } from 'grantql'
import config from '../../grantql.config.ts'

// #region embed
/** Runs a server inside this process, on a free port. The secret has at least 32 characters. */
export async function embed(secret: string) {
  const server = await createServer({
    config,
    environment: { issuer: 'http://localhost:3000', databaseUrl: 'sqlite::memory:', secret },
    log: { debug() {}, info() {}, warn: console.warn, error: console.error },
  })
  const { port } = await server.listen(0)
  return { port, close: () => server.close() }
}
// #endregion
