import type { Owned } from '../config/registry.ts'
import type { Core } from '../core.ts'
import { pluginContext } from '../operations/plugin-context.ts'
import type { PageLink } from '../plugin/contributions.ts'

/** Those links of plugins that are to be seen now: a setting may have turned some off. */
export function shownLinks(core: Core, links: readonly Owned<PageLink>[]): readonly PageLink[] {
  return links.filter(({ isOffered, pluginId }) => isOffered?.(pluginContext(core, pluginId)) ?? true)
}
