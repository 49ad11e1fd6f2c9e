import type { Core } from '../core.ts'
import type { SigningKeySummary } from '../keys/keys.ts'
import type { Actor } from './actor.ts'

/**
 * Rotates the signing keys: new ones are published now and sign later, so that no app misses them. Every node knows at
 * once.
 *
 * @param by who does it: an admin, or the operator
 * @param options.immediately They sign at once, for when a key may be known to somebody. Defaults to false.
 * @returns the keys that take over, one per algorithm
 */
export async function rotateKeys(
  core: Pick<Core, 'audit' | 'changes' | 'keys'>,
  by: Pick<Actor, 'id'>,
  options: { readonly immediately?: boolean; readonly requestId?: string } = {},
): Promise<readonly SigningKeySummary[]> {
  const { immediately = false, requestId } = options
  const keys = await core.keys.rotate({ immediately })
  await core.changes.announce('signing-key', 'all')
  const details = { by: by.id, immediately, kids: keys.map(({ kid }) => kid) }
  await core.audit.write({ kind: 'keys.rotated', requestId, details })
  return keys
}
