import { createECDH } from 'node:crypto'
import type { NameVerbs } from 'grantql/plugin'

/**
 * The public key by which clients would know messages of this server's push service (RFC 8292 §3.2): uncompressed P-256 in
 * base64url, the same on every node. This server pushes nothing, but clients expect to be told one.
 */
export function vapidKey(names: NameVerbs): string {
  for (let attempt = 0; ; attempt++) {
    const key = createECDH('prime256v1')
    try {
      key.setPrivateKey(names.derive('vapid', String(attempt)), 'base64url')
      return key.getPublicKey('base64url')
    } catch {
      // One number in four thousand million is beyond the order of the curve.
    }
  }
}
