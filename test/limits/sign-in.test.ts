import { expect, it } from 'vitest'
import type { Core } from '../../src/core.ts'
import { GUESS_LIMITS } from '../../src/limits/guess-limits.ts'
import { rememberDevice } from '../../src/operations/remember-device.ts'
import { setPassword } from '../../src/operations/set-password.ts'
import type { TestCore } from '../support/core.ts'
import { describeEachDatabase } from '../support/database.ts'
import {
  freshNetwork,
  freshUser,
  judgeLate,
  openGuessable,
  outcome,
  RIGHT,
  request,
  secondsToWait,
  tally,
  trySignIn,
} from './support.ts'

const WINDOW = { seconds: GUESS_LIMITS.signInByAccount.windowSeconds }

describeEachDatabase('sign-ins that fail', (_open, database) => {
  let shared: Promise<TestCore> | undefined
  const opened = () => (shared ??= openGuessable(database))

  /** Somebody far away guesses at a name, from a network of their own each time. */
  async function attack(core: Core, username: string, guesses: number): Promise<string[]> {
    const outcomes: string[] = []
    for (let guess = 0; guess < guesses; guess++) {
      outcomes.push(await outcome(trySignIn(core, username, 'wrong', { address: freshNetwork().address() })))
    }
    return outcomes
  }
  async function knownDevice(core: Core, username: string): Promise<string> {
    const signedIn = await trySignIn(core, username, RIGHT)
    const device = await rememberDevice(core, signedIn, new Headers())
    return device.secret
  }

  it('10 under one name, from wherever: then everybody waits, with the right password too (PG-07)', async () => {
    const { core, clock } = await opened()
    const { username } = await freshUser(core)
    expect(tally(await attack(core, username, 12))).toEqual({ invalid_credentials: 10, too_many_attempts: 2 })
    expect(await outcome(trySignIn(core, username, RIGHT))).toBe('too_many_attempts')
    expect(await outcome(trySignIn(core, username.toUpperCase(), RIGHT))).toBe('too_many_attempts')
    clock.pass({ seconds: WINDOW.seconds - 1 })
    expect(await secondsToWait(trySignIn(core, username, RIGHT))).toBe(1)
    clock.pass({ seconds: 1 })
    expect(await outcome(trySignIn(core, username, RIGHT))).toBe('ok')
  })

  it('an attacker who never stops lets the owner in again after 15 minutes at the latest', async () => {
    const { core, clock } = await opened()
    const { username } = await freshUser(core)
    await attack(core, username, 10)
    for (let minute = 0; minute < 15; minute++) {
      expect(await outcome(trySignIn(core, username, 'wrong'))).toBe('too_many_attempts')
      clock.pass({ seconds: 60 })
    }
    expect(await outcome(trySignIn(core, username, RIGHT))).toBe('ok')
  })

  it('the owner gets in all the while from a browser in which they signed in before (PG-07)', async () => {
    const { core } = await opened()
    const { username } = await freshUser(core)
    const device = await knownDevice(core, username)
    await attack(core, username, 15)
    expect(await outcome(trySignIn(core, username, RIGHT, { device }))).toBe('ok')
    expect(await outcome(trySignIn(core, username, 'a typo', { device }))).toBe('invalid_credentials')
    expect(await outcome(trySignIn(core, username, RIGHT, { device }))).toBe('ok')
    expect(await outcome(trySignIn(core, username, RIGHT))).toBe('too_many_attempts')
  })

  it('a known device has 10 guesses of its own, and does not use up those of the name', async () => {
    const { core, clock } = await opened()
    const { username } = await freshUser(core)
    const device = await knownDevice(core, username)
    for (let guess = 0; guess < 10; guess++) {
      expect(await outcome(trySignIn(core, username, 'wrong', { device }))).toBe('invalid_credentials')
    }
    // From here on it is a stranger.
    expect(tally(await attack(core, username, 10))).toEqual({ invalid_credentials: 10 })
    expect(await outcome(trySignIn(core, username, RIGHT, { device }))).toBe('too_many_attempts')
    clock.pass(WINDOW)
    expect(await outcome(trySignIn(core, username, RIGHT, { device }))).toBe('ok')
  })

  it('somebody else’s device, a made-up one and one from before a new password are strangers', async () => {
    const { core } = await opened()
    const [owner, other] = [await freshUser(core), await freshUser(core)]
    const before = await knownDevice(core, owner.username)
    await setPassword(core, { id: undefined }, owner, 'another password')
    const others = await knownDevice(core, other.username)
    await attack(core, owner.username, 10)
    for (const device of [before, others, `gqd_${'A'.repeat(48)}`, 'x', '']) {
      expect(await outcome(trySignIn(core, owner.username, RIGHT, { device }))).toBe('too_many_attempts')
    }
  })

  it('people who share a browser are each known in it', async () => {
    const { core } = await opened()
    const [one, other] = [await freshUser(core), await freshUser(core)]
    const device = await knownDevice(core, one.username)
    const signedIn = await trySignIn(core, other.username, RIGHT, { device })
    const kept = await rememberDevice(core, signedIn, request(core, { device }).headers)
    expect(kept.secret).toBe(device)
    for (const { username } of [one, other]) {
      await attack(core, username, 10)
      expect(await outcome(trySignIn(core, username, RIGHT, { device }))).toBe('ok')
    }
  })

  it('100 from one network under whatever names: then its strangers wait, and other networks do not', async () => {
    const { core } = await opened()
    const { username } = await freshUser(core)
    const device = await knownDevice(core, username)
    const network = freshNetwork()
    for (let guess = 0; guess < 100; guess++) {
      const from = { address: network.address(guess) }
      expect(await outcome(trySignIn(core, `sprayed-${guess}`, 'wrong', from))).toBe('invalid_credentials')
    }
    expect(await outcome(trySignIn(core, username, RIGHT, { address: network.address(200) }))).toBe('too_many_attempts')
    expect(await outcome(trySignIn(core, username, RIGHT, { address: freshNetwork().address() }))).toBe('ok')
    expect(await outcome(trySignIn(core, username, RIGHT, { address: network.address(), device }))).toBe('ok')
    expect(await outcome(trySignIn(core, username, RIGHT))).toBe('ok')
  })

  it('one who alternates guesses with their own right password gains nothing', async () => {
    const { core } = await opened()
    const [attacker, victim] = [await freshUser(core), await freshUser(core)]
    const from = { address: freshNetwork().address() }
    const outcomes: string[] = []
    for (let guess = 0; guess < 12; guess++) {
      outcomes.push(await outcome(trySignIn(core, victim.username, 'wrong', from)))
      expect(await outcome(trySignIn(core, attacker.username, RIGHT, from))).toBe('ok')
    }
    expect(tally(outcomes)).toEqual({ invalid_credentials: 10, too_many_attempts: 2 })
  })

  it('a name that nobody has is treated alike, to the second and in the records (PG-08)', async () => {
    const { core } = await opened()
    const { id, username } = await freshUser(core)
    const seen = async (name: string) => {
      const outcomes = await attack(core, name, 12)
      const wait = await secondsToWait(trySignIn(core, name, RIGHT))
      const stored = await core.audit.list({ limit: 1 })
      return { outcomes, wait, kinds: stored.map(({ kind, details }) => [kind, details.limit]), stored }
    }
    const [known, unknown] = [await seen(username), await seen('nobody-has-this-name')]
    expect({ ...known, stored: 0 }).toEqual({ ...unknown, stored: 0 })
    expect(known.kinds).toEqual([['limit.reached', 'signInByAccount']])
    expect([known.stored[0]?.userId, unknown.stored[0]?.userId]).toEqual([id, undefined])
    expect(JSON.stringify(unknown.stored)).not.toContain('nobody-has-this-name')
  })

  it('of 200 sent at once over two nodes, 10 are told that they are wrong, and none that it was right', async () => {
    const one = await opened()
    const other = await openGuessable(database, { url: one.url, clock: one.clock })
    const { username } = await freshUser(one.core)
    await attack(one.core, username, 5)
    const tries = Array.from({ length: 200 }, (_, index) => {
      const { core } = index % 2 ? one : other
      return outcome(trySignIn(core, username, 'wrong', { address: freshNetwork().address() }))
    })
    expect(tally(await Promise.all(tries))).toEqual({ invalid_credentials: 5, too_many_attempts: 195 })
    for (const { core } of [one, other])
      expect(await outcome(trySignIn(core, username, RIGHT))).toBe('too_many_attempts')
  })

  it('what was sent before the limit and is judged after it is refused alike, right or wrong', async () => {
    const { core } = await opened()
    const { username } = await freshUser(core)
    const gate = Promise.withResolvers<void>()
    judgeLate(gate.promise)
    const late = [`late ${RIGHT}`, 'late wrong'].map((password) => outcome(trySignIn(core, username, password)))
    await attack(core, username, 10)
    gate.resolve()
    expect(await Promise.all(late)).toEqual(['too_many_attempts', 'too_many_attempts'])
  })

  it('right passwords are never counted, however many at once', async () => {
    const { core } = await opened()
    const { username } = await freshUser(core)
    const from = { address: freshNetwork().address() }
    const tries = Array.from({ length: 150 }, () => outcome(trySignIn(core, username, RIGHT, from)))
    expect(tally(await Promise.all(tries))).toEqual({ ok: 150 })
  })

  it('neither is a try that the server was too busy to judge, nor one that lacks a field', async () => {
    const { core } = await opened()
    const { username } = await freshUser(core)
    for (let guess = 0; guess < 12; guess++) {
      expect(await outcome(trySignIn(core, username, 'too busy'))).toBe('temporarily_unavailable')
      expect(await outcome(trySignIn(core, username, ''))).toBe('invalid_request')
    }
    expect(await outcome(trySignIn(core, username, RIGHT))).toBe('ok')
  })

  it('a sign-in in which nothing can be guessed is not counted, and its users do not wait for others', async () => {
    const { core } = await opened()
    const { username } = await freshUser(core)
    const from = { address: freshNetwork().address() }
    for (let guess = 0; guess < 12; guess++) {
      expect(await outcome(trySignIn(core, username, 'wrong', from, 'toy-key'))).toBe('invalid_credentials')
    }
    await attack(core, username, 10)
    expect(await outcome(trySignIn(core, username, RIGHT, from))).toBe('too_many_attempts')
    expect(await outcome(trySignIn(core, username, RIGHT, from, 'toy-key'))).toBe('ok')
  })

  it('somebody whose address nobody knows is counted by the name alone', async () => {
    const { core } = await opened()
    for (let guess = 0; guess < 110; guess++) {
      expect(await outcome(trySignIn(core, `unplaced-${guess}`, 'wrong'))).toBe('invalid_credentials')
    }
  })
})
