import type { App, ScopeDeclaration } from 'grantql/plugin'

/** The scopes of the system. Its `openid` is nobody's profile alone: an app has it in the tokens that it gets for itself. */
export const scopes: readonly ScopeDeclaration[] = [
  { name: 'openid', description: 'Know who you are' },
  { name: 'admin', description: 'Read and change asset pools' },
  { name: 'user', description: 'Read asset pools, and read and change your wallet account', forUsers: true },
]

/** Those that it says it knows. The last two are the standard's own. */
export const KNOWN_SCOPES: readonly string[] = [...scopes.map(({ name }) => name), 'offline_access', 'email']

/**
 * What is left of a `scope` parameter once the names that the system does not know are dropped, as it does without a word;
 * undefined for nothing.
 */
export function knownScopes(sent: string | undefined, app: Pick<App, 'scopes'> | undefined): string | undefined {
  const isKnown = (name: string) => KNOWN_SCOPES.includes(name) || app?.scopes.includes(name)
  const known = sent?.split(' ').filter(isKnown).join(' ')
  return known === '' ? undefined : known
}
