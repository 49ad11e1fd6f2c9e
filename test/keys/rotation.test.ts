import { beforeEach, describe, expect, it } from 'vitest'
import type { Keys } from '../../src/keys/keys.ts'
import type { Database } from '../../src/storage/database.ts'
import { describeEachDatabase } from '../support/database.ts'
import {
  type Clock,
  DAY_SECONDS,
  HOUR_SECONDS,
  KEY_MIGRATIONS,
  openNode,
  publishedKids,
  SECRET,
  signingKid,
  stoppedClock,
  TYPE,
} from './support.ts'

const GRACE_SECONDS = 60

describeEachDatabase('signing keys', (open, target) => {
  let url: string
  let database: Database
  let clock: Clock
  let keys: Keys
  /** The same database through connections of its own, as another node has them. */
  const openAgain = () => open({ url, migrations: KEY_MIGRATIONS })
  beforeEach(async () => {
    url = await target.url()
    database = await openAgain()
    clock = stoppedClock()
    keys = await openNode({ database, clock })
  })

  const states = (of: Keys = keys) =>
    of
      .list()
      .filter(({ algorithm }) => algorithm === 'ES256')
      .map(({ state }) => state)
  const token = () => keys.sign({ sub: 'somebody' }, { algorithm: 'ES256', type: TYPE })
  const isValid = (jwt: string, at: Keys = keys) => at.verify(jwt, { type: TYPE }) !== undefined

  it('that are retired still say what is ours for as long as sessions live, published no more, on every node', async () => {
    const jwt = token()
    await keys.rotate({ immediately: true })
    clock.pass(HOUR_SECONDS + GRACE_SECONDS)
    const hint = { type: TYPE, retired: true }
    const nodes = [keys, await openNode({ database: await openAgain(), clock })]
    for (const node of nodes) {
      expect(node.verify(jwt, hint)?.claims).toEqual({ sub: 'somebody' })
      expect(node.verify(jwt, { type: TYPE })).toBeUndefined()
      expect(node.verify(jwt, { type: 'JWT', retired: true })).toBeUndefined()
      expect(publishedKids(node)).toHaveLength(2)
    }
    clock.pass(3 * DAY_SECONDS - HOUR_SECONDS - GRACE_SECONDS - 1)
    for (const node of nodes) expect(node.verify(jwt, hint)).toBeDefined()
    clock.pass(1)
    for (const node of nodes) expect(node.verify(jwt, hint)).toBeUndefined()
  })

  describe('a rotation', () => {
    it('publishes the new key before it signs, and the old one until its last token has expired', async () => {
      const former = signingKid(keys)
      const early = token()
      const added = await keys.rotate()
      const successor = added.find(({ algorithm }) => algorithm === 'ES256')?.kid ?? ''
      expect(added.map(({ algorithm, state }) => [algorithm, state]).toSorted()).toEqual([
        ['ES256', 'pending'],
        ['RS256', 'pending'],
      ])

      expect(states()).toEqual(['active', 'pending'])
      expect(publishedKids(keys)).toEqual(expect.arrayContaining([former, successor]))
      expect(signingKid(keys)).toBe(former)

      clock.pass(DAY_SECONDS - 1)
      expect(signingKid(keys)).toBe(former)
      const late = token()

      clock.pass(1)
      expect(states()).toEqual(['retiring', 'active'])
      expect(signingKid(keys)).toBe(successor)
      expect([isValid(early), isValid(late), isValid(token())]).toEqual([true, true, true])
      expect(publishedKids(keys)).toHaveLength(4)

      clock.pass(HOUR_SECONDS + GRACE_SECONDS - 1)
      expect(isValid(late)).toBe(true)
      expect(publishedKids(keys)).toContain(former)

      clock.pass(1)
      expect(states()).toEqual(['retired', 'active'])
      expect(isValid(late)).toBe(false)
      expect(publishedKids(keys)).not.toContain(former)
      expect(keys.list()).toHaveLength(4)
    })

    it('changes the JWKS and its ETag exactly when a key is added or leaves', async () => {
      const etags = [keys.jwks().etag]
      await keys.rotate()
      etags.push(keys.jwks().etag)
      clock.pass(DAY_SECONDS)
      expect(keys.jwks().etag).toBe(etags[1])
      clock.pass(HOUR_SECONDS + GRACE_SECONDS)
      etags.push(keys.jwks().etag)
      expect(new Set(etags).size).toBe(3)
    })

    it('that is immediate signs with the new key at once, and old tokens stay valid', async () => {
      const [former, early] = [signingKid(keys), token()]
      clock.pass(1)
      await keys.rotate({ immediately: true })
      expect(states()).toEqual(['retiring', 'active'])
      expect(signingKid(keys)).not.toBe(former)
      expect(isValid(early)).toBe(true)
      clock.pass(HOUR_SECONDS + GRACE_SECONDS)
      expect(isValid(early)).toBe(false)
    })

    it('that is immediate passes over a key that was pending, for it may be known too', async () => {
      const first = signingKid(keys)
      const pending = (await keys.rotate()).find(({ algorithm }) => algorithm === 'ES256')?.kid
      clock.pass(10)
      await keys.rotate({ immediately: true })
      expect(states()).toEqual(['retiring', 'retiring', 'active'])
      const third = signingKid(keys)
      expect([first, pending]).not.toContain(third)
      for (const seconds of [HOUR_SECONDS, DAY_SECONDS, DAY_SECONDS]) {
        clock.pass(seconds)
        await keys.reload()
        expect(signingKid(keys)).toBe(third)
      }
      expect(states()).toEqual(['retired', 'retired', 'active'])
      expect(publishedKids(keys)).toHaveLength(2)
    })

    it('while another is pending adds nothing, so that schedules on several nodes make one rotation', async () => {
      const other = await openNode({ database: await openAgain(), clock })
      const [here, there] = await Promise.all([keys.rotate(), other.rotate()])
      expect(here).toEqual(there)
      expect(await keys.rotate()).toEqual(here)
      expect(keys.list()).toHaveLength(4)
      expect(keys.jwks()).toEqual(other.jwks())
    })

    it('that is immediate is not put off by a schedule that fires at the same moment', async () => {
      const other = await openNode({ database: await openAgain(), clock })
      for (let round = 0; round < 5; round++) {
        clock.pass(2 * DAY_SECONDS)
        await keys.reload()
        const former = signingKid(keys)
        await Promise.all([other.rotate(), keys.rotate({ immediately: true })])
        await keys.reload()
        expect(signingKid(keys)).not.toBe(former)
      }
    })

    it('can be asked for a later time, but not for one before everybody knows the key', async () => {
      const at = new Date(clock.now().getTime() + 3 * DAY_SECONDS * 1000)
      const added = await keys.rotate({ at })
      expect(added.map(({ activeAt }) => activeAt)).toEqual([at, at])
      await expect(keys.rotate({ at: clock.now() })).rejects.toThrow('published 86400 seconds before it signs')
    })

    it('can follow another many times', async () => {
      const seen = new Set([signingKid(keys)])
      for (let round = 0; round < 3; round++) {
        await keys.rotate()
        clock.pass(DAY_SECONDS)
        seen.add(signingKid(keys))
        clock.pass(DAY_SECONDS)
      }
      expect(seen.size).toBe(4)
      expect(states()).toEqual(['retired', 'retired', 'retired', 'active'])
      expect(publishedKids(keys)).toHaveLength(2)
    })
  })

  describe('another node', () => {
    it('verifies and publishes the new key as soon as it reloads, and changes over by its clock alone', async () => {
      const other = await openNode({ database, clock })
      await keys.rotate()
      expect(publishedKids(other)).toHaveLength(2)
      await other.reload()
      expect(other.jwks()).toEqual(keys.jwks())
      clock.pass(DAY_SECONDS)
      expect(signingKid(other)).toBe(signingKid(keys))
      expect(isValid(token(), other)).toBe(true)
    })

    it('that starts when all keys but one are retired agrees', async () => {
      await keys.rotate({ immediately: true })
      clock.pass(DAY_SECONDS)
      const other = await openNode({ database, clock })
      expect(other.jwks()).toEqual(keys.jwks())
      expect(other.list()).toEqual(keys.list())
      expect(other.list()).toHaveLength(4)
    })

    it('whose clock is behind signs all the same', async () => {
      const behind = stoppedClock('2026-11-20T11:59:00Z')
      const other = await openNode({ database, clock: behind })
      expect(signingKid(other)).toBe(signingKid(keys))
      await keys.rotate({ immediately: true })
      await other.reload()
      expect(isValid(other.sign({}, { algorithm: 'ES256', type: TYPE }))).toBe(true)
    })

    it('that allows longer tokens keeps a key published for those that it will still sign', async () => {
      await keys.rotate()
      const other = await openNode({ database, clock, longestTokenSeconds: 10 * HOUR_SECONDS })
      clock.pass(DAY_SECONDS - 1)
      const late = other.sign({}, { algorithm: 'ES256', type: TYPE })
      clock.pass(10 * HOUR_SECONDS)
      expect(isValid(late, other)).toBe(true)
      clock.pass(2 * GRACE_SECONDS)
      expect(isValid(late, other)).toBe(false)
    })
  })

  describe('what an operator is shown', () => {
    it('is never a private part', async () => {
      await keys.rotate()
      const shown = JSON.stringify([keys.list(), keys.jwks()])
      const rows = await database.db.selectFrom('signing_key').selectAll().execute()
      expect(rows).toHaveLength(4)
      for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth']) {
        expect(shown).not.toMatch(new RegExp(`\\\\?"${name}\\\\?":`))
        for (const row of rows) expect(JSON.parse(row.public_jwk)).not.toHaveProperty(name)
      }
      expect(Object.keys(keys.list()[0] ?? {}).toSorted()).toEqual([
        'activeAt',
        'algorithm',
        'createdAt',
        'kid',
        'retiredAt',
        'retiringAt',
        'state',
      ])
      expect(shown).not.toContain(SECRET)
    })
  })
})
