import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findProfile } from '../../src/operations/find-profile.ts'
import { startSession } from '../../src/operations/start-session.ts'
import type { User } from '../../src/users/user.ts'
import { browse, csrfIn } from '../pages/browse.ts'
import { launchChromium } from '../support/chromium.ts'
import { describeEachServer, testServer } from '../support/server.ts'

const PASSWORD = 'correct horse battery'
const OTHER = 'another fine password'

const SIGN_IN = `mutation ($input: SignInInput!) {
  signIn(input: $input) { __typename ... on Session { token user { username } } ... on Error { code message } }
}`
const SIGN_UP = `mutation ($input: SignUpInput!) {
  signUp(input: $input) {
    __typename ... on Session { token user { username role } } ... on Error { code message } ... on InvalidInputError { field }
  }
}`
const CHANGE_PASSWORD = `mutation ($input: ChangePasswordInput!) {
  changePassword(input: $input) {
    __typename ... on ChangedPassword { done } ... on Error { code message } ... on InvalidInputError { field }
  }
}`
const INVITE_USER = `mutation ($input: InviteUserInput!) {
  inviteUser(input: $input) {
    __typename ... on Invitation { invitationUrl expiresAt } ... on Error { code message } ... on InvalidInputError { field }
  }
}`

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

describeEachServer(
  'password-sign-in',
  () => ({ config: { limits: { signInByAccount: { most: 3, windowSeconds: 900 } } } }),
  (server) => {
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
    const signIn = async (username: string, password: string) =>
      (await server().graphql(SIGN_IN, { input: { username, password } })).data.signIn
    const somebody = async (username: string) => {
      const user = await server().createUser({ username, password: PASSWORD })
      return { user, token: await server().signIn(user) }
    }
    const isLive = async (token: string) => (await server().core.sessions.byToken(token)) !== undefined
    const allowSignUp = (value: boolean) => server().core.settings.write('password-sign-in.signUp', value)
    const emailOf = async (username: string) => {
      const user = await server().core.users.byName(username)
      const profile = user && (await findProfile(server().core, user.id))
      return [profile?.email, profile?.emailVerified]
    }
    const recorded = async (kind: string, user: Pick<User, 'id'>) =>
      (await server().core.audit.list({ limit: 500 })).filter((each) => each.kind === kind && each.userId === user.id)

    describe('changePassword', () => {
      const change = async (token: string, currentPassword: string, newPassword: string) =>
        server().graphql(CHANGE_PASSWORD, { input: { currentPassword, newPassword } }, bearer(token))

      it('takes the new password from then on, and ends every other session but this one', async () => {
        const { user, token } = await somebody('ada')
        const elsewhere = await server().signIn(user)
        const { data } = await change(token, PASSWORD, OTHER)
        expect(data.changePassword).toEqual({ __typename: 'ChangedPassword', done: true })
        expect([await isLive(token), await isLive(elsewhere)]).toEqual([true, false])
        expect(await signIn('ada', PASSWORD)).toMatchObject({ code: 'invalid_credentials' })
        expect(await signIn('ada', OTHER)).toMatchObject({ __typename: 'Session' })
        expect(await recorded('user.updated', user)).toMatchObject([
          { details: { by: user.id, changed: ['password'] } },
        ])
      })

      it('needs a session', async () => {
        const input = { currentPassword: PASSWORD, newPassword: OTHER }
        const { errors } = await server().graphql(CHANGE_PASSWORD, { input })
        expect(errors[0].extensions.code).toBe('UNAUTHENTICATED')
      })

      it('refuses a new password that is too short, and changes nothing', async () => {
        const { token } = await somebody('grace')
        const { data } = await change(token, PASSWORD, 'short')
        expect(data.changePassword).toMatchObject({ code: 'invalid_input', field: ['newPassword'] })
        expect(await signIn('grace', PASSWORD)).toMatchObject({ __typename: 'Session' })
      })

      it('counts a wrong current password as a failed sign-in, and then judges no more', async () => {
        const { user, token } = await somebody('mary')
        for (const guess of ['guess one', 'guess two', 'guess three']) {
          expect((await change(token, guess, OTHER)).data.changePassword).toMatchObject({
            __typename: 'InvalidCredentialsError',
          })
        }
        expect((await change(token, PASSWORD, OTHER)).data.changePassword).toMatchObject({ code: 'too_many_attempts' })
        expect(await signIn('mary', PASSWORD)).toMatchObject({ code: 'too_many_attempts' })
        expect(await recorded('limit.reached', user)).toMatchObject([{ details: { limit: 'signInByAccount' } }])
        server().clock.pass({ seconds: 901 })
        expect((await change(token, PASSWORD, OTHER)).data.changePassword).toMatchObject({ done: true })
      })

      it('is for who has the session: the password of somebody else is a wrong one', async () => {
        const { token } = await somebody('eve')
        await server().createUser({ username: 'victim', password: OTHER })
        expect((await change(token, OTHER, 'taken over now')).data.changePassword).toMatchObject({
          code: 'invalid_credentials',
        })
        expect(await signIn('victim', OTHER)).toMatchObject({ __typename: 'Session' })
      })

      describe('for somebody who has none yet', () => {
        const choose = async (token: string, input: object) =>
          (await server().graphql(CHANGE_PASSWORD, { input }, bearer(token))).data.changePassword

        it('takes a first one within ten minutes of a sign-in, and then the present one is asked for', async () => {
          const user = await server().createUser({ username: 'barbara' })
          const [token, elsewhere] = [await server().signIn(user), await server().signIn(user)]
          expect(await choose(token, { newPassword: 'short' })).toMatchObject({ code: 'invalid_input' })
          expect(await choose(token, { newPassword: PASSWORD })).toMatchObject({ done: true })
          expect([await isLive(token), await isLive(elsewhere)]).toEqual([true, false])
          expect(await signIn('barbara', PASSWORD)).toMatchObject({ __typename: 'Session' })
          expect(await choose(token, { newPassword: OTHER })).toMatchObject({ code: 'invalid_request' })
          expect(await signIn('barbara', OTHER)).toMatchObject({ code: 'invalid_credentials' })
        })

        it('takes none from a session that is older: it may have been left open (RFC 9470 §3)', async () => {
          const user = await server().createUser({ username: 'frances' })
          const token = await server().signIn(user)
          server().clock.pass({ seconds: 601 })
          const refused = { code: 'insufficient_user_authentication' }
          expect(await choose(token, { newPassword: PASSWORD })).toMatchObject(refused)
          expect(await choose(token, { currentPassword: 'a guess', newPassword: PASSWORD })).toMatchObject(refused)
          expect(await choose(await server().signIn(user), { newPassword: PASSWORD })).toMatchObject({ done: true })
        })

        it('on the same page, which asks for no current one, and for a sign-in where that is too long ago', async () => {
          const user = await server().createUser({ username: 'jean' })
          const browser = browse(server())
          await browser.signIn(user)
          const page = await (await browser.get('/account/password')).text()
          expect(page).toContain('<h1>Choose a password</h1>')
          expect(page).not.toContain('current-password')
          const typed = { new_password: PASSWORD, new_password_again: PASSWORD }
          const csrf_token = await browser.csrf('/account/password')
          server().clock.pass({ seconds: 601 })
          for (const response of [
            await browser.get('/account/password'),
            await browser.post('/account/password', { csrf_token, ...typed }),
          ]) {
            expect([response.status, response.headers.get('location')]).toEqual([
              303,
              `${server().issuer}/sign-in?prompt=login&return_to=%2Faccount%2Fpassword`,
            ])
          }
          await browser.signIn(user)
          const again = await browser.csrf('/account/password')
          expect((await browser.post('/account/password', { csrf_token: again, ...typed })).status).toBe(303)
          expect(await signIn('jean', PASSWORD)).toMatchObject({ __typename: 'Session' })
          expect(await (await browser.get('/account/password')).text()).toContain('current-password')
        })
      })

      it('on its page: asks for a sign-in, says what is wrong, changes it by 303', async () => {
        const { user } = await somebody('joan')
        expect((await server().fetch('/account/password')).headers.get('location')).toBe(
          `${server().issuer}/sign-in?return_to=%2Faccount%2Fpassword`,
        )
        const browser = browse(server())
        await browser.signIn(user)
        const post = async (fields: Record<string, string>) => {
          const csrf_token = await browser.csrf('/account/password')
          return browser.post('/account/password', { csrf_token, ...fields })
        }
        const page = await (await browser.get('/account/password')).text()
        expect(page).toContain('autocomplete="current-password"')
        expect(page).toContain('autocomplete="new-password"')
        const typed = { current_password: PASSWORD, new_password: OTHER, new_password_again: OTHER }
        const seen: [number, string | undefined][] = []
        for (const fields of [
          {},
          { ...typed, current_password: 'wrong wrong' },
          { ...typed, new_password_again: 'a slip of the pen' },
          { ...typed, new_password: 'short', new_password_again: 'short' },
        ]) {
          const response = await post(fields)
          const text = await response.text()
          seen.push([response.status, /role="alert">([^<]+)</.exec(text)?.[1]])
          expect(text).not.toContain(OTHER)
        }
        expect(seen).toEqual([
          [422, 'A password has at least 8 characters.'],
          [422, 'The current password is wrong.'],
          [422, 'The two new passwords are not the same.'],
          [422, 'A password has at least 8 characters.'],
        ])
        expect((await browser.post('/account/password', typed)).status).toBe(403)
        const done = await post(typed)
        expect([done.status, done.headers.get('location')]).toEqual([
          303,
          `${server().issuer}/account/password?changed`,
        ])
        expect(await signIn('joan', OTHER)).toMatchObject({ __typename: 'Session' })
      })
    })

    describe('inviteUser', () => {
      let admin: User
      let adminToken: string
      beforeAll(async () => {
        admin = await server().createUser({ username: 'admin', role: 'admin' })
        adminToken = await server().signIn(admin)
      })
      const invite = async (input: object, token = adminToken, path = '/admin/graphql') =>
        server().graphql(INVITE_USER, { input }, bearer(token), path)
      const invitationFor = async (input: object): Promise<string> => {
        const { data } = await invite(input)
        return new URL(data.inviteUser.invitationUrl).pathname
      }
      const accept = async (path: string, password = PASSWORD) => {
        const browser = browse(server())
        const csrf_token = await browser.csrf('/sign-in')
        const fields = { csrf_token, new_password: password, new_password_again: password }
        return { browser, response: await browser.post(path, fields) }
      }

      it('gives a link by which somebody chooses a password and is signed in; it works once', async () => {
        const before = server().core.now().getTime()
        const { data } = await invite({ username: 'Invited', role: 'ADMIN', expiresInSeconds: 3600 })
        expect(data.inviteUser.__typename).toBe('Invitation')
        expect(data.inviteUser.invitationUrl).toMatch(new RegExp(`^${server().issuer}/invitation/gqi_[\\w-]{48}$`))
        expect(new Date(data.inviteUser.expiresAt).getTime()).toBe(before + 3_600_000)
        const path = new URL(data.inviteUser.invitationUrl).pathname
        expect(await server().core.users.byName('invited')).toBeUndefined()
        const shown = await server().fetch(path)
        expect([shown.status, await shown.text()]).toEqual([200, expect.stringContaining('Welcome, Invited')])

        const { browser, response } = await accept(path)
        expect([response.status, response.headers.get('location')]).toEqual([303, `${server().issuer}/account`])
        expect(await (await browser.get('/account')).text()).toContain('You are <strong>Invited</strong>')
        const user = await server().core.users.byName('invited')
        expect(user).toMatchObject({ username: 'Invited', role: 'admin' })
        expect(await recorded('user.created', user as User)).toMatchObject([
          { details: { role: 'admin', by: admin.id } },
        ])
        expect(await signIn('invited', PASSWORD)).toMatchObject({ __typename: 'Session' })
        expect(await recorded('password-sign-in/user-invited', admin)).toMatchObject([
          { details: { username: 'Invited', role: 'admin' } },
        ])
        expect(await recorded('password-sign-in/invitation-accepted', user as User)).toMatchObject([
          { details: { invitedBy: admin.id } },
        ])

        const again = await accept(path, OTHER)
        expect([again.response.status, await again.response.text()]).toEqual([
          404,
          expect.stringContaining('This invitation cannot be used'),
        ])
        expect(again.browser.cookies.has('grantql-session')).toBe(false)
        expect((await server().fetch(path)).status).toBe(404)
        expect(await signIn('invited', OTHER)).toMatchObject({ code: 'invalid_credentials' })
      })

      it('is for admins at the admin endpoint alone', async () => {
        const { token } = await somebody('nobody-special')
        const input = { username: 'intruder' }
        expect((await invite(input, token)).errors[0].extensions.code).toBe('FORBIDDEN')
        const atPublic = await invite(input, adminToken, '/graphql')
        expect(atPublic.errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED')
      })

      it.each([
        [{ username: 'admin' }, 'username'],
        [{ username: 'ADMIN' }, 'username'],
        [{ username: 'white space' }, 'username'],
        [{ username: '' }, 'username'],
        [{ username: 'short', expiresInSeconds: 59 }, 'expiresInSeconds'],
        [{ username: 'long', expiresInSeconds: 2_592_001 }, 'expiresInSeconds'],
        [{ username: 'past', expiresInSeconds: -1 }, 'expiresInSeconds'],
      ])('refuses %j', async (input, field) => {
        expect((await invite(input)).data.inviteUser).toMatchObject({ code: 'invalid_input', field: [field] })
      })

      it('has a link that ends, and one that is no link', async () => {
        const path = await invitationFor({ username: 'late', expiresInSeconds: 60 })
        server().clock.pass({ seconds: 60 })
        for (const each of [
          path,
          '/invitation/gqi_x',
          `${path}x`,
          '/invitation/%00',
          `/invitation/gqs_${'A'.repeat(48)}`,
        ]) {
          expect((await server().fetch(each)).status, each).toBe(404)
          expect((await accept(each)).response.status, each).toBe(404)
        }
        expect(await server().core.users.byName('late')).toBeUndefined()
      })

      it('gives the account the email that the admin said; that the link was opened verifies nothing', async () => {
        const refused = (await invite({ username: 'mailed', email: 'nowhere' })).data.inviteUser
        expect(refused).toMatchObject({ code: 'invalid_input', field: ['email'] })
        const path = await invitationFor({ username: 'mailed', email: 'mailed@example.com' })
        const browser = browse(server())
        const csrf_token = await browser.csrf(path)
        await browser.post(path, { csrf_token, new_password: PASSWORD, new_password_again: PASSWORD })
        expect(await emailOf('mailed')).toEqual(['mailed@example.com', false])
      })

      it('is not used up by a password that is too short, and needs the CSRF field', async () => {
        const path = await invitationFor({ username: 'careful' })
        const short = await accept(path, 'short')
        expect([short.response.status, await short.response.text()]).toEqual([
          422,
          expect.stringContaining('at least 8'),
        ])
        expect((await server().form(path, { new_password: PASSWORD, new_password_again: PASSWORD })).status).toBe(403)
        expect((await accept(path)).response.status).toBe(303)
      })

      it('says so where the name was taken since', async () => {
        const path = await invitationFor({ username: 'popular' })
        await server().createUser({ username: 'Popular' })
        const { response } = await accept(path)
        expect([response.status, await response.text()]).toEqual([
          422,
          expect.stringContaining('This user name is taken.'),
        ])
      })

      it('ends the session that the browser had (RFC 9700 §4.7)', async () => {
        const path = await invitationFor({ username: 'newcomer' })
        const browser = browse(server())
        await browser.signIn(admin)
        const before = browser.cookies.get('grantql-session') ?? ''
        const csrf_token = csrfIn(await (await browser.get(path)).text())
        await browser.post(path, { csrf_token, new_password: PASSWORD, new_password_again: PASSWORD })
        expect(await (await browser.get('/account')).text()).toContain('<strong>newcomer</strong>')
        expect(await isLive(before)).toBe(false)
      })

      it('stores a hash of the link, and no more', async () => {
        const path = await invitationFor({ username: 'hashed' })
        const token = path.split('/').at(-1) ?? ''
        const db = server().core.database.db as unknown as import('kysely').Kysely<{
          password_sign_in_invitation: { token_key: Buffer; username: string }
        }>
        const rows = await db
          .selectFrom('password_sign_in_invitation')
          .selectAll()
          .where('username', '=', 'hashed')
          .execute()
        expect(rows).toHaveLength(1)
        const bytes = Buffer.concat(
          rows.flatMap((row) => Object.values(row).map((value) => Buffer.from(String(value)))),
        )
        expect(bytes.includes(token)).toBe(false)
        expect(rows[0]?.token_key).toHaveLength(38)
        expect(JSON.stringify(server().logLines)).not.toContain(token)
      })

      it('50 parallel uses of one link make one user and one session', async () => {
        const path = await invitationFor({ username: 'raced' })
        const browsers = await Promise.all(
          Array.from({ length: 50 }, async () => {
            const browser = browse(server())
            return { browser, csrf_token: await browser.csrf('/sign-in') }
          }),
        )
        const responses = await Promise.all(
          browsers.map(({ browser, csrf_token }, index) => {
            const password = `${PASSWORD} ${index}`
            return browser.post(path, { csrf_token, new_password: password, new_password_again: password })
          }),
        )
        const statuses = Map.groupBy(responses, ({ status }) => status)
        expect(statuses.get(303)).toHaveLength(1)
        expect([...statuses.keys()].filter((status) => ![303, 404, 503].includes(status))).toEqual([])
        const user = await server().core.users.byName('raced')
        expect(await server().core.sessions.ofUser(user?.id ?? '')).toHaveLength(1)
        const winner = responses.findIndex(({ status }) => status === 303)
        expect(await signIn('raced', `${PASSWORD} ${winner}`)).toMatchObject({ __typename: 'Session' })
      })

      it('forgets links that are too old', async () => {
        await invitationFor({ username: 'forgotten', expiresInSeconds: 60 })
        server().clock.pass({ seconds: 61 })
        const job = server().core.registry.jobs.find(({ id }) => id === 'sweep-invitations')
        const { pluginContext } = await import('../../src/operations/plugin-context.ts')
        const ctx = pluginContext(server().core, 'password-sign-in')
        await job?.run(ctx)
        const db = ctx.db as import('kysely').Kysely<{ password_sign_in_invitation: { username: string } }>
        const rows = await db.selectFrom('password_sign_in_invitation').select('username').execute()
        expect(rows.map(({ username }) => username)).not.toContain('forgotten')
        // Those that last for the default of seven days are kept.
        expect(rows.map(({ username }) => username)).toContain('hashed')
      })
    })

    describe('signUp', () => {
      const signUp = async (username: string, password = PASSWORD, others: object = {}) =>
        (await server().graphql(SIGN_UP, { input: { username, password, ...others } })).data.signUp

      it('takes an email if one is given, unverified; one that is none leaves nobody: invalid_input', async () => {
        await allowSignUp(true)
        const refused = await signUp('reachable', PASSWORD, { email: 'nowhere' })
        expect(refused).toMatchObject({ code: 'invalid_input', field: ['email'] })
        expect(await server().core.users.byName('reachable')).toBeUndefined()
        await signUp('reachable', PASSWORD, { email: 'reachable@example.com' })
        expect(await emailOf('reachable')).toEqual(['reachable@example.com', false])
      })

      it('is closed unless the deployment opens it', async () => {
        await allowSignUp(false)
        expect(await signUp('early')).toMatchObject({ __typename: 'SignUpClosedError', code: 'sign_up_closed' })
        expect((await server().fetch('/sign-up')).status).toBe(404)
        const browser = browse(server())
        const csrf_token = await browser.csrf('/sign-in')
        const fields = { csrf_token, username: 'early', new_password: PASSWORD, new_password_again: PASSWORD }
        expect((await browser.post('/sign-up', fields)).status).toBe(403)
        expect(await (await server().fetch('/sign-in')).text()).not.toContain('Create an account')
        expect(await server().core.users.byName('early')).toBeUndefined()
      })

      it('makes a user, who is no admin, and starts a session', async () => {
        await allowSignUp(true)
        const signedUp = await signUp('Newbie')
        expect(signedUp).toMatchObject({ __typename: 'Session', user: { username: 'Newbie', role: 'USER' } })
        expect(await isLive(signedUp.token)).toBe(true)
        const user = await server().core.users.byName('newbie')
        expect(await recorded('session.started', user as User)).toHaveLength(1)
        expect(await signIn('newbie', PASSWORD)).toMatchObject({ __typename: 'Session' })
      })

      it('refuses a name that is taken or no name, and a weak password', async () => {
        await allowSignUp(true)
        await server().createUser({ username: 'taken', password: OTHER })
        expect(await signUp('Taken')).toMatchObject({ code: 'invalid_input', field: ['username'] })
        expect(await signUp('two words')).toMatchObject({ code: 'invalid_input', field: ['username'] })
        expect(await signUp('weak', 'short')).toMatchObject({ code: 'invalid_input', field: ['password'] })
        expect(await signIn('taken', OTHER)).toMatchObject({ __typename: 'Session' })
        expect(await server().core.users.byName('weak')).toBeUndefined()
      })

      it('lets one of several through who want the same name at once, and the password is theirs', async () => {
        await allowSignUp(true)
        const passwords = Array.from({ length: 8 }, (_, index) => `${PASSWORD} ${index}`)
        const answers = await Promise.all(
          passwords.map((password, index) => signUp(index % 2 ? 'Wanted' : 'wanted', password)),
        )
        const winners = answers.flatMap(({ __typename }, index) => (__typename === 'Session' ? [index] : []))
        expect(winners).toHaveLength(1)
        for (const [index, answer] of answers.entries())
          if (index !== winners[0]) expect(answer).toMatchObject({ code: 'invalid_input', field: ['username'] })
        expect(await signIn('wanted', passwords[winners[0] ?? 0] ?? '')).toMatchObject({ __typename: 'Session' })
      })

      it('on its page keeps what was typed but the password, and goes on to where the person came from', async () => {
        await allowSignUp(true)
        const signInPage = await (await server().fetch('/sign-in?return_to=/approve/x')).text()
        expect(signInPage).toContain('<a href="/sign-up?return_to=%2Fapprove%2Fx">Create an account</a>')
        const browser = browse(server())
        const csrf_token = await browser.csrf('/sign-up?return_to=/approve/x')
        const fields = { csrf_token, username: '"><b>', new_password: PASSWORD, new_password_again: PASSWORD }
        const wrong = await browser.post('/sign-up', { ...fields, return_to: '/approve/x' })
        const text = await wrong.text()
        expect(wrong.status).toBe(422)
        expect(text).toContain('value="&quot;&gt;&lt;b&gt;"')
        expect(text).toContain('value="/approve/x"')
        expect(text).not.toContain(PASSWORD)
        const done = await browser.post('/sign-up', { ...fields, username: 'on-the-way', return_to: '/approve/x' })
        expect([done.status, done.headers.get('location')]).toEqual([303, `${server().issuer}/approve/x`])
        const evil = browse(server())
        const led = await evil.post('/sign-up', {
          ...fields,
          csrf_token: await evil.csrf('/sign-up'),
          username: 'led-astray',
          return_to: '//evil.example',
        })
        expect(led.headers.get('location')).toBe(`${server().issuer}/`)
      })
    })

    describe('in a real browser without JavaScript', () => {
      const openPage = async (path: string): Promise<Page> => {
        const context = await chromium.newContext({ javaScriptEnabled: false })
        const page = await context.newPage()
        await page.goto(server().url + path)
        return page
      }
      const choose = async (page: Page, password: string) => {
        await page.getByLabel(/assword, at least 8 characters/).fill(password)
        await page.getByLabel('The same again').fill(password)
      }
      const signInAt = async (page: Page, username: string, password: string) => {
        await page.getByLabel('Your user name').fill(username)
        await page.getByLabel('Your password').fill(password)
        await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      }

      it('a person changes their password', async () => {
        await server().createUser({ username: 'nora', password: PASSWORD })
        const page = await openPage('/account')
        await signInAt(page, 'nora', PASSWORD)
        await page.getByRole('link', { name: 'Change password' }).click()
        await page.getByLabel('Current password').fill(PASSWORD)
        await choose(page, OTHER)
        await page.getByRole('button', { name: 'Change password' }).click()
        expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Your password was changed')
        await page.getByRole('link', { name: 'Back to your account' }).click()
        await page.getByRole('button', { name: 'Sign out', exact: true }).click()
        await page.goto(`${server().url}/account`)
        await signInAt(page, 'nora', OTHER)
        expect(await page.getByText('You are nora').isVisible()).toBe(true)
        await page.context().close()
      })

      it('a person accepts an invitation', async () => {
        const admin = await server().createUser({ role: 'admin' })
        const { token } = await startSession(server().core, admin.id, ['pwd'])
        const input = { username: 'olga' }
        const { data } = await server().graphql(INVITE_USER, { input }, bearer(token), '/admin/graphql')
        const page = await openPage(new URL(data.inviteUser.invitationUrl).pathname)
        await choose(page, PASSWORD)
        await page.getByRole('button', { name: 'Create my account' }).click()
        expect(page.url()).toBe(`${server().url}/account`)
        expect(await page.getByText('You are olga').isVisible()).toBe(true)
        await page.context().close()
      })

      it('a person signs up', async () => {
        await allowSignUp(true)
        const page = await openPage('/sign-in')
        await page.getByRole('link', { name: 'Create an account' }).click()
        await page.getByLabel('User name').fill('pia')
        await choose(page, PASSWORD)
        await page.getByRole('button', { name: 'Create account' }).click()
        expect(page.url()).toBe(`${server().url}/account`)
        expect(await page.getByText('You are pia').isVisible()).toBe(true)
        await page.context().close()
      })
    })
  },
)

it('a deployment that leaves signing in to the pages has no mutation that gives a session', async () => {
  await using server = await testServer({ config: { graphql: { signIn: false } } })
  const { data } = await server.graphql('{ __type(name: "Mutation") { fields { name } } }')
  const names: string[] = data.__type.fields.map(({ name }: { name: string }) => name)
  expect(names).toContain('changePassword')
  expect(names.filter((name) => name === 'signIn' || name === 'signUp')).toEqual([])
})
