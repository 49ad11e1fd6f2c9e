import type { App } from '../apps/app.ts'
import type { Core } from '../core.ts'
import { InvalidScope } from '../errors/standard.ts'
import { isGoodAtOneOf, resourcesOf } from '../tokens/access-token-claims.ts'

const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/
const MOST_SCOPES = 100

/**
 * Reads a space-separated scope parameter; repeated names count once.
 *
 * @throws {InvalidScope} when a name is not a scope-token (RFC 6749 §3.3)
 */
export function parseScopes(text: string): readonly string[] {
  return readScopes(text.split(' ').filter((name) => name !== ''))
}

/** Reads a list of scope names. @throws {InvalidScope} when a name is not a scope-token (RFC 6749 §3.3) */
export function readScopes(names: readonly string[]): readonly string[] {
  if (names.length > MOST_SCOPES || !names.every((name) => SCOPE_TOKEN.test(name))) throw new InvalidScope()
  return [...new Set(names)]
}

/**
 * The scopes that an app gets: what it asks for, or all that it has where it asks for none.
 *
 * @throws {InvalidScope} when it asks for more than it has
 */
export function narrowScopes(app: Pick<App, 'scopes'>, requested: readonly string[] | undefined): readonly string[] {
  if (requested === undefined) return app.scopes
  const about = requested.find((scope) => !app.scopes.includes(scope))
  if (about !== undefined) throw new InvalidScope({ about })
  return requested
}

/** Whether only an admin approves a scope. */
export function takesAdmin(
  { registry }: Pick<Core, 'registry'>,
  { dialect }: Pick<App, 'dialect'>,
  name: string,
): boolean {
  const scope = registry.findScope(name, dialect)
  return (scope?.adminOnly || scope?.adminApproves) ?? false
}

/**
 * Refuses scopes of several resources together: a token for one would be good at the other. Where resources are asked for by
 * name, tokens for each of them can be had, and what is refused are scopes of others.
 *
 * @param named the resources that were asked for by name. Defaults to none.
 * @throws {InvalidScope}
 * @see RFC 9068 §3, RFC 8707 §2.2
 */
export function requireOneResource(
  core: Pick<Core, 'issuer' | 'policy' | 'registry'>,
  { dialect }: Pick<App, 'dialect'>,
  scopes: readonly string[],
  named: readonly string[] = [],
): void {
  if (named.length > 0) {
    const about = scopes.find((name) => !isGoodAtOneOf(core, dialect, name, named))
    if (about === undefined) return
    throw new InvalidScope({ message: 'A scope is for another resource than those that are asked for.', about })
  }
  if (resourcesOf(core, dialect, scopes).length > 1) {
    throw new InvalidScope({ message: 'These scopes are for several resources: ask for those of one at a time.' })
  }
}

/** The scopes that are good at one of the resources that are asked for by name; all where none is. */
export function fittingScopes(
  core: Pick<Core, 'issuer' | 'registry'>,
  { dialect }: Pick<App, 'dialect'>,
  scopes: readonly string[],
  named: readonly string[],
): readonly string[] {
  return named.length === 0 ? scopes : scopes.filter((name) => isGoodAtOneOf(core, dialect, name, named))
}
