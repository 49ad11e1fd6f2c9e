/** `grantql`: runs a server. Plugins import `grantql/plugin`, their tests `grantql/testing`. */
export { type Config, defineConfig, type Environment } from './config/define-config.ts'
export { createServer } from './server.ts'
