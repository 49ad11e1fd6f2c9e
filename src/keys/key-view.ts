import { hash } from 'node:crypto'
import type { SigningAlgorithm } from './algorithms.ts'
import type { JwksDocument, SigningKeyState } from './keys.ts'
import type { KeyRecord, SigningKey } from './signing-key.ts'

/** What holds between two changes of state: who signs, what is published. */
export interface KeyView {
  /** Milliseconds; the view is right from here … */
  readonly from: number
  /** … until just before here, as long as the table is the same. */
  readonly until: number
  readonly signers: ReadonlyMap<SigningAlgorithm, SigningKey>
  readonly published: ReadonlyMap<string, SigningKey>
  /** The published keys, and those retired ones by which what they signed is still known for ours. */
  readonly known: ReadonlyMap<string, SigningKey>
  readonly jwks: JwksDocument
  /** SHA-256 of tokens whose signature held under a key of this view. They are forgotten with it. */
  readonly verified: Set<string>
}

/** The state of a key at a time, in milliseconds since the epoch. */
export function stateAt(key: KeyRecord, now: number): SigningKeyState {
  if (key.retiredAt !== null && key.retiredAt <= now) return 'retired'
  if (key.retiringAt !== null && key.retiringAt <= now) return 'retiring'
  return key.activeAt > now ? 'pending' : 'active'
}

/** Oldest first; the same order on every node. */
export function compareKeys(a: KeyRecord, b: KeyRecord): number {
  return a.createdAt - b.createdAt || a.activeAt - b.activeAt || (a.kid < b.kid ? -1 : 1)
}

/** Whether a key has signed so recently, in milliseconds, that what it signed is still known for ours. */
export function isKnownAt({ retiringAt }: KeyRecord, now: number, knownMillis: number): boolean {
  return retiringAt === null || retiringAt + knownMillis > now
}

/** Derives the view of a moment. Keys that are retired by then are not published. */
export function viewKeys(keys: readonly SigningKey[], now: number, knownMillis: number): KeyView {
  const published = keys.filter((key) => stateAt(key, now) !== 'retired').sort(compareKeys)
  const turns = published.flatMap((key) => [key.activeAt, key.retiringAt ?? 0, key.retiredAt ?? 0])
  const elder = keys.filter((key) => stateAt(key, now) === 'retired' && isKnownAt(key, now, knownMillis))
  const ends = elder.map((key) => (key.retiringAt ?? 0) + knownMillis)
  const body = JSON.stringify({ keys: published.map((key) => key.publicJwk) })
  return {
    from: now,
    until: Math.min(...[...turns, ...ends].filter((at) => at > now)),
    signers: chooseSigners(published, now),
    published: new Map(published.map((key) => [key.kid, key])),
    known: new Map([...published, ...elder].map((key) => [key.kid, key])),
    jwks: { body, etag: `"${hash('sha256', body, 'base64url')}"` },
    verified: new Set(),
  }
}

function chooseSigners(published: readonly SigningKey[], now: number): Map<SigningAlgorithm, SigningKey> {
  const signers = new Map<SigningAlgorithm, SigningKey>()
  for (const key of published) {
    const present = signers.get(key.algorithm)
    if (present === undefined || fitness(key, now) >= fitness(present, now)) signers.set(key.algorithm, key)
  }
  return signers
}

/**
 * A server whose clock is set back to before its newest key began would have no active key. It signs with one that is
 * published all the same, for no token at all is worse.
 */
function fitness(key: SigningKey, now: number): number {
  const state = stateAt(key, now)
  return state === 'active' ? 2 : state === 'pending' ? 1 : 0
}
