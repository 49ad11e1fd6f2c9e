import { beforeEach, expect, it } from 'vitest'
import { coreMigrations } from '../../migrations/index.ts'
import { openDerivationKey } from '../../src/keys/derivation-key.ts'
import { createSealer } from '../../src/secrets/sealing.ts'
import type { Database } from '../../src/storage/database.ts'
import { describeEachDatabase } from '../support/database.ts'
import { SECRET, stoppedClock } from './support.ts'

const NEXT_SECRET = 'the-next-secret-of-this-server-012345'
const MIGRATIONS = Object.fromEntries(Object.entries(coreMigrations).filter(([name]) => name.endsWith('-server-key')))

describeEachDatabase('the key that names are derived from', (open, target) => {
  let url: string
  let database: Database
  const openAgain = () => open({ url, migrations: MIGRATIONS })
  beforeEach(async () => {
    url = await target.url()
    database = await openAgain()
  })

  const openNode = (secret = SECRET, on = database) =>
    openDerivationKey({ database: on, sealer: createSealer(secret), now: stoppedClock().now })

  it('gives the same names on nodes that start together on an empty database', async () => {
    const connections = await Promise.all(Array.from({ length: 4 }, openAgain))
    const nodes = await Promise.all(connections.map((each) => openNode(SECRET, each)))
    expect(new Set(nodes.map((node) => node.derive('subject', 'ada'))).size).toBe(1)
    expect(await database.db.selectFrom('server_key').selectAll().execute()).toHaveLength(1)
  })

  it('gives other names for another purpose or text, and on another server', async () => {
    const node = await openNode()
    const elsewhere = await openNode(SECRET, await open({ url: await target.url(), migrations: MIGRATIONS }))
    const names = [
      node.derive('subject', 'ada'),
      node.derive('subject', 'bob'),
      node.derive('session', 'ada'),
      elsewhere.derive('subject', 'ada'),
    ]
    expect(new Set(names).size).toBe(4)
    for (const name of names) expect(name).toMatch(/^[\w-]{43}$/)
  })

  it('gives the same names after GRANTQL_SECRET was rotated, and needs the old one no more', async () => {
    const name = (await openNode()).derive('subject', 'ada')
    const rotating = await openNode(`${NEXT_SECRET},${SECRET}`)
    expect(rotating.derive('subject', 'ada')).toBe(name)
    expect([await rotating.reseal(), await rotating.reseal()]).toEqual([true, false])
    expect((await openNode(NEXT_SECRET)).derive('subject', 'ada')).toBe(name)
    await expect(openNode(SECRET)).rejects.toThrow()
  })

  it('opens no more once somebody changed what is stored', async () => {
    await openNode()
    await database.db
      .updateTable('server_key')
      .set({ sealed: Buffer.alloc(64) })
      .execute()
    await expect(openNode()).rejects.toThrow()
  })
})
