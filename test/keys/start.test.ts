import { beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/storage/database.ts'
import { describeEachDatabase } from '../support/database.ts'
import {
  DAY_SECONDS,
  KEY_MIGRATIONS,
  openNode,
  publishedKids,
  SECRET,
  signingKid,
  stoppedClock,
  TYPE,
} from './support.ts'

const OTHER_SECRET = 'the-secret-of-another-server-0123456789'

describeEachDatabase('signing keys', (open, target) => {
  let url: string
  let database: Database
  /** The same database through connections of its own, as another node has them. */
  const openAgain = () => open({ url, migrations: KEY_MIGRATIONS })
  beforeEach(async () => {
    url = await target.url()
    database = await openAgain()
  })

  const rows = () => database.db.selectFrom('signing_key').selectAll().orderBy('id').execute()

  describe('the first start', () => {
    it('generates one key per algorithm, which signs at once', async () => {
      const keys = await openNode({ database })
      const shown = keys.list().map(({ algorithm, state }) => `${algorithm} ${state}`)
      expect(shown.toSorted()).toEqual(['ES256 active', 'RS256 active'])
      expect((await rows()).map(({ id }) => id)).toEqual(['first-ES256', 'first-RS256'])
    })

    it('on several nodes at once makes one key per algorithm, the same everywhere', async () => {
      const connections = await Promise.all(Array.from({ length: 4 }, openAgain))
      const nodes = await Promise.all(connections.map((each) => openNode({ database: each })))
      const documents = new Set(nodes.map((node) => node.jwks().body))
      expect(documents.size).toBe(1)
      expect(await rows()).toHaveLength(2)
      for (const signer of nodes) {
        const jwt = signer.sign({}, { algorithm: 'RS256', type: TYPE })
        for (const node of nodes) expect(node.verify(jwt, { type: TYPE })).toBeDefined()
      }
    })

    it('is no other start: the next one finds the same keys', async () => {
      const before = (await openNode({ database })).jwks()
      expect((await openNode({ database })).jwks()).toEqual(before)
    })

    it('with one more algorithm adds its key and leaves the others', async () => {
      const kids = publishedKids(await openNode({ database }))
      const keys = await openNode({ database, algorithms: ['RS256', 'ES256', 'EdDSA'] })
      expect(publishedKids(keys)).toHaveLength(3)
      expect(publishedKids(keys)).toEqual(expect.arrayContaining(kids))
    })

    it('without an algorithm has no key for it, and says so', async () => {
      const keys = await openNode({ database, algorithms: ['ES256'] })
      expect(() => keys.sign({}, { algorithm: 'RS256', type: TYPE })).toThrow('There is no signing key for RS256.')
    })
  })

  describe('a wrong GRANTQL_SECRET', () => {
    it('refuses to start, says which secret is wrong, and names none', async () => {
      await openNode({ database })
      const failure = await openNode({ database, secret: OTHER_SECRET }).catch((error) => error)
      expect(failure.message).toMatch(/^GRANTQL_SECRET is not the secret that this database was set up with/)
      const shown = `${failure.message} ${failure.cause?.message}`
      for (const secret of [SECRET, OTHER_SECRET]) expect(shown).not.toContain(secret)
      expect(await rows()).toHaveLength(2)
    })

    it('on the node that loses the race of a first start refuses too, and the winner is not harmed', async () => {
      const secrets = [SECRET, OTHER_SECRET]
      const other = await openAgain()
      const starts = await Promise.allSettled([
        openNode({ database }),
        openNode({ database: other, secret: OTHER_SECRET, algorithms: ['ES256', 'RS256'] }),
      ])
      expect(starts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      const winner = secrets[starts.findIndex(({ status }) => status === 'fulfilled')]
      expect(publishedKids(await openNode({ database, secret: winner ?? '' }))).toHaveLength(2)
    })

    it('adds no key for a new algorithm', async () => {
      await openNode({ database })
      await expect(openNode({ database, secret: OTHER_SECRET, algorithms: ['EdDSA'] })).rejects.toThrow(
        'GRANTQL_SECRET',
      )
      expect(await rows()).toHaveLength(2)
    })

    it('that becomes wrong while running leaves the present keys at work', async () => {
      const clock = stoppedClock()
      const keys = await openNode({ database, clock })
      const stranger = await openNode({ database, clock, secret: `${OTHER_SECRET},${SECRET}` })
      await stranger.rotate()
      await expect(keys.reload()).rejects.toThrow('GRANTQL_SECRET is not the secret')
      expect(keys.verify(keys.sign({}, { algorithm: 'ES256', type: TYPE }), { type: TYPE })).toBeDefined()
      expect(publishedKids(keys)).toHaveLength(2)
    })
  })

  describe('a rotated GRANTQL_SECRET', () => {
    const BOTH = `${OTHER_SECRET},${SECRET}`

    it('NEW,OLD opens the keys, and after resealing NEW alone does', async () => {
      const before = (await openNode({ database })).jwks()
      const keys = await openNode({ database, secret: BOTH })
      expect(keys.jwks()).toEqual(before)
      expect(await keys.resealAll()).toEqual({ resealed: 2, unreadable: [] })
      expect(await keys.resealAll()).toEqual({ resealed: 0, unreadable: [] })
      expect((await openNode({ database, secret: OTHER_SECRET })).jwks()).toEqual(before)
      await expect(openNode({ database })).rejects.toThrow('GRANTQL_SECRET is not the secret')
    })

    it('is not held up by a retired key that nothing opens', async () => {
      const clock = stoppedClock()
      const keys = await openNode({ database, clock })
      const former = keys.list().map(({ kid }) => kid)
      const both = await openNode({ database, clock, secret: BOTH })
      await both.rotate({ immediately: true })
      clock.pass(DAY_SECONDS)
      const later = await openNode({ database, clock, secret: OTHER_SECRET })
      const { resealed, unreadable } = await later.resealAll()
      expect(resealed).toBe(0)
      expect(unreadable.toSorted()).toEqual(former.toSorted())
      expect(signingKid(later)).toBe(signingKid(await openNode({ database, clock, secret: BOTH })))
    })
  })

  describe('a damaged signing_key row refuses the start', () => {
    const change = (values: object) =>
      database.db.updateTable('signing_key').set(values).where('id', '=', 'first-ES256').execute()
    const refusal = () =>
      openNode({ database }).then(
        () => 'started',
        (error: Error) => error.message,
      )

    it('when its sealed part was changed, exchanged or emptied', async () => {
      await openNode({ database })
      const [es256, rs256] = await rows()
      const sealed = Buffer.from(es256?.sealed_private_jwk ?? [])
      const flipped = Buffer.from(sealed)
      flipped.writeUInt8(flipped.readUInt8(40) ^ 1, 40)
      for (const bytes of [flipped, rs256?.sealed_private_jwk, Buffer.alloc(0)]) {
        await change({ sealed_private_jwk: bytes })
        expect(await refusal()).toMatch(/^The signing key \S+ is damaged in the database/)
      }
      await change({ sealed_private_jwk: sealed })
      expect(await refusal()).toBe('started')
    })

    it('when it says another algorithm or another public key', async () => {
      await openNode({ database })
      const [es256, rs256] = await rows()
      await change({ algorithm: 'RS256' })
      expect(await refusal()).toMatch(/is damaged in the database/)
      await change({ algorithm: 'HS256' })
      expect(await refusal()).toMatch(/is damaged in the database/)
      await change({ algorithm: 'ES256', public_jwk: rs256?.public_jwk })
      expect(await refusal()).toMatch(/is damaged in the database/)
      for (const text of ['', 'null', '{}', '{"kid":1}']) {
        await change({ public_jwk: text })
        expect(await refusal()).toMatch(/is damaged in the database/)
      }
      await change({ public_jwk: es256?.public_jwk })
      expect(await refusal()).toBe('started')
    })

    it('and a public key that was exchanged in place is neither published nor believed', async () => {
      const keys = await openNode({ database })
      const honest = keys.jwks()
      const [es256] = await rows()
      const jwk = JSON.parse(es256?.public_jwk ?? '{}')
      await change({ public_jwk: JSON.stringify({ ...jwk, x: jwk.y, y: jwk.x }) })
      expect((await openNode({ database })).jwks()).toEqual(honest)
    })
  })
})
