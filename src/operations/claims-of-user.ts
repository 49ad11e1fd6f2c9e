import type { Core } from '../core.ts'
import type { UserClaims } from '../plugin/contributions.ts'
import { findProfile } from './find-profile.ts'
import { pluginContext } from './plugin-context.ts'
import { withDeadline } from './with-deadline.ts'

export interface AskedClaims {
  /** All claims that these scopes ask for. */
  readonly scopes: readonly string[]
  /** And these, whichever scope they belong to. */
  readonly names: readonly string[]
}

/**
 * What the plugins of this server know of a user, as far as it is asked for. Whoever asks has made sure that the user let
 * the app know.
 *
 * @see OpenID Connect Core §5.4, §5.5
 */
export async function claimsOfUser(core: Core, userId: string, asked: AskedClaims): Promise<Record<string, unknown>> {
  const [user, profile] = await Promise.all([core.users.byId(userId), findProfile(core, userId)])
  const claims: Record<string, unknown> = {}
  if (!user || !profile) return claims
  for (const source of core.registry.userClaims) {
    const names = askedNames(source, asked)
    if (names.length === 0) continue
    const telling = source.claimsOf(pluginContext(core, source.pluginId), user, profile)
    const told = await withDeadline(telling, `the claims ${source.names.join(', ')}`)
    for (const name of names) if (told[name] !== undefined && told[name] !== null) claims[name] = told[name]
  }
  return claims
}

/** Nothing but what the source declared: no plugin speaks for another. */
function askedNames({ scope, names }: UserClaims, asked: AskedClaims): readonly string[] {
  if (scope !== undefined && asked.scopes.includes(scope)) return names
  return names.filter((name) => asked.names.includes(name))
}
