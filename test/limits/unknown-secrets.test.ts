import { expect, it } from 'vitest'
import type { Core } from '../../src/core.ts'
import { approve } from '../../src/operations/decide-approval.ts'
import { findByCode } from '../../src/operations/find-approval.ts'
import { mintSecret } from '../../src/secrets/secret-format.ts'
import { CODE, exchange, run, signedInUser, type TestApp, type TestCore, testApp } from '../support/core.ts'
import { describeEachDatabase } from '../support/database.ts'
import { freshNetwork, openGuessable, outcome, request, tally } from './support.ts'

const LIMIT = 100

describeEachDatabase('codes, tokens and handles that nobody was given', (_open, database) => {
  let shared: Promise<TestCore> | undefined
  const opened = () => (shared ??= openGuessable(database))
  const makeApp = (core: Core) => testApp(core, 'confidential', { grants: [CODE, 'refresh_token'] })

  const claim = (core: Core, app: TestApp, code: string, address?: string) =>
    exchange(core, app, CODE, { code }, { request: request(core, { address }) })
  const refresh = (core: Core, app: TestApp, refresh_token: string, address?: string) =>
    exchange(core, app, 'refresh_token', { refresh_token }, { request: request(core, { address }) })
  const unknown = (core: Core, kind: 'code' | 'refreshToken' | 'handle') => mintSecret(kind, core.now()).plain
  const repeat = async (times: number, attempt: () => Promise<unknown>) => {
    const outcomes: string[] = []
    for (let time = 0; time < times; time++) outcomes.push(await outcome(attempt()))
    return tally(outcomes)
  }

  it('100 codes as one app from one network: then no more are judged, but a right one works', async () => {
    const { core, clock } = await opened()
    const [app, other] = [await makeApp(core), await makeApp(core)]
    const [here, there] = [freshNetwork().address(), freshNetwork().address()]
    const { code, handle } = await run(core, app, 'requestCode', {})
    await approve(core, await signedInUser(core), String(handle))

    const guessed = await repeat(LIMIT + 5, () => claim(core, app, unknown(core, 'code'), here))
    expect(guessed).toEqual({ invalid_grant: LIMIT, too_many_attempts: 5 })
    expect(await outcome(claim(core, app, unknown(core, 'code'), there))).toBe('invalid_grant')
    expect(await outcome(claim(core, other, unknown(core, 'code'), here))).toBe('invalid_grant')
    expect(await outcome(refresh(core, app, unknown(core, 'refreshToken'), here))).toBe('too_many_attempts')
    expect(await outcome(claim(core, app, String(code), here))).toBe('ok')
    clock.pass({ seconds: 600 })
    expect(await outcome(claim(core, app, unknown(core, 'code'), here))).toBe('invalid_grant')
  })

  it('refresh tokens likewise; one that is too old to live is no guess', async () => {
    const { core } = await opened()
    const app = await makeApp(core)
    const here = freshNetwork().address()
    const longAgo = new Date(core.now().getTime() - 1000 * 24 * 3600 * 1000)
    const old = () => refresh(core, app, mintSecret('refreshToken', longAgo).plain, here)
    expect(await repeat(LIMIT + 5, old)).toEqual({ invalid_grant: LIMIT + 5 })
    const fresh = () => refresh(core, app, unknown(core, 'refreshToken'), here)
    expect(await repeat(LIMIT + 1, fresh)).toEqual({ invalid_grant: LIMIT, too_many_attempts: 1 })
    expect(await outcome(old())).toBe('invalid_grant')
  })

  it('malformed ones are free: the checksum refuses them without the database', async () => {
    const { core } = await opened()
    const app = await makeApp(core)
    const before = await core.database.db.selectFrom('guess').select('guess_key').execute()
    for (const code of ['x', `gqc_${'A'.repeat(48)}`, unknown(core, 'handle'), unknown(core, 'refreshToken')]) {
      expect(await repeat(LIMIT / 2, () => claim(core, app, code))).toEqual({ invalid_grant: LIMIT / 2 })
    }
    expect(await core.database.db.selectFrom('guess').select('guess_key').execute()).toHaveLength(before.length)
  })

  it('a code that is used, denied or another app’s is known, and does not count', async () => {
    const { core } = await opened()
    const [app, other] = [await makeApp(core), await makeApp(core)]
    const { code, handle } = await run(core, app, 'requestCode', {})
    await approve(core, await signedInUser(core), String(handle))
    await claim(core, app, String(code))
    expect(await repeat(20, () => claim(core, app, String(code)))).toEqual({ invalid_grant: 20 })
    expect(await repeat(LIMIT, () => claim(core, other, String(code)))).toEqual({ invalid_grant: LIMIT })
    expect(await outcome(claim(core, other, unknown(core, 'code')))).toBe('invalid_grant')
  })

  it('100 handles by one user: then no more are judged, for nobody else', async () => {
    const { core } = await opened()
    const [guesser, honest] = [await signedInUser(core), await signedInUser(core)]
    const app = await makeApp(core)
    const guess = () => approve(core, guesser, unknown(core, 'handle'))
    expect(await repeat(LIMIT + 3, guess)).toEqual({ not_found: LIMIT, too_many_attempts: 3 })
    expect(await outcome(approve(core, honest, unknown(core, 'handle')))).toBe('not_found')
    const { handle } = await run(core, app, 'requestCode', {})
    expect(await outcome(approve(core, guesser, String(handle)))).toBe('ok')
  })

  it('100 codes by nobody in particular from one network: then no more are judged', async () => {
    const { core } = await opened()
    const address = freshNetwork().address()
    const listen = () => findByCode(core, unknown(core, 'code'), { address, requestId: 'a request' })
    expect(await repeat(LIMIT + 1, listen)).toEqual({ ok: LIMIT, too_many_attempts: 1 })
  })
})
