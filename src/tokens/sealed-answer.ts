import type { TokenSet } from '../plugin/context.ts'
import { createSealer } from '../secrets/sealing.ts'

const PURPOSE = 'refresh-answer'

/**
 * Seals an answer with a key that is derived from the refresh token which it was given for. The server does not store that
 * token, so nobody but its holder can open the answer again: not who reads the database, not the server itself.
 */
export function sealAnswer(refreshToken: string, familyId: string, answer: TokenSet): Buffer {
  return createSealer(refreshToken).seal(PURPOSE, Buffer.from(JSON.stringify(answer)), familyId)
}

export function unsealAnswer(refreshToken: string, familyId: string, sealed: Buffer): TokenSet {
  return JSON.parse(createSealer(refreshToken).unseal(PURPOSE, sealed, familyId).toString()) as TokenSet
}
