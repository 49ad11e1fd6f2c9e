import { type Endpoint, NotFound, type RawParams, type RequestContext, readLooseParams } from 'grantql/plugin'
import { type AuthClient, type ClientInput, clientResource } from './auth-client.ts'
import { createClient, faultsOf, findClient, listClients, updateClient } from './auth-clients.ts'
import { refuseForged, requireAdmin } from './caller.ts'
import { json, noContent, renderFaults } from './json.ts'
import { readClient } from './read-client.ts'
import type { ProcessmakerTables } from './tables.ts'

type Context = RequestContext<ProcessmakerTables>

const LIST = '/oauth/clients'
const ONE = '/oauth/clients/:id'

/** Clients as JSON, secrets in clear: for admins. */
export const clientEndpoints: readonly Endpoint<ProcessmakerTables>[] = [
  {
    method: 'GET',
    path: LIST,
    async handle(ctx) {
      await requireAdmin(ctx)
      return json({ data: (await listClients(ctx)).map(clientResource) })
    },
  },
  {
    method: 'POST',
    path: LIST,
    async handle(ctx, request) {
      refuseForged(ctx)
      const admin = await requireAdmin(ctx)
      return save(await readSent(ctx, request), 201, (input) => createClient(ctx, admin, input))
    },
  },
  {
    method: 'GET',
    path: ONE,
    async handle(ctx, _request, { id }) {
      await requireAdmin(ctx)
      return json(clientResource(await requireClient(ctx, id)))
    },
  },
  {
    method: 'PUT',
    path: ONE,
    async handle(ctx, request, { id }) {
      refuseForged(ctx)
      const admin = await requireAdmin(ctx)
      const client = await requireClient(ctx, id)
      return save(await readSent(ctx, request), 200, (input) => updateClient(ctx, admin, client, input))
    },
  },
  {
    method: 'DELETE',
    path: ONE,
    async handle(ctx, _request, { id }) {
      refuseForged(ctx)
      const admin = await requireAdmin(ctx)
      const { app } = await requireClient(ctx, id)
      await ctx.apps.remove(admin, app.id)
      return noContent()
    },
  },
]

async function requireClient(ctx: Context, id: string | undefined): Promise<AuthClient> {
  const client = await findClient(ctx, id)
  if (!client) throw new NotFound()
  return client
}

async function readSent({ request: { headers, url } }: Context, request: Request): Promise<RawParams> {
  return readLooseParams({ headers, url }, Buffer.from(await request.arrayBuffer()))
}

async function save(
  sent: RawParams,
  status: number,
  store: (input: ClientInput) => Promise<AuthClient>,
): Promise<Response> {
  const read = readClient(sent)
  if ('faults' in read) return renderFaults(read.faults)
  try {
    return json(clientResource(await store(read.input)), status)
  } catch (error) {
    return renderFaults(faultsOf(error))
  }
}
