import type { App, AppType } from '../apps/app.ts'
import type { Core } from '../core.ts'
import { InvalidInput } from '../errors/standard.ts'
import { generateId } from '../secrets/generate-id.ts'
import { hashSecret } from '../secrets/hash-secret.ts'
import type { Actor } from './actor.ts'
import { keepClientSecret, mintClientId, mintClientSecret } from './app-credentials.ts'
import { type AppDescription, checkApp } from './check-app.ts'
import { checkAppSetting } from './check-app-setting.ts'

export interface CreatedApp {
  readonly app: App
  /** Shown this once; undefined for a public app. */
  readonly clientSecret: string | undefined
}

interface NewApp extends Pick<AppDescription, 'name'>, Partial<Omit<AppDescription, 'type' | 'name'>> {
  readonly type: AppType
  /** An admin gives an app to somebody else, or to nobody (null). Left out: it belongs to who makes it. */
  readonly ownerId?: string | null | undefined
  /** Own values of per-app settings, by `<plugin id>.<setting>`. */
  readonly settings?: Readonly<Record<string, unknown>>
}

/**
 * Registers an app. What is left out is none: no grants, no scopes, no redirect URIs.
 *
 * @param by who makes it, and owns it unless an admin says otherwise
 * @throws {InvalidInput} when something in it is wrong, or more than `by` may give
 */
export async function createApp(core: Core, by: Actor, input: NewApp): Promise<CreatedApp> {
  const { ownerId: givenOwnerId, settings = {}, ...described } = input
  const description: AppDescription = { grants: [], scopes: [], redirectUris: [], privileges: [], ...described }
  checkApp(core, by, description)
  for (const [name, value] of Object.entries(settings)) checkAppSetting(core, name, value, ['settings', name])
  const ownerId = givenOwnerId === undefined ? by.id : await chooseOwner(core, by, givenOwnerId)
  const at = core.now()
  const app: App = {
    id: generateId(at),
    clientId: await mintClientId(core, description.dialect),
    name: description.name.trim(),
    type: description.type,
    ownerId,
    dialect: description.dialect,
    grants: unique(description.grants),
    scopes: unique(description.scopes),
    redirectUris: unique(description.redirectUris),
    isVouched: by.role === 'admin',
    privileges: unique(description.privileges),
    settings,
    tokenFormat: 'jwt',
    disabledAt: undefined,
    createdAt: at,
  }
  const clientSecret = app.type === 'public' ? undefined : await mintClientSecret(core, app)
  const secretHash = clientSecret === undefined ? undefined : hashSecret(clientSecret)
  await core.apps.insert(
    app,
    secretHash,
    clientSecret === undefined ? undefined : keepClientSecret(core, app, clientSecret),
  )
  await core.audit.write({ kind: 'app.created', appId: app.id, userId: by.id, details: { type: app.type } })
  return { app, clientSecret }
}

async function chooseOwner(core: Pick<Core, 'users'>, by: Actor, ownerId: string | null): Promise<string | undefined> {
  if (ownerId === null && by.role === 'admin') return undefined
  const owner = ownerId === null || by.role !== 'admin' ? undefined : await core.users.byId(ownerId)
  if (!owner)
    throw new InvalidInput({ message: 'Only an admin gives an app to somebody, who must exist.', field: ['ownerId'] })
  return owner.id
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)]
}
