import { createHash, randomBytes } from 'node:crypto'

const ID_LENGTH = 21
const SECRET_BYTES = 64

/** 21 characters of base64url: 126 random bits. */
export const mintClientId = (): string => randomBytes(16).toString('base64url').slice(0, ID_LENGTH)

/** 86 characters of base64url: 512 random bits. */
export const mintClientSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')

/** The `jti` of a token, always the same for its id on record: that system has 21 characters there. */
export const jtiOf = (tokenId: string): string =>
  createHash('sha256').update(tokenId).digest('base64url').slice(0, ID_LENGTH)
