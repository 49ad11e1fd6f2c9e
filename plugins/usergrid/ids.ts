import { randomBytes } from 'node:crypto'

export const DIALECT = 'usergrid'

/** `ou:` in base64: the client of an organization. */
const PREFIX = 'b3U6'

/** 26 characters. */
export function mintClientId(): string {
  return PREFIX + randomBytes(16).toString('base64url')
}

/** 31 characters, with 160 random bits. */
export function mintClientSecret(): string {
  return PREFIX + randomBytes(20).toString('base64url')
}
