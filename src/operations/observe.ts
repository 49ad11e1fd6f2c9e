import type { Core } from '../core.ts'
import type { Observers } from '../plugin/contributions.ts'

/** Tells the plugins that look. One that throws is logged and changes nothing. */
export function observe<Name extends keyof Observers>(
  core: Pick<Core, 'log' | 'registry'>,
  name: Name,
  event: Parameters<NonNullable<Observers[Name]>>[0],
): void {
  for (const observer of core.registry.observers) {
    try {
      const look = observer[name] as ((event: unknown) => void) | undefined
      look?.(Object.freeze(event))
    } catch (cause) {
      core.log.error({ err: cause, plugin: observer.pluginId, event: name }, 'an observer failed')
    }
  }
}
