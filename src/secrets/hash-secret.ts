import { hash, timingSafeEqual } from 'node:crypto'

/** SHA-256 of a random secret (32 bytes). Enough for 208 random bits; a person's password needs scrypt. */
export function hashSecret(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

/** Compares in constant time. Different lengths are unequal and do not throw. */
export function equalSecrets(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
