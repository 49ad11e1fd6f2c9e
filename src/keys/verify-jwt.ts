import { hash, verify } from 'node:crypto'
import { SIGNING_ALGORITHMS } from './algorithms.ts'
import type { KeyView } from './key-view.ts'
import type { JwtHeader, VerifiedJwt } from './keys.ts'
import type { SigningKey } from './signing-key.ts'

const MAX_CHARACTERS = 16_384
const MAX_REMEMBERED = 4_096

/** Verifies a compact JWS of ours against the published keys, or all that are known; see {@link Keys.verify}. */
export function verifyJwt(jwt: string, view: KeyView, type: string, retired = false): VerifiedJwt | undefined {
  if (typeof jwt !== 'string' || jwt.length > MAX_CHARACTERS) return undefined
  const [headerText = '', claimsText = '', signatureText = '', ...more] = jwt.split('.')
  if (more.length > 0) return undefined

  const header = decodeObject(headerText)
  if (header === undefined || !isOurHeader(header) || header.typ !== type || 'crit' in header) return undefined
  const key = (retired ? view.known : view.published).get(header.kid)
  // The key decides the algorithm, never the token (RFC 8725 §3.1).
  if (key === undefined || key.algorithm !== header.alg) return undefined

  const claims = decodeObject(claimsText)
  if (claims === undefined || !hasValidSignature(jwt, signatureText, key, view)) return undefined
  return { header, claims }
}

/**
 * An ES256 verification takes 67 µs and a look-up 2; resource servers ask about the same token again and again. Only the
 * fact that these very bytes were signed is remembered, never what they say or what may be done with them.
 */
function hasValidSignature(jwt: string, signatureText: string, key: SigningKey, view: KeyView): boolean {
  const fingerprint = hash('sha256', jwt, 'base64url')
  if (view.verified.has(fingerprint)) return true
  const signature = decode(signatureText)
  if (signature === undefined) return false
  const input = Buffer.from(jwt.slice(0, -signatureText.length - 1))
  const publicKey = { key: key.publicKey, dsaEncoding: 'ieee-p1363' } as const
  if (!verify(SIGNING_ALGORITHMS[key.algorithm].digest, input, publicKey, signature)) return false
  if (view.verified.size >= MAX_REMEMBERED) forgetOldest(view.verified)
  view.verified.add(fingerprint)
  return true
}

function forgetOldest(verified: Set<string>): void {
  for (const oldest of verified) {
    verified.delete(oldest)
    return
  }
}

function isOurHeader(header: Record<string, unknown>): header is JwtHeader {
  return typeof header.alg === 'string' && typeof header.typ === 'string' && typeof header.kid === 'string'
}

function decodeObject(segment: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(decode(segment)?.toString() ?? '')
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Decodes base64url, refusing every spelling but the one that we write: one token has one text, and so one hash. */
function decode(segment: string): Buffer | undefined {
  const bytes = Buffer.from(segment, 'base64url')
  return bytes.length > 0 && bytes.toString('base64url') === segment ? bytes : undefined
}
