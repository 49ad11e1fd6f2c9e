import { Forbidden, NotFound, type Page, type PageContext, type RawParams, type User } from 'grantql/plugin'
import { type AuthClient, type ClientInput, typesOf } from './auth-client.ts'
import { AUTH_CLIENTS_PATH } from './auth-client-paths.ts'
import { renderDeletion, renderForm } from './auth-client-views.ts'
import { createClient, faultsOf, findClient, listClients, updateClient } from './auth-clients.ts'
import { renderList, type Said } from './auth-clients-view.ts'
import type { Faults } from './json.ts'
import { readClient } from './read-client.ts'
import type { ProcessmakerTables } from './tables.ts'

type Context = PageContext<ProcessmakerTables>

const CREATE = `${AUTH_CLIENTS_PATH}/create`
const EDIT = `${AUTH_CLIENTS_PATH}/:id/edit`
const DELETE = `${AUTH_CLIENTS_PATH}/:id/delete`

/** Auth Clients: where an admin makes, changes and deletes clients, and copies their secrets. */
export const authClientPages: readonly Page<ProcessmakerTables>[] = [
  get(AUTH_CLIENTS_PATH, async (ctx) => {
    const { searchParams } = ctx.request.url
    return renderList(ctx, {
      clients: await listClients(ctx),
      search: searchParams.get('search')?.trim() ?? '',
      page: Number(/^[1-9]\d{0,5}$/.exec(searchParams.get('page') ?? '')?.[0] ?? 1),
      said: (searchParams.get('done') ?? undefined) as Said | undefined,
    })
  }),
  get(CREATE, async (ctx) => renderForm(ctx, { title: 'Create Auth-Client', input: NOTHING })),
  post(CREATE, async (ctx, admin, form) =>
    save(ctx, 'Create Auth-Client', form, 'created', (input) => createClient(ctx, admin, input)),
  ),
  get(EDIT, async (ctx) => {
    const client = await requireClient(ctx)
    return renderForm(ctx, { title: 'Edit Auth Client', input: described(client) })
  }),
  post(EDIT, async (ctx, admin, form) => {
    const client = await requireClient(ctx)
    return save(ctx, 'Edit Auth Client', form, 'saved', (input) => updateClient(ctx, admin, client, input))
  }),
  get(DELETE, async (ctx) => renderDeletion(ctx, await requireClient(ctx))),
  post(DELETE, async (ctx, admin) => {
    const { app } = await requireClient(ctx)
    await ctx.apps.remove(admin, app.id)
    return ctx.seeOther(`${AUTH_CLIENTS_PATH}?done=deleted`)
  }),
]

const NOTHING: ClientInput = { name: '', types: [], redirect: '' }

type Handle = (ctx: Context, admin: User, form: RawParams) => Promise<Response>

function get(path: string, handle: Handle): Page<ProcessmakerTables> {
  return { method: 'GET', path, handle: (ctx, _request, form) => forAdmins(ctx, form, handle) }
}

function post(path: string, handle: Handle): Page<ProcessmakerTables> {
  return { method: 'POST', path, handle: (ctx, _request, form) => forAdmins(ctx, form, handle) }
}

/** @throws {Forbidden} for everybody else who is signed in */
async function forAdmins(ctx: Context, form: RawParams, handle: Handle): Promise<Response> {
  if (!ctx.user) return ctx.seeOther(`/sign-in?${new URLSearchParams({ return_to: ctx.request.url.pathname })}`)
  if (ctx.user.role !== 'admin') throw new Forbidden()
  return handle(ctx, ctx.user, form)
}

async function requireClient(ctx: Context): Promise<AuthClient> {
  const client = await findClient(ctx, ctx.parameters.id)
  if (!client) throw new NotFound()
  return client
}

const described = ({ app }: AuthClient): ClientInput => ({
  name: app.name,
  types: typesOf(app),
  redirect: app.redirectUris.join(','),
})

async function save(
  ctx: Context,
  title: string,
  form: RawParams,
  done: Said,
  store: (input: ClientInput) => Promise<AuthClient>,
): Promise<Response> {
  const read = readClient(form)
  if ('faults' in read) return renderForm(ctx, { title, input: read.said, faults: read.faults })
  let faults: Faults
  try {
    await store(read.input)
    return ctx.seeOther(`${AUTH_CLIENTS_PATH}?done=${done}`)
  } catch (error) {
    faults = faultsOf(error)
  }
  return renderForm(ctx, { title, input: read.input, faults })
}
