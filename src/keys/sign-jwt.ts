import { sign } from 'node:crypto'
import { SIGNING_ALGORITHMS } from './algorithms.ts'
import type { SigningKey } from './signing-key.ts'

/**
 * Makes a compact JWS (RFC 7515 §3.1). node:crypto on this thread, not jose: WebCrypto's hop through another thread costs
 * more than an ES256 signature does (`bench/sign.ts` prints the figures).
 */
export function signJwt(claims: object, key: SigningKey, type: string): string {
  const input = `${headerOf(key, type)}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
  const signature = sign(SIGNING_ALGORITHMS[key.algorithm].digest, Buffer.from(input), {
    key: key.privateKey,
    // JOSE wants r ‖ s, not DER (RFC 7518 §3.4).
    dsaEncoding: 'ieee-p1363',
  })
  return `${input}.${signature.toString('base64url')}`
}

function headerOf(key: SigningKey, type: string): string {
  const prepared = key.headers.get(type)
  if (prepared !== undefined) return prepared
  const header = JSON.stringify({ alg: key.algorithm, typ: type, kid: key.kid })
  const encoded = Buffer.from(header).toString('base64url')
  key.headers.set(type, encoded)
  return encoded
}
