/**
 * Whether granted scopes hold the one that is needed: itself, or one that it is a part of. `read` holds `read:accounts`,
 * `admin:read` holds `admin:read:reports`; `follow` is of old, and holds six.
 */
export function holds(granted: readonly string[], needed: string): boolean {
  return granted.some((scope) => scope === needed || needed.startsWith(`${scope}:`) || FOLLOW.get(scope)?.has(needed))
}

const FOLLOW: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['follow', new Set(['read:blocks', 'write:blocks', 'read:follows', 'write:follows', 'read:mutes', 'write:mutes'])],
])
