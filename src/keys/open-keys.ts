import type { Sealer } from '../secrets/sealing.ts'
import type { Database } from '../storage/database.ts'
import type { SigningKeyTable } from '../storage/tables.ts'
import type { SigningAlgorithm } from './algorithms.ts'
import { compareKeys, isKnownAt, type KeyView, stateAt, viewKeys } from './key-view.ts'
import type { Keys, SigningKeySummary } from './keys.ts'
import { addSuccessor, extendRetirement, type Rotation, readKeys } from './rotation.ts'
import { signJwt } from './sign-jwt.ts'
import { type KeyRecord, openSigningKey, readRecord, resealPrivateJwk, type SigningKey } from './signing-key.ts'
import { verifyJwt } from './verify-jwt.ts'

export interface KeysOptions {
  readonly database: Pick<Database, 'db' | 'dialect' | 'transaction'>
  /** From GRANTQL_SECRET: private keys are sealed with it. */
  readonly sealer: Sealer
  readonly now: () => Date
  /** One key signs for each. */
  readonly algorithms: readonly SigningAlgorithm[]
  /** How long the longest-lived JWT that is signed here is valid: so long a key stays published after its last. */
  readonly longestTokenSeconds: number
  /** For so long after its last signature a key that is retired can be asked whether something is ours: as sessions live. */
  readonly knownSeconds: number
  /** How long a new key is published before it signs: longer than apps and proxies cache JWKS. */
  readonly publishAheadSeconds: number
}

/**
 * Opens the signing keys, and generates one per algorithm at first start. Nodes that start together agree on them.
 *
 * @throws {Error} when GRANTQL_SECRET does not open a key that is in use, or a row is damaged.
 */
export async function openKeys(options: KeysOptions): Promise<Keys> {
  const { database, sealer, algorithms } = options
  const now = () => options.now().getTime()
  const longestTokenMillis = options.longestTokenSeconds * 1000
  const knownMillis = options.knownSeconds * 1000
  let records: readonly KeyRecord[] = []
  let keys: readonly SigningKey[] = []
  let view: KeyView = viewKeys(keys, now(), knownMillis)
  let loaded = ''
  let loading = Promise.resolve()

  async function load(): Promise<void> {
    const at = now()
    const rows = await readKeys(database.db)
    const fingerprint = JSON.stringify(rows)
    // Opening keys costs milliseconds and forgets what was verified; the timer mostly finds nothing new.
    if (fingerprint === loaded) return
    const read = rows.map(readRecord).sort(compareKeys)
    const opened = await Promise.all(rows.map((row) => openIfNeeded(row, at)))
    records = read
    keys = opened.filter((key) => key !== undefined)
    view = viewKeys(keys, at, knownMillis)
    loaded = fingerprint
  }

  /** One that is retired may be sealed with a secret that is long gone: nothing depends on it. */
  async function openIfNeeded(row: SigningKeyTable, at: number): Promise<SigningKey | undefined> {
    const record = readRecord(row)
    if (stateAt(record, at) !== 'retired') return openSigningKey(row, sealer)
    return isKnownAt(record, at, knownMillis) ? openSigningKey(row, sealer).catch(() => undefined) : undefined
  }

  /** One after the other, so that an earlier read never replaces a later one. */
  function reload(): Promise<void> {
    loading = loading.then(load, load)
    return loading
  }

  function present(): KeyView {
    const at = now()
    if (at < view.from || at >= view.until) view = viewKeys(keys, at, knownMillis)
    return view
  }

  async function rotateAll(occasion: Rotation['occasion'], startsAt: number): Promise<void> {
    const rotation = { database, sealer, now: now(), startsAt, longestTokenMillis, occasion }
    // In one order on every node, each after what is there was opened: of two nodes with different secrets that start
    // together on an empty database, one stops before it has added anything.
    for (const algorithm of algorithms.toSorted()) {
      await reload()
      await addSuccessor(algorithm, rotation)
    }
    await reload()
  }

  await extendRetirement(database, now(), longestTokenMillis)
  await rotateAll('missing', now())

  return {
    sign(claims, { algorithm, type }) {
      const key = present().signers.get(algorithm)
      if (key === undefined) throw new Error(`There is no signing key for ${algorithm}.`)
      return signJwt(claims, key, type)
    },

    verify: (jwt, { type, retired }) => verifyJwt(jwt, present(), type, retired),

    algorithms: () => [...present().signers.keys()],

    jwks: () => present().jwks,

    async rotate({ at, immediately = false } = {}) {
      const soonest = now() + (immediately ? 0 : options.publishAheadSeconds * 1000)
      const startsAt = at?.getTime() ?? soonest
      if (startsAt < soonest) {
        throw new Error(
          `A new key is published ${options.publishAheadSeconds} seconds before it signs: rotate later, or immediately.`,
        )
      }
      await rotateAll(immediately ? 'immediate' : 'scheduled', startsAt)
      const last = records.filter((key) => key.retiringAt === null && algorithms.includes(key.algorithm))
      return last.map((key) => summarise(key, now()))
    },

    list: () => records.map((key) => summarise(key, now())),

    reload,

    async resealAll() {
      const unreadable: string[] = []
      let resealed = 0
      for (const row of await readKeys(database.db)) {
        if (!sealer.needsReseal(row.sealed_private_jwk)) continue
        const record = readRecord(row)
        try {
          const sealed = resealPrivateJwk(row, sealer)
          await database.db
            .updateTable('signing_key')
            .set({ sealed_private_jwk: sealed })
            .where('id', '=', row.id)
            .execute()
          resealed += 1
        } catch (error) {
          if (stateAt(record, now()) !== 'retired') throw error
          unreadable.push(record.kid)
        }
      }
      return { resealed, unreadable }
    },
  }
}

function summarise(key: KeyRecord, now: number): SigningKeySummary {
  return {
    kid: key.kid,
    algorithm: key.algorithm,
    state: stateAt(key, now),
    createdAt: new Date(key.createdAt),
    activeAt: new Date(key.activeAt),
    retiringAt: key.retiringAt === null ? null : new Date(key.retiringAt),
    retiredAt: key.retiredAt === null ? null : new Date(key.retiredAt),
  }
}
