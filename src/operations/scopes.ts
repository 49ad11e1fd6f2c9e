import type { App } from '../apps/app.ts'
import { InvalidScope } from '../errors/standard.ts'

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
  if (!requested.every((scope) => app.scopes.includes(scope))) throw new InvalidScope()
  return requested
}
