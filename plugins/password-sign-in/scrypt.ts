import { scrypt as nodeScrypt, randomBytes, timingSafeEqual } from 'node:crypto'

/** How much work a hash costs: memory 128 · 2^logN · r bytes, time in proportion to 2^logN · r · p (RFC 7914 §2). */
export interface ScryptCost {
  readonly logN: number
  readonly r: number
  readonly p: number
}

/** Computes scrypt (RFC 7914 §6) off the event loop or in slices. All engines give the same bytes. */
export type ScryptEngine = (password: Buffer, salt: Buffer, cost: ScryptCost, sizeBytes: number) => Promise<Buffer>

/**
 * Of OWASP's rungs of equal strength, the one with 32 MiB: 2^17 takes 128 MiB and over half as long again for each login, so
 * that a few at once push a small container out of memory and everything else out of the processor's caches.
 */
const DEFAULT_COST: ScryptCost = { logN: 15, r: 8, p: 3 }
const SALT_BYTES = 16
const HASH_BYTES = 32
const DUMMY_SALT = Buffer.alloc(SALT_BYTES)
const MAX_MEMORY_BYTES = 256 * 1024 * 1024
const MAX_WORK = 2 ** 22
const PHC = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

/** Node's own scrypt, on libuv's threads. */
export const nativeScrypt: ScryptEngine = (password, salt, cost, sizeBytes) => {
  const N = 2 ** cost.logN
  // Node's default of 32 MiB refuses every strength worth having.
  const maxmem = 128 * cost.r * (N + cost.p + 2)
  return new Promise((resolve, reject) => {
    nodeScrypt(password, salt, sizeBytes, { N, r: cost.r, p: cost.p, maxmem }, (error, hash) => {
      if (error === null) resolve(hash)
      else reject(error)
    })
  })
}

/** scrypt-js, for runtimes without a native one: about 3.5 times slower, on the event loop in slices. */
export const portableScrypt: ScryptEngine = async (password, salt, cost, sizeBytes) => {
  const { scrypt } = await import('scrypt-js')
  return Buffer.from(await scrypt(password, salt, 2 ** cost.logN, cost.r, cost.p, sizeBytes))
}

/**
 * Hashes a person's password.
 *
 * @param cost Defaults to `{ logN: 15, r: 8, p: 3 }`.
 * @returns A PHC string with its parameters: `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`.
 * @throws {RangeError} when the cost is absurd: over 256 MiB, or over four times OWASP's work.
 * @see OWASP Password Storage Cheat Sheet, scrypt
 */
export async function hashPassword(
  password: string,
  cost: Partial<ScryptCost> = {},
  engine: ScryptEngine = nativeScrypt,
): Promise<string> {
  const used = { ...DEFAULT_COST, ...cost }
  if (!isSane(used)) throw new RangeError('This scrypt cost is out of bounds.')
  const salt = randomBytes(SALT_BYTES)
  const hash = await engine(normalise(password), salt, used, HASH_BYTES)
  return `$scrypt$ln=${used.logN},r=${used.r},p=${used.p}$${encode(salt)}$${encode(hash)}`
}

/**
 * Tells whether a password is the one that was hashed, in constant time. A string that is not scrypt's PHC form, or asks
 * for absurd work, matches no password.
 */
export async function verifyPassword(
  password: string,
  phc: string,
  engine: ScryptEngine = nativeScrypt,
): Promise<boolean> {
  const parsed = parsePhc(phc)
  if (parsed === undefined) return false
  const hash = await engine(normalise(password), parsed.salt, parsed.cost, parsed.hash.length)
  return timingSafeEqual(hash, parsed.hash)
}

/** True where a hash was made with other parameters than a new one would be, so that the next sign-in should replace it. */
export function needsRehash(phc: string, cost: Partial<ScryptCost> = {}): boolean {
  const wanted = { ...DEFAULT_COST, ...cost }
  const parsed = parsePhc(phc)
  if (parsed === undefined || parsed.salt.length < SALT_BYTES || parsed.hash.length < HASH_BYTES) return true
  return parsed.cost.logN !== wanted.logN || parsed.cost.r !== wanted.r || parsed.cost.p !== wanted.p
}

/** Burns the work of a verification for a user who does not exist, so that the time of the answer does not tell. */
export async function dummyVerify(
  password: string,
  cost: Partial<ScryptCost> = {},
  engine: ScryptEngine = nativeScrypt,
): Promise<false> {
  await engine(normalise(password), DUMMY_SALT, { ...DEFAULT_COST, ...cost }, HASH_BYTES)
  return false
}

function parsePhc(phc: string): { cost: ScryptCost; salt: Buffer; hash: Buffer } | undefined {
  const [, logN, r, p, salt, hash] = PHC.exec(phc) ?? []
  if (salt === undefined || hash === undefined) return undefined
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) }
  return isSane(cost) ? { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') } : undefined
}

/** One stored string must not be able to take the machine down, whoever wrote it. */
function isSane({ logN, r, p }: ScryptCost): boolean {
  if (![logN, r, p].every((value) => Number.isInteger(value) && value >= 1)) return false
  const blocks = 2 ** logN * r
  return blocks * 128 <= MAX_MEMORY_BYTES && blocks * p <= MAX_WORK
}

/** One password typed on two keyboards is one password (NIST SP 800-63B §3.1.1.2; in the spirit of RFC 8265). */
function normalise(password: string): Buffer {
  return Buffer.from(password.normalize('NFKC'))
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
