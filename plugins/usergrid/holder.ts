import type { ActiveToken, App, PluginContext, User } from 'grantql/plugin'
import { DIALECT } from './ids.ts'
import { placeOf } from './place.ts'

/** Who a token speaks for, as Usergrid tells it beside the token: a user, an organization or an application. */
export async function describeHolder(ctx: PluginContext, token: ActiveToken, app: App): Promise<object> {
  const user = token.userId === undefined ? undefined : await ctx.users.find(token.userId)
  if (user) return { user: await describeUser(ctx, user, token) }
  if (placeOf(ctx, app).application !== undefined) return { application: app.id }
  return { organization: await describeOrganization(ctx, app) }
}

async function describeUser(ctx: PluginContext, user: User, { subject, username }: ActiveToken): Promise<object> {
  const profile = await ctx.users.profile(user.id)
  return {
    uuid: subject,
    // Left out where the app knows its users by names of its own.
    ...(username !== undefined && { username, name: profile?.name ?? username, email: profile?.email }),
    activated: true,
    confirmed: true,
    disabled: false,
    admin: user.role === 'admin',
    properties: {},
    organizations: organizationsOf(ctx, await usergridAppsOf(ctx, user)),
  }
}

async function describeOrganization(ctx: PluginContext, app: App): Promise<object> {
  const { organization: name } = placeOf(ctx, app)
  const owner = app.ownerId === undefined ? undefined : await ctx.users.find(app.ownerId)
  const apps = owner ? await usergridAppsOf(ctx, owner) : [app]
  const users = owner ? { [owner.username]: { uuid: owner.id, username: owner.username } } : {}
  return { ...organizationsOf(ctx, apps)[name], users }
}

/** The apps that a user owns, whatever else an admin may see. */
async function usergridAppsOf(ctx: PluginContext, user: User): Promise<readonly App[]> {
  return (await ctx.apps.list(user, { isOwn: true })).filter(({ dialect }) => dialect === DIALECT)
}

interface Organization {
  readonly name: string
  readonly uuid: string
  readonly properties: object
  /** The ids of its applications, by their full names. */
  readonly applications: Record<string, string>
}

/** Apps of one owner that name the same organization are in it: an organization is nothing beyond them. */
function organizationsOf(ctx: PluginContext, apps: readonly App[]): Record<string, Organization> {
  const organizations: Record<string, Organization> = Object.create(null)
  for (const app of apps) {
    const { organization: name, application } = placeOf(ctx, app)
    const uuid = uuidOf(ctx.names.derive('organization', JSON.stringify([app.ownerId ?? app.id, name])))
    organizations[name] ??= { name, uuid, properties: {}, applications: {} }
    if (application !== undefined) organizations[name].applications[`${name}/${application}`] = app.id
  }
  return organizations
}

/** A UUID of our own making (RFC 9562 §5.8). */
function uuidOf(derived: string): string {
  const bytes = Buffer.from(derived, 'base64url').subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
