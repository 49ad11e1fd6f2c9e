import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'

const generate = promisify(generateKeyPair)

export type PublicJwkMember = 'kty' | 'n' | 'e' | 'crv' | 'x' | 'y'

interface AlgorithmFacts {
  /** The digest that crypto.sign is told; EdDSA has its own. */
  readonly digest: 'sha256' | null
  /** The members of a JWK that are public (RFC 7518 §6, RFC 8037 §2), in the order in which they are published. */
  readonly publicMembers: readonly PublicJwkMember[]
  generate(): Promise<{ publicKey: KeyObject; privateKey: KeyObject }>
}

/** The signature algorithms (RFC 7518 §3.1, RFC 8037 §3.1) and all in which they differ. */
export const SIGNING_ALGORITHMS = {
  RS256: {
    digest: 'sha256',
    publicMembers: ['kty', 'n', 'e'],
    generate: () => generate('rsa', { modulusLength: 2048 }),
  },
  ES256: {
    digest: 'sha256',
    publicMembers: ['kty', 'crv', 'x', 'y'],
    generate: () => generate('ec', { namedCurve: 'P-256' }),
  },
  EdDSA: {
    digest: null,
    publicMembers: ['kty', 'crv', 'x'],
    generate: () => generate('ed25519'),
  },
} as const satisfies Record<string, AlgorithmFacts>

export type SigningAlgorithm = keyof typeof SIGNING_ALGORITHMS

export function isSigningAlgorithm(name: string): name is SigningAlgorithm {
  return Object.hasOwn(SIGNING_ALGORITHMS, name)
}
