import type { PluginContext, Provenance } from 'grantql/plugin'

/** Under this name approvals and token families remember what was asked for. */
export const ASKED = 'openid'

/** What an authorize request asked for, as far as that matters afterwards. */
export interface Asked {
  readonly nonce?: string | undefined
  /** The `sub` of the only user who will do. */
  readonly subject?: string | undefined
  /** The classes of which one is a must. */
  readonly acrs?: readonly string[] | undefined
  /** Claims that the ID token shall have, by name. */
  readonly idToken?: readonly string[] | undefined
  /** Claims that userinfo shall have beyond those of the scopes. */
  readonly userinfo?: readonly string[] | undefined
  /** Those of them that no requested scope covers: the person was shown their names. */
  readonly shown?: readonly string[] | undefined
}

export const askedOf = (provenance: Provenance | undefined): Asked => (provenance?.asked?.[ASKED] ?? {}) as Asked

/**
 * The claims asked for by name that may be told: their scope was granted, or the person who said yes was shown them.
 *
 * @see OpenID Connect Core §5.5
 */
export function tellableNames(
  ctx: { readonly users: Pick<PluginContext['users'], 'claimScopes'> },
  names: readonly string[] | undefined,
  asked: Asked,
  grantedScopes: readonly string[],
): readonly string[] {
  const isTellable = (name: string) => {
    const scope = ctx.users.claimScopes.get(name)
    return (scope !== undefined && grantedScopes.includes(scope)) || asked.shown?.includes(name) === true
  }
  return (names ?? []).filter(isTellable)
}
