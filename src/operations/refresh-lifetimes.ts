import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'

export interface RefreshLifetimes {
  readonly idleSeconds: number
  readonly absoluteSeconds: number
}

/** How long refresh tokens of an app live; undefined where it has no grant that takes one. */
export function refreshLifetimes(core: Pick<Core, 'registry' | 'settings'>, app: App): RefreshLifetimes | undefined {
  for (const grantType of app.grants) {
    const policy = core.registry.grants.get(grantType)?.refreshes
    if (policy) {
      return {
        idleSeconds: core.settings.read(policy.idleSeconds, app),
        absoluteSeconds: core.settings.read(policy.absoluteSeconds, app),
      }
    }
  }
  return undefined
}
