import { randomBytes } from 'node:crypto'

/** `AQUA-` and 72 hexadecimal digits. */
export function mintClientId(): string {
  return `AQUA-${randomBytes(36).toString('hex')}`
}
