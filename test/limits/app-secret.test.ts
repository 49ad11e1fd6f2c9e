import { expect, it } from 'vitest'
import type { Core } from '../../src/core.ts'
import { authenticateApp } from '../../src/operations/authenticate-app.ts'
import { mintSecret } from '../../src/secrets/secret-format.ts'
import { exchange, type TestApp, type TestCore, testApp } from '../support/core.ts'
import { describeEachDatabase } from '../support/database.ts'
import { openGuessable, outcome, secondsToWait, tally } from './support.ts'

describeEachDatabase('wrong secrets of an app (RFC 6749 §10.10)', (_open, database) => {
  let shared: Promise<TestCore> | undefined
  const opened = () => (shared ??= openGuessable(database))

  const ask = (core: Core, app: TestApp, clientSecret = app.clientSecret) =>
    outcome(
      exchange(core, app, 'client_credentials', {}, { credentials: { clientId: app.app.clientId, clientSecret } }),
    )
  const wrong = (core: Core) => mintSecret('appSecret', core.now()).plain

  it('50 in a minute are throttled after 30; the right secret and other apps do not notice (CA-11)', async () => {
    const { core, clock } = await opened()
    const [c1, c2] = [await testApp(core), await testApp(core)]
    const outcomes: string[] = []
    for (let guess = 0; guess < 50; guess++) {
      outcomes.push(await ask(core, c1, wrong(core)))
      expect(await ask(core, c1)).toBe('ok')
      expect(await ask(core, c2)).toBe('ok')
    }
    expect(tally(outcomes)).toEqual({ invalid_client: 30, too_many_attempts: 20 })
    expect(await ask(core, c2, wrong(core))).toBe('invalid_client')
    clock.pass({ seconds: 60 })
    expect(await ask(core, c1, wrong(core))).toBe('invalid_client')
  })

  it('are counted for all nodes together: 200 at once over two of them, and 30 are judged', async () => {
    const one = await opened()
    const other = await openGuessable(database, { url: one.url, clock: one.clock })
    const app = await testApp(one.core)
    const tries = Array.from({ length: 200 }, (_, index) => {
      const { core } = index % 2 ? one : other
      return ask(core, app, wrong(core))
    })
    expect(tally(await Promise.all(tries))).toEqual({ invalid_client: 30, too_many_attempts: 170 })
    for (const { core } of [one, other]) expect(await ask(core, app)).toBe('ok')
  })

  it('a right one asks and counts nothing', async () => {
    const { core } = await opened()
    const app = await testApp(core)
    const asked = () => {
      throw new Error('Somebody asks about guesses.')
    }
    const deaf = { ...core, guesses: { reached: asked, count: asked, reserve: asked, refusal: asked } }
    const { clientId } = app.app
    await authenticateApp(deaf, { clientId, clientSecret: app.clientSecret })
    await expect(authenticateApp(deaf, { clientId, clientSecret: 'wrong' })).rejects.toThrow('asks about guesses')
  })

  it('what is no secret at all is none: an unknown app, a public one, none shown', async () => {
    const { core } = await opened()
    const [app, open] = [await testApp(core), await testApp(core, 'public')]
    const before = await core.database.db.selectFrom('guess').select('guess_key').execute()
    for (let guess = 0; guess < 40; guess++) {
      expect(await outcome(authenticateApp(core, { clientId: 'nobody', clientSecret: 'x' }))).toBe('invalid_client')
      expect(await outcome(authenticateApp(core, { clientId: open.app.clientId, clientSecret: 'x' }))).toBe(
        'invalid_client',
      )
      expect(await outcome(authenticateApp(core, { clientId: app.app.clientId }))).toBe('invalid_client')
    }
    expect(await core.database.db.selectFrom('guess').select('guess_key').execute()).toHaveLength(before.length)
  })

  it('tells how long to wait, and is on record once a minute', async () => {
    const { core, clock } = await opened()
    const app = await testApp(core)
    for (let guess = 0; guess < 40; guess++) await ask(core, app, 'wrong')
    clock.pass({ seconds: 20 })
    const credentials = { clientId: app.app.clientId, clientSecret: 'wrong' }
    expect(await secondsToWait(authenticateApp(core, credentials))).toBe(40)
    const refused = (await core.audit.list({ limit: 50 })).filter(
      ({ kind, appId }) => kind === 'limit.reached' && appId === app.app.id,
    )
    expect(refused.map(({ details }) => details.limit)).toEqual(['appSecretByApp'])
  })
})
