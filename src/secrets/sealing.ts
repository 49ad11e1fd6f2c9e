import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

const VERSION = 1
const KEY_ID_BYTES = 4
const HEADER_BYTES = 1 + KEY_ID_BYTES
const NONCE_BYTES = 12
const TAG_BYTES = 16
const MIN_SECRET_CHARACTERS = 32

/** Encrypts what this server must be able to read again. */
export interface Sealer {
  /**
   * Encrypts and authenticates under the newest secret: AES-256-GCM, with a key per purpose and a random nonce.
   *
   * @param purpose What it is for, a constant of the caller: `signing-key`. Each purpose has a key of its own.
   * @param context Where it belongs, such as the row's id: it opens nowhere else.
   */
  seal(purpose: string, plaintext: Buffer, context: string): Buffer
  /** @throws {UnsealError} when no secret opens it, when it was changed, or when purpose or context differ. */
  unseal(purpose: string, sealed: Uint8Array, context: string): Buffer
  /** True where something was sealed with an older secret (or in an older format) and should be sealed again. */
  needsReseal(sealed: Uint8Array): boolean
  /**
   * What a text that is too short for a plain hash is stored and found by: whoever has the database alone cannot try all
   * texts. HMAC-SHA-256 (32 bytes) with a key per purpose, one for each secret: store the first, look for any of them.
   *
   * @param purpose What it is for, a constant of the caller.
   */
  digests(purpose: string, text: string): readonly [Buffer, ...Buffer[]]
}

/** `unknown_key`: sealed with a secret that is not among ours. `damaged`: changed, cut short, or from another place. */
export type UnsealErrorCode = 'unknown_key' | 'damaged'

/** Why something sealed could not be opened. Its message names no secret. */
export class UnsealError extends Error {
  readonly code: UnsealErrorCode

  constructor(code: UnsealErrorCode) {
    super(code === 'unknown_key' ? 'It was sealed with another secret.' : 'What was sealed has been changed or moved.')
    this.name = 'UnsealError'
    this.code = code
  }
}

interface ServerSecret {
  readonly id: Buffer
  keyFor(purpose: string): Buffer
}

/**
 * Makes a sealer from GRANTQL_SECRET.
 *
 * To rotate on several nodes without a gap: first `OLD,NEW` everywhere (all can open, none seals with NEW yet), then
 * `NEW,OLD`, then reseal, then `NEW`.
 *
 * @param secretText One secret, or several with a comma between: the first seals, all open. Each has at least 32 characters.
 * @throws {Error} when there is no secret or one is too short.
 */
export function createSealer(secretText: string): Sealer {
  const secrets = readSecrets(secretText)
  const [newest, ...older] = secrets

  return {
    seal(purpose, plaintext, context) {
      const header = Buffer.concat([Buffer.of(VERSION), newest.id])
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', newest.keyFor(purpose), nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(Buffer.concat([header, Buffer.from(context)]))
      return Buffer.concat([header, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
    },

    unseal(purpose, sealed, context) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
      if (bytes.length < HEADER_BYTES + NONCE_BYTES + TAG_BYTES || bytes[0] !== VERSION)
        throw new UnsealError('damaged')
      const header = bytes.subarray(0, HEADER_BYTES)
      const secret = secrets.find(({ id }) => id.equals(header.subarray(1)))
      if (secret === undefined) throw new UnsealError('unknown_key')
      const nonce = bytes.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', secret.keyFor(purpose), nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(Buffer.concat([header, Buffer.from(context)]))
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
      const ciphertext = bytes.subarray(HEADER_BYTES + NONCE_BYTES, -TAG_BYTES)
      try {
        return Buffer.concat([decipher.update(ciphertext), decipher.final()])
      } catch {
        throw new UnsealError('damaged')
      }
    },

    needsReseal(sealed) {
      return sealed[0] !== VERSION || !newest.id.equals(sealed.subarray(1, HEADER_BYTES))
    },

    digests(purpose, text) {
      const digest = ({ keyFor }: ServerSecret) =>
        createHmac('sha256', keyFor(`digest ${purpose}`))
          .update(text)
          .digest()
      return [digest(newest), ...older.map(digest)]
    },
  }
}

/** Makes a value for GRANTQL_SECRET: 256 random bits, 43 characters. */
export function generateServerSecret(): string {
  return randomBytes(32).toString('base64url')
}

function readSecrets(secretText: string): [ServerSecret, ...ServerSecret[]] {
  const [newest, ...older] = secretText.split(',').map((text) => text.trim())
  if (newest === undefined || [newest, ...older].some((text) => text.length < MIN_SECRET_CHARACTERS)) {
    throw new Error(
      `GRANTQL_SECRET is too short: each secret in it needs at least ${MIN_SECRET_CHARACTERS} characters, such as 32 random bytes in base64url.`,
    )
  }
  return [deriveFrom(newest), ...older.map(deriveFrom)]
}

function deriveFrom(secret: string): ServerSecret {
  const derive = (info: string, sizeBytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, 'grantql', info, sizeBytes))
  const keys = new Map<string, Buffer>()
  return {
    id: derive('key id', KEY_ID_BYTES),
    keyFor(purpose) {
      const known = keys.get(purpose)
      if (known !== undefined) return known
      const key = derive(`seal ${purpose}`, 32)
      keys.set(purpose, key)
      return key
    },
  }
}
