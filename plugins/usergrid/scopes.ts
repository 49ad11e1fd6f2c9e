import type { App } from 'grantql/plugin'

/** Usergrid looks at no scopes. Here those count that the app has; undefined, for all of them, where it asks for none. */
export function knownScopes(app: App, asked: string | undefined): string | undefined {
  const known = (asked ?? '').split(/[ ,]+/).filter((scope) => app.scopes.includes(scope))
  return known.length === 0 ? undefined : [...new Set(known)].join(' ')
}
