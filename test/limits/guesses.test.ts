import type { KyselyPlugin } from 'kysely'
import { expect, it } from 'vitest'
import { openAudit } from '../../src/audit/audit.ts'
import { guessLimits } from '../../src/limits/guess-limits.ts'
import { type GuessSubject, openGuesses } from '../../src/limits/guesses.ts'
import type { Database } from '../../src/storage/database.ts'
import { createClock } from '../../src/testing/clock.ts'
import { describeEachDatabase } from '../support/database.ts'
import { outcome, secondsToWait, tally } from './support.ts'

const app = (value: string): GuessSubject => ({
  limit: 'appSecretByApp',
  value,
  describe: async () => ({ appId: value }),
})

describeEachDatabase('failed guesses', (open, database) => {
  let shared: Promise<string> | undefined
  const clock = createClock()
  const limits = guessLimits({ appSecretByApp: { most: 10, windowSeconds: 60 } })

  async function node() {
    shared ??= database.url()
    const opened = await open({ url: await shared })
    return { ...opened, guesses: guessesOn(opened) }
  }
  const guessesOn = (opened: Database) =>
    openGuesses({ database: opened, now: clock.now, audit: openAudit(opened, clock.now), limits })
  const failuresOf = async ({ db }: Database) =>
    (await db.selectFrom('guess').select('counted').orderBy('expires_at', 'desc').executeTakeFirst())?.counted

  it('200 at once over two nodes: as many as the limit says are counted, and everybody else is refused', async () => {
    const nodes = [await node(), await node()] as const
    const tries = Array.from({ length: 200 }, (_, index) => nodes[index % 2 ? 1 : 0].guesses.count([app('many')]))
    expect(tally(await Promise.all(tries.map(outcome)))).toEqual({ ok: 10, too_many_attempts: 190 })
    expect(await failuresOf(nodes[0])).toBe(10)
  })

  it('none is lost below the limit, however many count at once', async () => {
    const opened = [await node(), await node()] as const
    const roomy = guessLimits({ appSecretByApp: { most: 1000, windowSeconds: 60 } })
    const nodes = opened.map((each) =>
      openGuesses({ database: each, now: clock.now, audit: openAudit(each, clock.now), limits: roomy }),
    )
    clock.pass({ seconds: 1 })
    await Promise.all(Array.from({ length: 200 }, (_, index) => nodes[index % 2]?.count([app('roomy')])))
    expect(await failuresOf(opened[0])).toBe(200)
  })

  it('the window is fixed: whoever goes on makes nobody wait longer, and the next one begins anew', async () => {
    const { guesses } = await node()
    for (let failures = 0; failures < 10; failures++) await guesses.count([app('fixed')])
    expect(await secondsToWait(guesses.count([app('fixed')]))).toBe(60)
    for (let seconds = 0; seconds < 5; seconds++) {
      clock.pass({ seconds: 10 })
      expect(await outcome(guesses.count([app('fixed')]))).toBe('too_many_attempts')
    }
    expect(await secondsToWait(guesses.count([app('fixed')]))).toBe(10)
    clock.pass({ seconds: 10 })
    expect(await guesses.reached([app('fixed')])).toEqual([])
    expect(await outcome(guesses.count([app('fixed')]))).toBe('ok')
  })

  it('50 at once over two nodes when a window has just ended: as many as the limit says', async () => {
    const nodes = [await node(), await node()] as const
    await nodes[0].guesses.count([app('again')])
    clock.pass({ seconds: 61 })
    const tries = Array.from({ length: 50 }, (_, index) => nodes[index % 2 ? 1 : 0].guesses.count([app('again')]))
    expect(tally(await Promise.all(tries.map(outcome)))).toEqual({ ok: 10, too_many_attempts: 40 })
  })

  it('another node sees a limit that was reached elsewhere', async () => {
    const nodes = [await node(), await node()] as const
    for (let failures = 0; failures < 10; failures++) await nodes[0].guesses.count([app('elsewhere')])
    expect(await nodes[1].guesses.reached([app('elsewhere'), app('nobody')])).toHaveLength(1)
  })

  it('a refusal is put on record once a window and subject, whichever nodes refuse and however often', async () => {
    const nodes = [await node(), await node()] as const
    const rowsOf = async (appId: string) => {
      const { db } = nodes[0]
      const rows = await db.selectFrom('audit_event').select('details').where('app_id', '=', appId).execute()
      return rows.map(({ details }) => JSON.parse(details).limit)
    }
    for (let failures = 0; failures < 10; failures++) await nodes[0].guesses.count([app('recorded')])
    expect(await rowsOf('recorded')).toEqual([])
    const refused = () =>
      Promise.all(
        Array.from({ length: 40 }, (_, index) => outcome(nodes[index % 2 ? 1 : 0].guesses.count([app('recorded')]))),
      )
    await refused()
    await refused()
    expect(await rowsOf('recorded')).toEqual(['appSecretByApp'])
    clock.pass({ seconds: 61 })
    await refused()
    expect(await rowsOf('recorded')).toHaveLength(2)
  })

  it('costs no statement once this node knows that the limit is reached', async () => {
    const opened = await node()
    let statements = 0
    const counter: KyselyPlugin = {
      transformQuery({ node: query }) {
        statements++
        return query
      },
      transformResult: async ({ result }) => result,
    }
    const db = opened.db.withPlugin(counter)
    // Prepared queries go by this door, past the plugins.
    const executeQuery = db.executeQuery.bind(db)
    const counted: typeof executeQuery = (query) => {
      statements++
      return executeQuery(query)
    }
    Object.assign(db, { executeQuery: counted })
    const guesses = guessesOn({ ...opened, db })
    for (let failures = 0; failures < 11; failures++) await outcome(guesses.count([app('flood')]))
    const before = statements
    expect(before).toBeGreaterThan(11)
    for (let failures = 0; failures < 100; failures++) await outcome(guesses.count([app('flood')]))
    expect(await guesses.reached([app('flood')])).toHaveLength(1)
    expect(statements).toBe(before)
  })

  it('keeps a hash of whom it counts against, and nothing else', async () => {
    const { db, guesses } = await node()
    await guesses.count([app('somebody@example.com')])
    const rows = await db.selectFrom('guess').selectAll().execute()
    expect(rows.every(({ guess_key }) => guess_key.length === 32)).toBe(true)
    expect(JSON.stringify(rows)).not.toContain('somebody')
  })
})
