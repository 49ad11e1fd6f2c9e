import type { Core } from '../core.ts'
import type { AppVerbs } from '../plugin/context.ts'
import type { User } from '../users/user.ts'
import type { Actor } from './actor.ts'
import { authenticateApp } from './authenticate-app.ts'
import { deleteApp, rotateAppSecret, updateApp } from './change-app.ts'
import { createApp } from './create-app.ts'

const MOST_LISTED = 1000

/** What a plugin can do with apps, in the name of whoever asks it. */
export function appVerbs(core: Core): AppVerbs {
  const actor = (by: User | undefined): Actor => by ?? { id: undefined, role: 'user' }
  return {
    find: async (clientId) => (await core.apps.byClientId(clientId))?.app,
    findById: (id) => core.apps.byId(id),
    list: (by, { afterId, limit = MOST_LISTED } = {}) =>
      core.apps.list({
        ...(by.role !== 'admin' && { ownerId: by.id }),
        ...(afterId !== undefined && { after: afterId }),
        limit,
      }),
    create: (by, input) => createApp(core, actor(by), input),
    update: (by, id, changes) => updateApp(core, by, id, changes),
    remove: async (by, id) => {
      await deleteApp(core, by, id)
    },
    rotateSecret: async (by, id, overlapSeconds) => (await rotateAppSecret(core, by, id, overlapSeconds)).clientSecret,
    authenticate: async (credentials) => (await authenticateApp(core, credentials)).app,
  }
}
