import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Core } from '../../src/core.ts'
import { lookUpTyped } from '../../src/operations/look-up-typed.ts'
import type { TestCore } from '../support/core.ts'
import { describeEachDatabase } from '../support/database.ts'
import { freshNetwork, openGuessable, outcome, tally } from './support.ts'

const [BY_USER, BY_NETWORK, OVERALL] = [5, 20, 1000]
const WINDOW = { seconds: 15 * 60 }

describeEachDatabase('short codes that people type (RFC 8628 §5.1)', (_open, database) => {
  let shared: Promise<TestCore> | undefined
  const opened = () => (shared ??= openGuessable(database))

  /** One who types codes of a kind that nothing else counts. */
  function typist(purpose: string = randomUUID()) {
    let lookedUp = 0
    const as =
      (core: Core, isRight: boolean) =>
      (userId: string, address = freshNetwork().address()) =>
        outcome(
          lookUpTyped(core, purpose, { userId, address, requestId: 'a request' }, async () => {
            lookedUp++
            await new Promise(setImmediate)
            return isRight ? 'found' : undefined
          }),
        )
    return { guess: (core: Core) => as(core, false), know: (core: Core) => as(core, true), lookedUp: () => lookedUp }
  }
  const many = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index))

  it('10,000 guesses of one user, on two nodes at once: 5 are looked up, and then not even a right one', async () => {
    const one = await opened()
    const other = await openGuessable(database, { url: one.url, clock: one.clock })
    const { guess, know, lookedUp } = typist()
    const outcomes: string[] = []
    for (let batch = 0; batch < 100; batch++) {
      const tries = many(100, (index) => guess((index % 2 ? one : other).core)('mallory'))
      outcomes.push(...(await Promise.all(tries)))
    }
    expect(tally(outcomes)).toEqual({ ok: BY_USER, too_many_attempts: 10_000 - BY_USER })
    expect(lookedUp()).toBe(BY_USER)
    for (const { core } of [one, other]) expect(await know(core)('mallory')).toBe('too_many_attempts')
    expect(await know(one.core)('ada')).toBe('ok')
    expect(lookedUp()).toBe(BY_USER + 1)
  }, 60_000)

  it('500 guesses of 100 users from one network: 20 are looked up', async () => {
    const { core } = await opened()
    const { guess, know, lookedUp } = typist()
    const here = freshNetwork()
    const tries = many(500, (index) => guess(core)(`user ${index % 100}`, here.address(1 + (index % 200))))
    expect(tally(await Promise.all(tries))).toEqual({ ok: BY_NETWORK, too_many_attempts: 500 - BY_NETWORK })
    expect(lookedUp()).toBe(BY_NETWORK)
    expect(await know(core)('ada', here.address())).toBe('too_many_attempts')
    expect(await know(core)('ada', freshNetwork().address())).toBe('ok')
  })

  it('guesses of many users from many networks: 1,000 are looked up', async () => {
    const { core } = await opened()
    const { guess, lookedUp } = typist()
    const outcomes: string[] = []
    for (let batch = 0; batch < 11; batch++) {
      outcomes.push(...(await Promise.all(many(100, (index) => guess(core)(`user ${batch} ${index}`)))))
    }
    expect(tally(outcomes)).toEqual({ ok: OVERALL, too_many_attempts: 100 })
    expect(lookedUp()).toBe(OVERALL)
  }, 120_000)

  it('right ones cost nothing, one after the other', async () => {
    const { core } = await opened()
    const { guess, know } = typist()
    const here = freshNetwork().address()
    for (let time = 0; time < 30; time++) expect(await know(core)('ada', here)).toBe('ok')
    for (let time = 0; time < BY_USER; time++) expect(await guess(core)('ada', here)).toBe('ok')
    expect(await guess(core)('ada', here)).toBe('too_many_attempts')
  })

  it('whoever has to wait uses up nobody else’s tries', async () => {
    const { core } = await opened()
    const { guess } = typist()
    const here = freshNetwork().address()
    await Promise.all(many(100, () => guess(core)('mallory', here)))
    const others = await Promise.all(many(BY_NETWORK, (index) => guess(core)(`user ${index}`, here)))
    expect(tally(others)).toEqual({ ok: BY_NETWORK - BY_USER, too_many_attempts: BY_USER })
  })

  it('the wait ends with the window, whoever went on', async () => {
    const { core, clock } = await opened()
    const { guess, know } = typist()
    await Promise.all(many(10, () => guess(core)('mallory')))
    clock.pass({ seconds: WINDOW.seconds - 1 })
    expect(await know(core)('mallory')).toBe('too_many_attempts')
    clock.pass({ seconds: 1 })
    expect(await know(core)('mallory')).toBe('ok')
  })

  it('a right one that was looked up in a window that is over takes nothing from the next', async () => {
    const { core, clock } = await opened()
    const purpose = randomUUID()
    const { guess } = typist(purpose)
    const [begun, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()]
    const slow = lookUpTyped(core, purpose, { userId: 'ada', address: undefined, requestId: 'a request' }, () => {
      begun.resolve()
      return answer.promise
    })
    await begun.promise
    clock.pass(WINDOW)
    for (let time = 0; time < BY_USER; time++) expect(await guess(core)('ada')).toBe('ok')
    answer.resolve('found')
    await slow
    expect(await guess(core)('ada')).toBe('too_many_attempts')
  })

  it('the first refusal of a window is on record, by whom and from where', async () => {
    const { core } = await opened()
    const { guess } = typist('a plugin')
    const here = freshNetwork().address()
    const mallory = randomUUID()
    for (let time = 0; time < BY_USER + 3; time++) await guess(core)(mallory, here)
    const rows = await core.database.db.selectFrom('audit_event').selectAll().where('user_id', '=', mallory).execute()
    expect(rows).toHaveLength(1)
    expect(JSON.parse(rows[0]?.details ?? '')).toMatchObject({
      limit: 'typedCodeByUser',
      most: BY_USER,
      purpose: 'a plugin',
    })
  })
})
