import { type App, type AppChanges, InvalidInput, NotFound, type PluginContext, type User } from 'grantql/plugin'
import { DIALECT } from './find-client.ts'
import { GRIDLESS_GRANT_TYPE } from './grant-type.ts'
import { scopes } from './scopes.ts'
import { settings } from './settings.ts'

/** What an app of Gridless can be. */
export const APPLICATION_TYPES = ['CLIENT', 'BOT'] as const
export type ApplicationType = (typeof APPLICATION_TYPES)[number]

/** An app as the developer panel shows it. Its `client_id` is asked for apart. */
export interface Application {
  readonly id: string
  readonly name: string
  readonly type: ApplicationType
  /** Empty for none. */
  readonly avatarUrl: string
  readonly redirectUris: readonly string[]
}

export interface ApplicationChanges {
  readonly name?: string | undefined
  readonly avatarUrl?: string | undefined
  readonly redirectUris?: readonly string[] | undefined
}

/** Those of the user, in the order in which they were made. */
export async function listApplications(ctx: PluginContext, by: User): Promise<readonly Application[]> {
  const apps = await ctx.apps.list(by, { isOwn: true })
  return apps.filter(({ dialect }) => dialect === DIALECT).map((app) => describe(ctx, app))
}

/** @throws {NotFound} where it is not there, not theirs, or no app of Gridless */
export async function findApplication(ctx: PluginContext, by: User, id: string): Promise<Application> {
  return describe(ctx, await findOwn(ctx, by, id))
}

/** @throws {NotFound} */
export async function findClientId(ctx: PluginContext, by: User, id: string): Promise<string> {
  return (await findOwn(ctx, by, id)).clientId
}

/** Makes an app. A client has every scope of Gridless to ask for; a bot has nothing yet. @throws {InvalidInput} */
export async function newApplication(
  ctx: PluginContext,
  by: User,
  { name, type }: Pick<Application, 'name' | 'type'>,
): Promise<Application> {
  const ofClients = {
    type: 'public',
    grants: [GRIDLESS_GRANT_TYPE],
    scopes: scopes.map((scope) => scope.name),
  } as const
  const given = type === 'CLIENT' ? ofClients : ({ type: 'bot' } as const)
  const { app } = await ctx.apps.create(by, { name, dialect: DIALECT, ...given })
  return describe(ctx, app)
}

/** Changes what is given. @throws {NotFound} {InvalidInput} */
export async function updateApplication(
  ctx: PluginContext,
  by: User,
  id: string,
  { name, avatarUrl, redirectUris }: ApplicationChanges,
): Promise<Application> {
  if (avatarUrl !== undefined) checkAvatarUrl(avatarUrl)
  await findOwn(ctx, by, id)
  const changes: AppChanges = { ...(name !== undefined && { name }), ...(redirectUris && { redirectUris }) }
  const app = await ctx.apps.update(by, id, changes)
  return describe(ctx, avatarUrl === undefined ? app : await ctx.apps.setSetting(by, id, settings.avatarUrl, avatarUrl))
}

/** Its tokens end. @throws {NotFound} */
export async function deleteApplication(ctx: PluginContext, by: User, id: string): Promise<void> {
  await findOwn(ctx, by, id)
  await ctx.apps.remove(by, id)
}

/** Answers the new one. The one before is nobody's. @throws {NotFound} */
export async function resetClientId(ctx: PluginContext, by: User, id: string): Promise<string> {
  await findOwn(ctx, by, id)
  return (await ctx.apps.resetClientId(by, id)).clientId
}

/** An admin's panel is for their own apps as well: those of others are at the admin endpoint. */
async function findOwn(ctx: PluginContext, by: User, id: string): Promise<App> {
  const app = await ctx.apps.findById(id)
  if (app?.dialect !== DIALECT || app.ownerId !== by.id) throw new NotFound()
  return app
}

function describe(ctx: PluginContext, app: App): Application {
  const { id, name, type, redirectUris } = app
  const avatarUrl = ctx.setting(settings.avatarUrl, app)
  return { id, name, type: type === 'bot' ? 'BOT' : 'CLIENT', avatarUrl, redirectUris }
}

function checkAvatarUrl(avatarUrl: string): void {
  const isGood = avatarUrl.length <= 2000 && /^https:\/\/[\x21-\x7e]+$/.test(avatarUrl) && URL.canParse(avatarUrl)
  if (avatarUrl !== '' && !isGood) {
    throw new InvalidInput({ message: 'The avatar is at an https URL.', field: ['avatar_url'] })
  }
}
