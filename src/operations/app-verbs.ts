import type { Core } from '../core.ts'
import type { AppVerbs } from '../plugin/context.ts'
import type { User } from '../users/user.ts'
import type { Actor } from './actor.ts'
import { authenticateApp } from './authenticate-app.ts'
import { deleteApp, resetClientId, rotateAppSecret, updateApp } from './change-app.ts'
import { createApp } from './create-app.ts'
import { findApp } from './find-app.ts'
import { isStorableText } from './text.ts'
import { updateAppSetting } from './update-setting.ts'

const MOST_LISTED = 1000

/** What a plugin can do with apps, in the name of whoever asks it. */
export function appVerbs(core: Core, pluginId: string): AppVerbs {
  const actor = (by: User | undefined): Actor => by ?? { id: undefined, role: 'user' }
  const ownNames = (settings: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [name.includes('.') ? name : `${pluginId}.${name}`, value]),
    )
  return {
    // What a request says reaches a plugin as it came.
    find: async (clientId) => (isStorableText(clientId) ? (await findApp(core, clientId))?.app : undefined),
    findById: async (id) => (isStorableText(id) ? core.apps.byId(id) : undefined),
    list: (by, { afterId, limit = MOST_LISTED, isOwn = by.role !== 'admin' } = {}) =>
      core.apps.list({
        ...(isOwn && { ownerId: by.id }),
        ...(afterId !== undefined && { after: afterId }),
        limit,
      }),
    create: (by, { settings = {}, ...input }) => createApp(core, actor(by), { ...input, settings: ownNames(settings) }),
    update: (by, id, changes) => updateApp(core, by, id, changes),
    async setSetting(by, id, declaration, value) {
      const name = core.registry.settings.get(declaration)
      if (name === undefined) throw new Error('A setting is changed that no plugin of this server declares.')
      return updateAppSetting(core, by, id, name, value)
    },
    resetClientId: (by, id) => resetClientId(core, by, id),
    remove: async (by, id) => {
      await deleteApp(core, by, id)
    },
    rotateSecret: async (by, id, overlapSeconds) => (await rotateAppSecret(core, by, id, overlapSeconds)).clientSecret,
    authenticate: async (credentials) => (await authenticateApp(core, credentials)).app,
  }
}
