import type { Core } from '../core.ts'

/**
 * Rotates the signing keys when the newest has signed for long enough, and tells the other nodes. Another node that finds
 * the same does nothing: a rotation that is pending is not repeated.
 */
export async function rotateKeysWhenDue(
  core: Pick<Core, 'audit' | 'changes' | 'keys' | 'now'>,
  rotationSeconds: number,
): Promise<void> {
  const newest = Math.max(...core.keys.list().map(({ activeAt }) => activeAt.getTime()))
  if (core.now().getTime() - newest < rotationSeconds * 1000) return
  const keys = await core.keys.rotate()
  await core.changes.announce('signing-key', 'all')
  await core.audit.write({ kind: 'keys.rotated', details: { because: 'schedule', kids: keys.map(({ kid }) => kid) } })
}
