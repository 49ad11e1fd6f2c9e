import { serve } from '@hono/node-server'
import { openIntrospection } from './introspect.ts'
import { createApi } from './server.ts'

const { ISSUER = 'http://localhost:3000', CLIENT_ID, CLIENT_SECRET, PORT = '4000' } = process.env
if (!CLIENT_ID || !CLIENT_SECRET) {
  console.error('Set CLIENT_ID and CLIENT_SECRET to those of an app that may introspect any token.')
  process.exit(1)
}
const introspect = await openIntrospection({ issuer: ISSUER, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET })
const server = serve({ fetch: createApi(introspect).fetch, port: Number(PORT) }, ({ port }) =>
  console.log(`Listening on http://localhost:${port}, for tokens of ${ISSUER}`),
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close())
