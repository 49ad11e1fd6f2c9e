import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import { pluginContext } from './plugin-context.ts'
import { withDeadline } from './with-deadline.ts'

/**
 * How an app knows a user: the `sub` of every token that it is given. The user's id, unless a plugin gives apps other names
 * for them.
 *
 * @see RFC 9068 §2.2, OpenID Connect Core §8
 */
export async function subjectOf(core: Core, app: App, userId: string): Promise<string> {
  const source = core.registry.subjects
  if (!source) return userId
  return withDeadline(source.subjectOf(pluginContext(core, source.pluginId), app, userId), 'the subject of a token')
}
