import { objectParams, type Plugin, param, type SignIn } from 'grantql/plugin'
import { describe, expect, it } from 'vitest'
import { passwordSignIn } from '../../plugins/password-sign-in/index.ts'
import { createUser, prepareEnrolment } from '../../src/operations/create-user.ts'
import { rememberDevice } from '../../src/operations/remember-device.ts'
import { replaceEnrolment, setPassword } from '../../src/operations/set-password.ts'
import { signIn } from '../../src/operations/sign-in.ts'
import { startSession } from '../../src/operations/start-session.ts'
import { errorCode, facts, openTestCore } from '../support/core.ts'
import { describeEachDatabase } from '../support/database.ts'

const OLD = 'the old password'
const NEW = 'the new password'
const OPERATOR = { id: 'operator' }

/** A sign-in by name that is judged when the test says so; `begun` once as many are on their way. */
function unhurried(awaited = 1) {
  let count = 0
  const judged = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const params = { name: param.string({ description: 'Who.' }) }
  const method: SignIn<typeof params> = {
    id: 'unhurried',
    label: 'In a while',
    params,
    account: 'name',
    async verify(ctx, { name }) {
      const user = await ctx.users.findByName(name)
      count += 1
      if (count === awaited) begun.resolve()
      await judged.promise
      return user && { userId: user.id, methods: ['pwd'] }
    },
  }
  const plugin: Plugin = { id: 'unhurried', signIns: [method as unknown as SignIn] }
  return { plugin, begun: begun.promise, judge: judged.resolve }
}

describeEachDatabase('another way to sign in', (_open, database) => {
  describe('a new password', () => {
    it('lets no sign-in through that was verified before it (RFC 9700 §4.7, ASVS 7.4)', async () => {
      const { plugin, begun, judge } = unhurried()
      const { core } = await openTestCore(database, { plugins: [passwordSignIn(), plugin] })
      const user = await createUser(core, undefined, { username: 'ada', password: OLD })
      const late = errorCode(signIn(core, 'unhurried', objectParams({ name: 'ada' }), facts(core)))
      await begun
      await setPassword(core, OPERATOR, user, NEW)
      judge()
      expect(await late).toBe('invalid_credentials')
      expect(await core.sessions.ofUser(user.id)).toEqual([])
    })

    it('is not undone by one that was on its way, and proved the old password before (ASVS 6.2)', async () => {
      const { core } = await openTestCore(database, { plugins: [passwordSignIn()] })
      const user = await createUser(core, undefined, { username: 'ada', password: OLD })
      const signInVersion = await core.users.signInVersionOf(user.id)
      const [byThief, byThiefAgain] = await Promise.all([
        prepareEnrolment(core, { password: 'what a thief chose' }),
        prepareEnrolment(core, { password: 'what a thief chose' }),
      ])
      await setPassword(core, OPERATOR, user, NEW)
      for (const enrolment of [byThief, byThiefAgain]) {
        const late = replaceEnrolment(core, user, user.id, enrolment, { signInVersion })
        expect(await errorCode(late)).toBe('insufficient_user_authentication')
      }
      const typed = (password: string) => objectParams({ username: 'ada', password })
      expect((await signIn(core, 'password', typed(NEW), facts(core))).user.id).toBe(user.id)
      expect(await errorCode(signIn(core, 'password', typed('what a thief chose'), facts(core)))).toBe(
        'invalid_credentials',
      )
    })

    it('of several that know the same old one, one counts (ASVS 6.2)', async () => {
      const { core } = await openTestCore(database, { plugins: [passwordSignIn()] })
      const user = await createUser(core, undefined, { username: 'ada', password: OLD })
      const signInVersion = await core.users.signInVersionOf(user.id)
      const enrolment = await prepareEnrolment(core, { password: NEW })
      const codes = await Promise.all(
        Array.from({ length: 20 }, () =>
          replaceEnrolment(core, user, user.id, enrolment, { signInVersion }).then(
            () => 'changed',
            ({ code }) => code,
          ),
        ),
      )
      expect(codes.filter((code) => code === 'changed')).toHaveLength(1)
      expect(codes.filter((code) => code === 'insufficient_user_authentication')).toHaveLength(19)
    })

    it('leaves no session of the old one, however many sign in while it is changed', async () => {
      const attempts = 20
      const { plugin, begun, judge } = unhurried(attempts)
      const { core } = await openTestCore(database, { plugins: [passwordSignIn(), plugin] })
      const user = await createUser(core, undefined, { username: 'grace' })
      const signIns = Array.from({ length: attempts }, () =>
        errorCode(signIn(core, 'unhurried', objectParams({ name: 'grace' }), facts(core))),
      )
      await begun
      judge()
      await Promise.all([...signIns, replaceEnrolment(core, OPERATOR, user.id, async () => undefined)])
      expect(await core.sessions.ofUser(user.id)).toEqual([])
    })

    it('counts, ends the sessions and forgets the devices, or does nothing of it', async () => {
      const { core } = await openTestCore(database, { plugins: [passwordSignIn()] })
      const user = await createUser(core, undefined, { username: 'mary', password: OLD })
      const { token } = await startSession(core, user.id, ['pwd'])
      await rememberDevice(core, { account: 'mary', user }, new Headers())
      await core.database.db.schema.alterTable('known_device').renameTo('known_device_gone').execute()
      await expect(setPassword(core, OPERATOR, user, NEW)).rejects.toThrow()
      expect(await core.sessions.byToken(token)).toBeDefined()
      await core.database.db.schema.alterTable('known_device_gone').renameTo('known_device').execute()
      const signedIn = await signIn(core, 'password', objectParams({ username: 'mary', password: OLD }), facts(core))
      expect(signedIn.user.id).toBe(user.id)
      await setPassword(core, OPERATOR, user, NEW)
      expect(await core.sessions.ofUser(user.id)).toEqual([])
      expect(await core.database.db.selectFrom('known_device').selectAll().execute()).toEqual([])
    })
  })

  it('somebody who was disabled starts no session', async () => {
    const { core } = await openTestCore(database, { plugins: [passwordSignIn()] })
    const user = await createUser(core, undefined, { username: 'joan', password: OLD })
    await core.users.update({ ...user, disabledAt: core.now() }, user)
    expect(await core.sessions.start(user.id, ['pwd'])).toBeUndefined()
  })
})
