import { hash, timingSafeEqual } from 'node:crypto'
import { InvalidRequest } from '../errors/standard.ts'

const CHALLENGE = /^[A-Za-z0-9_-]{43}$/
const VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/

/**
 * Reads a PKCE challenge from a request. S256 is the one method; left out, `code_challenge_method` means `plain`
 * (RFC 7636 §4.3), which is refused, so a challenge without its method is refused too.
 *
 * @returns the challenge, or undefined where none was sent
 * @throws {InvalidRequest} when the method is not S256 or the challenge is not 43 base64url characters
 * @see RFC 7636 §4.2, §4.4.1
 */
export function readPkceChallenge(challenge: string | undefined, method: string | undefined): string | undefined {
  if (challenge === undefined && method === undefined) return undefined
  if (method !== 'S256')
    throw new InvalidRequest({ message: 'code_challenge_method must be S256.', about: 'code_challenge_method' })
  if (challenge === undefined || !CHALLENGE.test(challenge)) {
    throw new InvalidRequest({ message: 'code_challenge must be 43 base64url characters.', about: 'code_challenge' })
  }
  return challenge
}

/**
 * Compares a verifier with the challenge that was stored. A verifier where no challenge was agreed on fails: somebody
 * took the challenge out on the way (RFC 9700 §2.1.1).
 *
 * @see RFC 7636 §4.6
 */
export function provesPkce(
  challenge: string | undefined,
  verifier: string | undefined,
): 'proved' | 'failed' | 'nothing-to-prove' {
  if (challenge === undefined) return verifier === undefined ? 'nothing-to-prove' : 'failed'
  if (verifier === undefined || !VERIFIER.test(verifier)) return 'failed'
  const computed = Buffer.from(hash('sha256', verifier, 'base64url'))
  const expected = Buffer.from(challenge)
  return computed.length === expected.length && timingSafeEqual(computed, expected) ? 'proved' : 'failed'
}
