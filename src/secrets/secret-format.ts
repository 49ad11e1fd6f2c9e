import { crc32 } from 'node:zlib'
import { hashSecret } from './hash-secret.ts'
import { fillRandom } from './random.ts'

export { generateId } from './generate-id.ts'
export { equalSecrets, hashSecret } from './hash-secret.ts'

/**
 * How each kind of secret begins, so that secret scanners and people recognise it, and no kind passes for another. Changing
 * one makes every secret of that kind invalid.
 */
export const SECRET_PREFIXES = {
  session: 'gqs',
  code: 'gqc',
  handle: 'gqh',
  appSecret: 'gqk',
  accessToken: 'gqa',
  refreshToken: 'gqr',
  invitation: 'gqi',
  device: 'gqd',
} as const

export type SecretKind = keyof typeof SECRET_PREFIXES

export interface MintedSecret {
  /** What is handed out, once. It is never stored. */
  readonly plain: string
  /** What is stored: see {@link ParsedSecret.key}. */
  readonly key: Buffer
}

export interface ParsedSecret {
  /** When it was issued, in milliseconds. Not proof: only finding the key in the database is. */
  readonly issuedAt: Date
  /** 6 bytes time of issue ‖ SHA-256 of the whole text (38 bytes): primary keys in order of time. */
  readonly key: Buffer
}

const KINDS = new Map(Object.entries(SECRET_PREFIXES).map(([kind, prefix]) => [prefix as string, kind as SecretKind]))
const TIME_BYTES = 6
const RANDOM_BYTES = 26
const CHECKED_BYTES = TIME_BYTES + RANDOM_BYTES
const SHAPE = /^([a-z]{3})_[A-Za-z0-9_-]{48}$/

/**
 * Makes a secret of 208 random bits: `<prefix>_<base64url of time ‖ random ‖ checksum>`, 52 characters.
 *
 * @param now The time of issue; kept to the millisecond.
 */
export function mintSecret(kind: SecretKind, now: Date): MintedSecret {
  const bytes = Buffer.alloc(CHECKED_BYTES + 4)
  bytes.writeUIntBE(now.getTime(), 0, TIME_BYTES)
  fillRandom(bytes, TIME_BYTES, RANDOM_BYTES)
  bytes.writeUInt32BE(checksum(kind, bytes), CHECKED_BYTES)
  const plain = `${SECRET_PREFIXES[kind]}_${bytes.toString('base64url')}`
  return { plain, key: timedKey(bytes, plain) }
}

/**
 * Reads a secret without the database: a mistyped, cut, guessed or wrong kind of secret ends here.
 *
 * @returns undefined for anything that {@link mintSecret} cannot have made for this kind. Never throws.
 */
export function parseSecret(kind: SecretKind, text: string): ParsedSecret | undefined {
  if (secretKind(text) !== kind) return undefined
  const bytes = Buffer.from(text.slice(4), 'base64url')
  if (bytes.readUInt32BE(CHECKED_BYTES) !== checksum(kind, bytes)) return undefined
  return { issuedAt: new Date(bytes.readUIntBE(0, TIME_BYTES)), key: timedKey(bytes, text) }
}

/** Tells which kind of secret a text looks like, by its prefix and shape; its checksum is not looked at. */
export function secretKind(text: string): SecretKind | undefined {
  if (typeof text !== 'string') return undefined
  const prefix = SHAPE.exec(text)?.[1]
  return prefix === undefined ? undefined : KINDS.get(prefix)
}

/** The key of a secret in another system's shape, which carries no time: SHA-256 alone (32 bytes). */
export function foreignKey(text: string): Buffer {
  return hashSecret(text)
}

/** The key under which a token is stored, ours or one in another system's shape; undefined for what can be neither. */
export function tokenKey(kind: 'accessToken' | 'refreshToken', text: string): Buffer | undefined {
  return secretKind(text) === undefined ? foreignKey(text) : parseSecret(kind, text)?.key
}

function checksum(kind: SecretKind, bytes: Buffer): number {
  return crc32(bytes.subarray(0, CHECKED_BYTES), crc32(SECRET_PREFIXES[kind]))
}

function timedKey(bytes: Buffer, plain: string): Buffer {
  return Buffer.concat([bytes.subarray(0, TIME_BYTES), hashSecret(plain)])
}
