import type { KnownApp } from '../apps/apps.ts'
import type { Core } from '../core.ts'
import { pluginContext } from './plugin-context.ts'
import { withDeadline } from './with-deadline.ts'

/** The app of a `client_id`: one that is registered here, else one that a plugin resolves (a client ID metadata document). */
export async function findApp(core: Core, clientId: string): Promise<KnownApp | undefined> {
  const known = await core.apps.byClientId(clientId)
  if (known) return known
  const resolver = core.registry.appResolvers.find((candidate) => candidate.recognises(clientId))
  if (!resolver) return undefined
  const context = pluginContext(core, resolver.pluginId)
  const app = await withDeadline(resolver.resolve(context, clientId), `the app resolver ${resolver.id}`)
  return app && { app, secrets: [] }
}
