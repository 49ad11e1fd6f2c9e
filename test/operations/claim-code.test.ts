import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Core } from '../../src/core.ts'
import { approve, deny } from '../../src/operations/decide-approval.ts'
import { inspectToken } from '../../src/operations/inspect-token.ts'
import { updateAppSetting } from '../../src/operations/update-setting.ts'
import {
  CODE,
  errorCode,
  exchange,
  openTestCore,
  run,
  signedInUser,
  type TestApp,
  type TestCore,
  testApp,
} from '../support/core.ts'
import { describeEachDatabase } from '../support/database.ts'

const verifier = () => randomBytes(32).toString('base64url')
const challenge = (text: string) => createHash('sha256').update(text).digest('base64url')

describeEachDatabase('the code grant', (_open, database) => {
  let shared: Promise<TestCore> | undefined
  const opened = () => (shared ??= openTestCore(database))

  async function requested(app: TestApp, core: Core, pkce?: string) {
    const params = pkce ? { code_challenge: challenge(pkce), code_challenge_method: 'S256' } : {}
    const { code, handle } = await run(core, app, 'requestCode', { scope: 'read', ...params })
    return { code: String(code), handle: String(handle) }
  }
  async function approved(app: TestApp, core: Core, pkce?: string) {
    const { code, handle } = await requested(app, core, pkce)
    await approve(core, await signedInUser(core), handle)
    return code
  }
  const isActive = async (core: Core, token: string) => (await inspectToken(core, token)) !== undefined

  it('answers pending, slow_down, access_denied and expired_token apart (RFC 8628 §3.5)', async () => {
    const { core, clock } = await opened()
    const app = await testApp(core)
    const { code, handle } = await requested(app, core)
    expect(await errorCode(exchange(core, app, CODE, { code }))).toBe('authorization_pending')
    expect(await errorCode(exchange(core, app, CODE, { code }))).toBe('slow_down')
    clock.pass({ seconds: 10 })
    expect(await errorCode(exchange(core, app, CODE, { code }))).toBe('authorization_pending')
    await deny(core, await signedInUser(core), handle)
    expect(await errorCode(exchange(core, app, CODE, { code }))).toBe('access_denied')
    const late = await requested(app, core)
    clock.pass({ seconds: 601 })
    expect(await errorCode(exchange(core, app, CODE, { code: late.code }))).toBe('expired_token')
    expect(await errorCode(approve(core, await signedInUser(core), late.handle))).toBe('expired_token')
  })

  it('grows the interval by 5 seconds with each poll that is too fast, and holds the app to it', async () => {
    const { core, clock } = await opened()
    const app = await testApp(core)
    const { code } = await requested(app, core)
    const poll = () => errorCode(exchange(core, app, CODE, { code }))
    expect(await poll()).toBe('authorization_pending')
    expect(await poll()).toBe('slow_down')
    clock.pass({ seconds: 6 })
    expect(await poll()).toBe('slow_down')
    clock.pass({ seconds: 15 })
    expect(await poll()).toBe('authorization_pending')
  })

  it('gives one token, for the scopes that the user said yes to', async () => {
    const { core } = await opened()
    const app = await testApp(core)
    const { code, handle } = await run(core, app, 'requestCode', { scope: 'read write' })
    const decider = await signedInUser(core)
    await approve(core, decider, String(handle), ['read'])
    const tokens = await exchange(core, app, CODE, { code: String(code) })
    expect(tokens.scopes).toEqual(['read'])
    const active = await inspectToken(core, tokens.accessToken)
    expect(active).toMatchObject({ userId: decider.user.id, clientId: app.app.clientId, scopes: ['read'] })
  })

  it('lets one decision count: 50 approvals and denials at once', async () => {
    const { core } = await opened()
    const { handle } = await requested(await testApp(core), core)
    const deciders = await Promise.all(Array.from({ length: 4 }, () => signedInUser(core)))
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        const decider = deciders[index % 4] as (typeof deciders)[number]
        return errorCode(index % 2 ? approve(core, decider, handle) : deny(core, decider, handle))
      }),
    )
    expect(outcomes.filter((outcome) => outcome === 'no error')).toHaveLength(1)
    expect(new Set(outcomes)).toEqual(new Set(['no error', 'already_decided']))
  })

  it('1,000 parallel claims give one token that is active afterwards, and 999 refusals', async () => {
    const { core } = await opened()
    const app = await testApp(core)
    const code = await approved(app, core)
    const claims = await Promise.allSettled(Array.from({ length: 1000 }, () => exchange(core, app, CODE, { code })))
    const won = claims.filter((claim) => claim.status === 'fulfilled')
    const lost = claims.filter((claim) => claim.status === 'rejected').map(({ reason }) => reason.code)
    expect(won).toHaveLength(1)
    expect(new Set(lost)).toEqual(new Set(['invalid_grant']))
    expect(await isActive(core, won[0]?.value.accessToken ?? '')).toBe(true)
  }, 120_000)

  describe('a code that is presented again (RFC 6749 §4.1.2)', () => {
    it('by the app with its secret, within 2 seconds: refused, and the token lives', async () => {
      const { core, clock } = await opened()
      const app = await testApp(core)
      const code = await approved(app, core)
      const { accessToken } = await exchange(core, app, CODE, { code })
      clock.pass({ seconds: 2 })
      expect(await errorCode(exchange(core, app, CODE, { code }))).toBe('invalid_grant')
      expect(await isActive(core, accessToken)).toBe(true)
    })

    it('by the app with its secret, later: refused, and the token ends', async () => {
      const { core, clock } = await opened()
      const app = await testApp(core)
      const code = await approved(app, core)
      const { accessToken } = await exchange(core, app, CODE, { code })
      clock.pass({ seconds: 3 })
      expect(await errorCode(exchange(core, app, CODE, { code }))).toBe('invalid_grant')
      expect(await isActive(core, accessToken)).toBe(false)
    })

    it('by the app with its secret: within its own double-submit window where it has one, and at once where that is 0', async () => {
      const { core, clock } = await opened()
      const admin = { id: 'admin', role: 'admin' as const }
      const windowOf = (app: TestApp, seconds: number) =>
        updateAppSetting(core, admin, app.app.id, 'core.doubleSubmitSeconds', seconds, 'test')
      const replayedAfter = async (app: TestApp, seconds: number) => {
        const code = await approved(app, core)
        const { accessToken } = await exchange(core, app, CODE, { code })
        clock.pass({ seconds })
        expect(await errorCode(exchange(core, app, CODE, { code }))).toBe('invalid_grant')
        return isActive(core, accessToken)
      }
      const [strict, patient, plain] = [await testApp(core), await testApp(core), await testApp(core)]
      await windowOf(strict, 0)
      await windowOf(patient, 30)
      expect([await replayedAfter(strict, 0), await replayedAfter(patient, 29)]).toEqual([false, true])
      expect([await replayedAfter(patient, 31), await replayedAfter(plain, 1)]).toEqual([false, true])
      expect(await errorCode(windowOf(plain, 61))).toBe('invalid_input')
    })

    it.each([
      ['a wrong secret', (app: TestApp) => ({ clientId: app.app.clientId, clientSecret: 'wrong' }), 'invalid_client'],
      ['no secret', (app: TestApp) => ({ clientId: app.app.clientId }), 'invalid_client'],
    ])('at once with %s: the token ends', async (_how, shown, expected) => {
      const { core } = await opened()
      const app = await testApp(core)
      const code = await approved(app, core)
      const { accessToken } = await exchange(core, app, CODE, { code })
      expect(await errorCode(exchange(core, app, CODE, { code }, { credentials: shown(app) }))).toBe(expected)
      expect(await isActive(core, accessToken)).toBe(false)
    })

    it('at once by another app that proves to be itself: the token ends', async () => {
      const { core } = await opened()
      const app = await testApp(core)
      const code = await approved(app, core)
      const { accessToken } = await exchange(core, app, CODE, { code })
      expect(await errorCode(exchange(core, await testApp(core), CODE, { code }))).toBe('invalid_grant')
      expect(await isActive(core, accessToken)).toBe(false)
    })

    it('at once by a public app: with its verifier the token lives, without it the token ends', async () => {
      const { core } = await opened()
      const app = await testApp(core, 'public')
      const secret = verifier()
      const code = await approved(app, core, secret)
      const { accessToken } = await exchange(core, app, CODE, { code, code_verifier: secret })
      expect(await errorCode(exchange(core, app, CODE, { code, code_verifier: secret }))).toBe('invalid_grant')
      expect(await isActive(core, accessToken)).toBe(true)
      expect(await errorCode(exchange(core, app, CODE, { code }))).toBe('invalid_grant')
      expect(await isActive(core, accessToken)).toBe(false)
    })

    it('by a public app without PKCE, which has nothing to prove with: refused and put on record, the token lives', async () => {
      const { core, clock } = await opened()
      const app = await testApp(core, 'public')
      const code = await approved(app, core)
      const { accessToken } = await exchange(core, app, CODE, { code })
      clock.pass({ seconds: 60 })
      expect(await errorCode(exchange(core, app, CODE, { code }))).toBe('invalid_grant')
      expect(await isActive(core, accessToken)).toBe(true)
      const replays = await core.database.db
        .selectFrom('audit_event')
        .selectAll()
        .where('kind', '=', 'approval.replayed')
        .where('app_id', '=', app.app.id)
        .execute()
      expect(replays).toHaveLength(1)
    })
  })

  describe('PKCE (RFC 7636 §4.6)', () => {
    it.each([
      ['no verifier', () => ({})],
      ['another verifier', () => ({ code_verifier: verifier() })],
      ['the challenge itself', (secret: string) => ({ code_verifier: challenge(secret) })],
      ['a verifier of one character', () => ({ code_verifier: 'a' })],
    ])('refuses %s and does not say what was decided', async (_what, shown) => {
      const { core } = await opened()
      const app = await testApp(core)
      const secret = verifier()
      const { code, handle } = await requested(app, core, secret)
      expect(await errorCode(exchange(core, app, CODE, { code, ...shown(secret) }))).toBe('invalid_grant')
      await approve(core, await signedInUser(core), handle)
      expect(await errorCode(exchange(core, app, CODE, { code, ...shown(secret) }))).toBe('invalid_grant')
      expect((await exchange(core, app, CODE, { code, code_verifier: secret })).accessToken).toBeTruthy()
    })

    it('burns the code after five wrong verifiers (RFC 7636 §7.1)', async () => {
      const { core } = await opened()
      const app = await testApp(core)
      const secret = verifier()
      const code = await approved(app, core, secret)
      for (let guess = 0; guess < 5; guess++)
        await errorCode(exchange(core, app, CODE, { code, code_verifier: verifier() }))
      expect(await errorCode(exchange(core, app, CODE, { code, code_verifier: secret }))).not.toBe('no error')
    })

    it('refuses a verifier where no challenge was agreed on (RFC 9700 §2.1.1)', async () => {
      const { core } = await opened()
      const app = await testApp(core)
      const code = await approved(app, core)
      expect(await errorCode(exchange(core, app, CODE, { code, code_verifier: verifier() }))).toBe('invalid_grant')
    })

    it.each([
      [{ code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' }],
      [{ code_challenge: 'a'.repeat(43) }],
      [{ code_challenge_method: 'S256' }],
      [{ code_challenge: 'a'.repeat(42), code_challenge_method: 'S256' }],
      [{ code_challenge: 'a'.repeat(44), code_challenge_method: 'S256' }],
      [{ code_challenge: `${'a'.repeat(42)}+`, code_challenge_method: 'S256' }],
      [{ code_challenge: 'a'.repeat(43), code_challenge_method: 's256' }],
    ])('refuses %o when the code is requested', async (params) => {
      const { core } = await opened()
      expect(await errorCode(run(core, await testApp(core), 'requestCode', params))).toBe('invalid_request')
    })
  })

  it('another app cannot claim, and the code still works for the one that asked (RFC 6749 §4.1.3)', async () => {
    const { core } = await opened()
    const app = await testApp(core)
    const code = await approved(app, core)
    expect(await errorCode(exchange(core, await testApp(core), CODE, { code }))).toBe('invalid_grant')
    expect((await exchange(core, app, CODE, { code })).accessToken).toBeTruthy()
  })

  it.each(['gqc_x', '', 'x'.repeat(4000), '%00', 'null', '__proto__'])('refuses the code %j', async (code) => {
    const { core } = await opened()
    const expected = code === '' ? 'invalid_request' : 'invalid_grant'
    expect(await errorCode(exchange(core, await testApp(core), CODE, { code }))).toBe(expected)
  })

  it('the handle of the browser cannot claim, and the code cannot approve', async () => {
    const { core } = await opened()
    const app = await testApp(core)
    const { code, handle } = await requested(app, core)
    expect(await errorCode(exchange(core, app, CODE, { code: handle }))).toBe('invalid_grant')
    expect(await errorCode(approve(core, await signedInUser(core), code))).toBe('not_found')
  })

  it('a user who is disabled between the yes and the claim gives no token', async () => {
    const { core } = await opened()
    const app = await testApp(core)
    const { code, handle } = await requested(app, core)
    const decider = await signedInUser(core)
    await approve(core, decider, handle)
    await core.users.update({ ...decider.user, disabledAt: core.now() })
    expect(await errorCode(exchange(core, app, CODE, { code }))).toBe('invalid_grant')
  })
})
