import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { type Sealer, UnsealError } from '../secrets/sealing.ts'
import type { SigningKeyTable } from '../storage/tables.ts'
import { isSigningAlgorithm, SIGNING_ALGORITHMS, type SigningAlgorithm } from './algorithms.ts'

const PURPOSE = 'signing-key'

/** What a row says without its secret part. Times are milliseconds since the epoch. */
export interface KeyRecord {
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  readonly createdAt: number
  readonly activeAt: number
  readonly retiringAt: number | null
  readonly retiredAt: number | null
}

/** A key that is open. */
export interface SigningKey extends KeyRecord {
  readonly publicJwk: JWK
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  /** The first segment of a JWT, prepared, for each `typ`. */
  readonly headers: Map<string, string>
}

/** The columns of a new key: its kid is the thumbprint of the public part (RFC 7638). */
export async function generateSigningKey(
  algorithm: SigningAlgorithm,
  sealer: Sealer,
): Promise<Pick<SigningKeyTable, 'algorithm' | 'public_jwk' | 'sealed_private_jwk'>> {
  const { publicKey, privateKey } = await SIGNING_ALGORITHMS[algorithm].generate()
  const publicJwk = await publish(algorithm, publicKey)
  // The algorithm is sealed too, so that nobody who can write the row makes the key sign by another one.
  const plaintext = Buffer.from(JSON.stringify({ ...privateKey.export({ format: 'jwk' }), alg: algorithm }))
  return {
    algorithm,
    public_jwk: JSON.stringify(publicJwk),
    sealed_private_jwk: sealer.seal(PURPOSE, plaintext, publicJwk.kid),
  }
}

/** @throws {Error} when the row cannot be read. */
export function readRecord(row: SigningKeyTable): KeyRecord {
  const kid = readKid(row)
  if (!isSigningAlgorithm(row.algorithm)) throw damaged(kid)
  return {
    kid,
    algorithm: row.algorithm,
    createdAt: row.created_at,
    activeAt: row.active_at,
    retiringAt: row.retiring_at,
    retiredAt: row.retired_at,
  }
}

/**
 * Opens a key with the server's secret. Its public part is taken from the sealed one: a row that somebody wrote without
 * knowing the secret is never published, and no token passes by it.
 *
 * @throws {Error} when GRANTQL_SECRET is not the one it was sealed with, or the row was changed.
 */
export async function openSigningKey(row: SigningKeyTable, sealer: Sealer): Promise<SigningKey> {
  const record = readRecord(row)
  try {
    const privateJwk = JSON.parse(sealer.unseal(PURPOSE, row.sealed_private_jwk, record.kid).toString())
    if (privateJwk.alg !== record.algorithm) throw new UnsealError('damaged')
    const privateKey = createPrivateKey({ key: privateJwk, format: 'jwk' })
    const publicKey = createPublicKey(privateKey)
    const publicJwk = await publish(record.algorithm, publicKey)
    return { ...record, publicJwk, publicKey, privateKey, headers: new Map() }
  } catch (cause) {
    throw cause instanceof UnsealError && cause.code === 'unknown_key'
      ? wrongSecret(record.kid, cause)
      : damaged(record.kid, cause)
  }
}

/** Seals the private part of a row again, with the newest secret. */
export function resealPrivateJwk(row: SigningKeyTable, sealer: Sealer): Buffer {
  const kid = readKid(row)
  return sealer.seal(PURPOSE, sealer.unseal(PURPOSE, row.sealed_private_jwk, kid), kid)
}

async function publish(algorithm: SigningAlgorithm, publicKey: KeyObject): Promise<JWK & { kid: string }> {
  const jwk = publicKey.export({ format: 'jwk' })
  const members: JWK = {}
  for (const name of SIGNING_ALGORITHMS[algorithm].publicMembers) members[name] = String(jwk[name])
  return { ...members, use: 'sig', alg: algorithm, kid: await calculateJwkThumbprint(members) }
}

function readKid(row: SigningKeyTable): string {
  try {
    const { kid } = JSON.parse(row.public_jwk)
    if (typeof kid === 'string') return kid
  } catch (cause) {
    throw damaged(row.id, cause)
  }
  throw damaged(row.id)
}

function wrongSecret(kid: string, cause: unknown): Error {
  return new Error(
    `GRANTQL_SECRET is not the secret that this database was set up with: it does not open the signing key ${kid}. ` +
      'Start with the former value, or, to change it, with the new and the former one: GRANTQL_SECRET=NEW,FORMER.',
    { cause },
  )
}

function damaged(name: string, cause?: unknown): Error {
  return new Error(
    `The signing key ${name} is damaged in the database. Restore its row in signing_key from a backup.`,
    {
      cause,
    },
  )
}
