import { type App, InvalidTarget, type PluginContext } from 'grantql/plugin'
import { settings } from './settings.ts'

/**
 * The resources that URIs name, by the URIs under which they are registered, each once.
 *
 * @throws {InvalidTarget} when one is not absolute, has a fragment, is not registered, or is not for this app
 * @see RFC 8707 §2
 */
export function findResources(ctx: PluginContext, app: App, uris: readonly string[]): readonly string[] {
  const allowed = ctx.setting(settings.allowedResources, app)
  const found = uris.map((uri) => {
    if (!URL.canParse(uri) || uri.includes('#')) {
      throw new InvalidTarget({ message: 'A resource is an absolute URI without a fragment.' })
    }
    const resource = ctx.resources.find(uri)
    if (!resource || (allowed.length > 0 && !allowed.includes(resource.uri))) throw new InvalidTarget()
    return resource.uri
  })
  return [...new Set(found)]
}
