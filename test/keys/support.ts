import { coreMigrations } from '../../migrations/index.ts'
import type { Keys } from '../../src/keys/keys.ts'
import { type KeysOptions, openKeys } from '../../src/keys/open-keys.ts'
import { createSealer } from '../../src/secrets/sealing.ts'

export const SECRET = 'the-secret-of-this-server-0123456789'
export const TYPE = 'at+jwt'
export const HOUR_SECONDS = 3600
export const DAY_SECONDS = 24 * HOUR_SECONDS

/** What the tests of keys need of the schema, so that each can have a database of its own. */
export const KEY_MIGRATIONS = Object.fromEntries(
  Object.entries(coreMigrations).filter(([name]) => name.endsWith('-signing-key')),
)

export interface Clock {
  now(): Date
  pass(seconds: number): void
}

/** A clock that moves when it is told to. */
export function stoppedClock(start = '2026-11-20T12:00:00Z'): Clock {
  let millis = new Date(start).getTime()
  return {
    now: () => new Date(millis),
    pass: (seconds) => {
      millis += seconds * 1000
    },
  }
}

/** One server's keys: tokens live for an hour, sessions for three days, and a new key is published a day ahead. */
export function openNode(
  options: Pick<KeysOptions, 'database'> & Partial<KeysOptions> & { readonly clock?: Clock; readonly secret?: string },
): Promise<Keys> {
  const { clock = stoppedClock(), secret = SECRET, ...rest } = options
  return openKeys({
    sealer: createSealer(secret),
    now: clock.now,
    algorithms: ['RS256', 'ES256'],
    longestTokenSeconds: HOUR_SECONDS,
    publishAheadSeconds: DAY_SECONDS,
    knownSeconds: 3 * DAY_SECONDS,
    ...rest,
  })
}

/** The kids that are published now, in their order. */
export const publishedKids = (keys: Keys): string[] =>
  JSON.parse(keys.jwks().body).keys.map(({ kid }: { kid: string }) => kid)

/** The kid of the key that signs now. */
export function signingKid(keys: Keys, algorithm: 'RS256' | 'ES256' | 'EdDSA' = 'ES256'): string {
  const [header = ''] = keys.sign({}, { algorithm, type: TYPE }).split('.')
  return JSON.parse(Buffer.from(header, 'base64url').toString()).kid
}
