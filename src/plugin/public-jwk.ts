const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const CURVES: Readonly<Record<string, readonly string[]>> = { EC: ['P-256', 'P-384', 'P-521'], OKP: ['Ed25519'] }
const MOST_KEYS = 20

/**
 * What is wrong with a key of somebody else's by which signatures shall be verified, as a sentence; undefined where nothing
 * is. It is public (RFC 7517 §9.2), and neither too weak nor made to keep this server busy: RSA has 2,048 to 4,096 bits and
 * an exponent of at most 32.
 */
export function publicJwkMistake(jwk: unknown): string | undefined {
  if (typeof jwk !== 'object' || jwk === null) return 'A key is a JSON object (RFC 7517 §4).'
  if (PRIVATE_MEMBERS.some((member) => member in jwk)) return 'A key holds its public part alone.'
  const { kty, crv, n, e } = jwk as Readonly<Record<string, unknown>>
  if (kty === 'RSA') return rsaMistake(n, e)
  if (CURVES[String(kty)]?.includes(String(crv))) return undefined
  return 'A key is an RSA key, or one of P-256, P-384, P-521 or Ed25519.'
}

function rsaMistake(modulus: unknown, exponent: unknown): string | undefined {
  const [bits, exponentBits] = [bitsOf(modulus), bitsOf(exponent)]
  if (bits < 2048 || bits > 4096) return 'An RSA key has 2,048 to 4,096 bits.'
  return exponentBits < 2 || exponentBits > 32 ? 'The exponent of an RSA key has at most 32 bits.' : undefined
}

/** Of an unsigned integer in base64url (RFC 7518 §2); 0 for what is none. */
function bitsOf(integer: unknown): number {
  const bytes = typeof integer === 'string' ? Buffer.from(integer, 'base64url') : Buffer.alloc(0)
  const [first = 0] = bytes
  return first === 0 ? 0 : bytes.length * 8 - Math.clz32(first) + 24
}

/** What is wrong with a set of such keys (RFC 7517 §5), as a sentence; undefined where nothing is. */
export function keySetMistake(set: unknown): string | undefined {
  const keys: unknown = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : undefined
  if (!Array.isArray(keys) || keys.length === 0) return 'A key set is a JSON object with a list of keys (RFC 7517 §5).'
  if (keys.length > MOST_KEYS) return `A key set has at most ${MOST_KEYS} keys.`
  for (const key of keys) {
    const mistake = publicJwkMistake(key)
    if (mistake !== undefined) return mistake
  }
  return undefined
}
