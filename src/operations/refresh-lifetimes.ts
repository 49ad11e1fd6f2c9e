import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'

export interface RefreshLifetimes {
  readonly idleSeconds: number
  readonly absoluteSeconds: number
}

/**
 * How long refresh tokens of an app live; undefined where it gets none, because it has no grant that takes one, or lacks the
 * scope that it needs for one.
 *
 * @param scopes with which a family begins. Left out: it has begun.
 */
export function refreshLifetimes(
  core: Pick<Core, 'registry' | 'settings'>,
  app: App,
  scopes?: readonly string[],
): RefreshLifetimes | undefined {
  for (const grantType of app.grants) {
    const policy = core.registry.grants.get(grantType)?.refreshes
    if (policy) {
      const needed = policy.neededScope ? core.settings.read(policy.neededScope, app) : ''
      if (needed !== '' && scopes && !scopes.includes(needed)) return undefined
      return {
        idleSeconds: core.settings.read(policy.idleSeconds, app),
        absoluteSeconds: core.settings.read(policy.absoluteSeconds, app),
      }
    }
  }
  return undefined
}
