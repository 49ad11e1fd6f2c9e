import type { PluginContext } from 'grantql/plugin'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { passkeySignIn } from '../../plugins/passkey-sign-in/index.ts'
import type { PasskeyTables } from '../../plugins/passkey-sign-in/tables.ts'
import { updateUser } from '../../src/operations/create-user.ts'
import { pluginContext } from '../../src/operations/plugin-context.ts'
import { updateSetting } from '../../src/operations/update-setting.ts'
import type { User } from '../../src/users/user.ts'
import { browse, csrfIn } from '../pages/browse.ts'
import { type Said, SoftAuthenticator } from '../support/authenticator.ts'
import { launchChromium } from '../support/chromium.ts'
import { describeEachServer, type TestServer, type TestServerOptions, testServer } from '../support/server.ts'

const PASSWORD = 'correct horse battery'
const ACCOUNT = '/account/passkeys'

const options = (): TestServerOptions => ({
  plugins: [passkeySignIn()],
  // Passkeys belong to a name, and an address is none.
  host: 'localhost',
  config: { limits: { signInByNetwork: { most: 10_000, windowSeconds: 60 } } },
})

type Headers = Readonly<Record<string, string>>

/** What a person with a browser and an authenticator does, over GraphQL. */
function client(server: () => TestServer) {
  const run = async (name: string, selection: string, input?: object, headers: Headers = {}) => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`
    const field = `${input ? `${name}(input: $input)` : name} { __typename ${selection} ... on Error { code message } }`
    const query = input ? `mutation ($input: ${type}) { ${field} }` : `mutation { ${field} }`
    const { data, errors } = await server().graphql(query, input ? { input } : {}, headers)
    return data?.[name] ?? { code: errors?.[0].extensions.code }
  }
  const bearer = async (user: Pick<User, 'id'>): Promise<Headers> => ({
    authorization: `Bearer ${await server().signIn(user)}`,
  })
  const startRegistration = (headers: Headers) =>
    run('startPasskeyRegistration', '... on PasskeyOptions { publicKey }', undefined, headers)
  const finishRegistration = (credential: string, headers: Headers, label?: string) =>
    run('finishPasskeyRegistration', '... on Passkey { id label lastUsedAt }', { credential, label }, headers)
  const startSignIn = async (): Promise<string> =>
    (await run('startPasskeySignIn', '... on PasskeyOptions { publicKey }')).publicKey
  const finishSignIn = (credential: string) =>
    run('finishPasskeySignIn', '... on Session { token user { username } }', { credential })
  return {
    run,
    bearer,
    startRegistration,
    finishRegistration,
    startSignIn,
    finishSignIn,
    remove: (id: string, headers: Headers) => run('removePasskey', '... on RemovedPasskey { id }', { id }, headers),
    passkeys: async (headers: Headers) =>
      (await server().graphql('{ passkeys { id label createdAt lastUsedAt } }', {}, headers)).data?.passkeys,
    signIn: async (authenticator: SoftAuthenticator, said?: Said) =>
      finishSignIn(authenticator.get(await startSignIn(), said)),
    /** A user with a passkey. */
    async register(said?: Said) {
      const user = await server().createUser()
      const headers = await bearer(user)
      const authenticator = new SoftAuthenticator(server().issuer)
      const { publicKey } = await startRegistration(headers)
      const passkey = await finishRegistration(authenticator.create(publicKey, said), headers, 'My phone')
      return { user, headers, authenticator, passkey }
    },
  }
}

describeEachServer('passkeys', options, (server) => {
  const on = client(server)

  it('one is registered, listed and signed in by, without a user name', async () => {
    const { user, headers, authenticator, passkey } = await on.register()
    expect(passkey).toMatchObject({ __typename: 'Passkey', label: 'My phone', lastUsedAt: null })
    const session = await on.signIn(authenticator)
    expect(session).toMatchObject({ __typename: 'Session', user: { username: user.username } })
    const [listed, ...others] = await on.passkeys({ authorization: `Bearer ${session.token}` })
    expect(others).toEqual([])
    expect(listed).toEqual({ ...listed, id: passkey.id, lastUsedAt: server().clock.now().toISOString() })
    expect((await on.passkeys(headers))[0].id).toBe(passkey.id)
    const row = await server().core.sessions.byToken(session.token)
    expect(row?.methods).toEqual(['pop', 'user', 'mfa'])
  })

  it('asks for a passkey that is found by itself, made for the issuer’s name, and used after a look at who is there', async () => {
    const { publicKey } = await on.startRegistration(await on.bearer(await server().createUser()))
    expect(JSON.parse(publicKey)).toMatchObject({
      rp: { id: 'localhost' },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      attestation: 'none',
    })
    const signIn = JSON.parse(await on.startSignIn())
    expect(signIn).toMatchObject({ rpId: 'localhost', userVerification: 'required' })
    expect(signIn.allowCredentials ?? []).toEqual([])
  })

  it('50 parallel answers to one challenge give one session', async () => {
    const { authenticator } = await on.register()
    const credential = authenticator.get(await on.startSignIn())
    const answers = await Promise.all(Array.from({ length: 50 }, () => on.finishSignIn(credential)))
    expect(answers.filter(({ token }) => token)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'invalid_credentials')).toHaveLength(49)
    expect(await on.finishSignIn(credential)).toMatchObject({ code: 'invalid_credentials' })
  })

  it('20 parallel answers to one registration give one passkey', async () => {
    const headers = await on.bearer(await server().createUser())
    const { publicKey } = await on.startRegistration(headers)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        on.finishRegistration(new SoftAuthenticator(server().issuer).create(publicKey), headers),
      ),
    )
    expect(answers.filter(({ id }) => id)).toHaveLength(1)
    expect(await on.passkeys(headers)).toHaveLength(1)
  })

  it.each<[string, Said]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://localhost:1' }],
    ['another relying party', { rpId: 'evil.example' }],
    ['another ceremony', { type: 'webauthn.create' }],
    ['a challenge that nobody gave', { challenge: 'A'.repeat(43) }],
    ['nobody present', { userPresent: false }],
    ['nobody verified', { userVerified: false }],
    ['another user', { userHandle: Buffer.from('somebody else').toString('base64url') }],
    ['no user', { userHandle: '' }],
    ['a credential that is not known', { credentialId: Buffer.alloc(32) }],
  ])('a sign-in that says %s is refused, and its challenge is used up', async (_, said) => {
    const { authenticator } = await on.register()
    const publicKey = await on.startSignIn()
    expect(await on.finishSignIn(authenticator.get(publicKey, said))).toMatchObject({ code: 'invalid_credentials' })
    const second = await on.finishSignIn(authenticator.get(publicKey))
    // What names no challenge of ours uses none up.
    if (said.challenge) expect(second).toMatchObject({ __typename: 'Session' })
    else expect(second).toMatchObject({ code: 'invalid_credentials' })
    expect(await on.signIn(authenticator)).toMatchObject({ __typename: 'Session' })
  })

  it.each<[string, Said]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['another relying party', { rpId: 'evil.example' }],
    ['another ceremony', { type: 'webauthn.get' }],
    ['nobody verified', { userVerified: false }],
  ])('a registration that says %s is refused', async (_, said) => {
    const { passkey, headers } = await on.register(said)
    expect(passkey).toMatchObject({ code: 'invalid_input' })
    expect(await on.passkeys(headers)).toEqual([])
  })

  it('a changed answer is refused: the signature covers what the browser said', async () => {
    const { authenticator } = await on.register()
    const presented = JSON.parse(authenticator.get(await on.startSignIn(), { origin: 'https://evil.example' }))
    const said = JSON.parse(Buffer.from(presented.response.clientDataJSON, 'base64url').toString())
    const forged = Buffer.from(JSON.stringify({ ...said, origin: server().issuer })).toString('base64url')
    presented.response.clientDataJSON = forged
    expect(await on.finishSignIn(JSON.stringify(presented))).toMatchObject({ code: 'invalid_credentials' })
  })

  it.each(
    ['', '{', '[]', 'null', '{"id":1}', '{"response":{"clientDataJSON":"!!"}}', `"${'x'.repeat(17_000)}"`].map(
      (text) => [text.slice(0, 20), text],
    ),
  )('what is no answer of an authenticator is refused: %j', async (_, text = '') => {
    expect((await on.finishSignIn(text)).code).toMatch(/^invalid_(credentials|request)$/)
    const headers = await on.bearer(await server().createUser())
    expect(await on.finishRegistration(text, headers)).toMatchObject({ code: 'invalid_input' })
  })

  it('a challenge works for five minutes', async () => {
    const { authenticator, headers } = await on.register()
    const early = await on.startSignIn()
    const late = await on.startSignIn()
    const { publicKey } = await on.startRegistration(headers)
    server().clock.pass({ seconds: 299 })
    expect(await on.finishSignIn(authenticator.get(early))).toMatchObject({ __typename: 'Session' })
    server().clock.pass({ seconds: 1 })
    expect(await on.finishSignIn(authenticator.get(late))).toMatchObject({ code: 'invalid_credentials' })
    const other = new SoftAuthenticator(server().issuer)
    expect(await on.finishRegistration(other.create(publicKey), headers)).toMatchObject({ code: 'invalid_input' })
  })

  it('a challenge is for one purpose and one user', async () => {
    const { authenticator, headers } = await on.register()
    const { publicKey } = await on.startRegistration(headers)
    const { challenge } = JSON.parse(publicKey)
    expect(await on.signIn(authenticator, { challenge })).toMatchObject({ code: 'invalid_credentials' })
    const stranger = await on.bearer(await server().createUser())
    const made = new SoftAuthenticator(server().issuer).create(publicKey)
    expect(await on.finishRegistration(made, stranger)).toMatchObject({ code: 'invalid_input' })
    const ofSignIn = new SoftAuthenticator(server().issuer).create(publicKey, {
      challenge: JSON.parse(await on.startSignIn()).challenge,
    })
    expect(await on.finishRegistration(ofSignIn, headers)).toMatchObject({ code: 'invalid_input' })
    expect(await on.finishRegistration(made, headers)).toMatchObject({ __typename: 'Passkey' })
  })

  it('a counter that does not grow is refused, logged and put on record; one that stays 0 never counts (WebAuthn §6.1.1)', async () => {
    const { user, authenticator } = await on.register({ counter: 5 })
    expect(await on.signIn(authenticator, { counter: 9 })).toMatchObject({ __typename: 'Session' })
    for (const counter of [9, 6, 0]) {
      expect(await on.signIn(authenticator, { counter }), String(counter)).toMatchObject({
        code: 'invalid_credentials',
      })
    }
    const warnings = server().logLines.filter(({ level, message }) => level === 'warn' && message.includes('cloned'))
    expect(warnings.at(-1)?.fields).toMatchObject({ userId: user.id, counter: 0, lastCounter: 9 })
    const [failed] = await server().core.audit.list({ limit: 1 })
    expect(failed).toMatchObject({ kind: 'sign-in.failed', details: { signIn: 'passkey' } })
    expect(await on.signIn(authenticator, { counter: 4_294_967_295 })).toMatchObject({ __typename: 'Session' })
    const { authenticator: still } = await on.register()
    for (const _ of [1, 2]) expect(await on.signIn(still)).toMatchObject({ __typename: 'Session' })
  })

  it('of 20 parallel sign-ins with the same counter one is let through', async () => {
    const { authenticator } = await on.register({ counter: 1 })
    const answers = await Promise.all(Array.from({ length: 20 }, () => on.signIn(authenticator, { counter: 2 })))
    expect(answers.filter(({ token }) => token)).toHaveLength(1)
  })

  it('a removed passkey is refused', async () => {
    const { authenticator, headers, passkey } = await on.register()
    expect(await on.remove(passkey.id, headers)).toEqual({ __typename: 'RemovedPasskey', id: passkey.id })
    expect(await on.signIn(authenticator)).toMatchObject({ code: 'invalid_credentials' })
    expect(await on.remove(passkey.id, headers)).toMatchObject({ code: 'not_found' })
  })

  it('what is added and removed is on record, and nothing else', async () => {
    const { user, headers, passkey } = await on.register()
    const recorded = async () =>
      (await server().core.audit.list({ limit: 500 }))
        .filter(({ kind, userId }) => userId === user.id && kind.startsWith('passkey-sign-in/'))
        .map(({ kind, requestId, details }) => ({ kind, hasRequest: requestId !== undefined, ...details }))
    const added = { kind: 'passkey-sign-in/passkey-added', hasRequest: true, passkey: passkey.id }
    expect(await recorded()).toEqual([added])
    await on.remove(passkey.id, await on.bearer(await server().createUser()))
    expect(await recorded()).toEqual([added])
    await on.remove(passkey.id, headers)
    expect(await recorded()).toEqual([{ ...added, kind: 'passkey-sign-in/passkey-removed' }, added])
  })

  it('another user’s passkey can be neither seen, removed nor registered again', async () => {
    const { authenticator, passkey } = await on.register()
    const stranger = await on.bearer(await server().createUser())
    expect(await on.passkeys(stranger)).toEqual([])
    expect(await on.remove(passkey.id, stranger)).toMatchObject({ code: 'not_found' })
    const { publicKey } = await on.startRegistration(stranger)
    const again = new SoftAuthenticator(server().issuer).create(publicKey, { credentialId: authenticator.credentialId })
    expect(await on.finishRegistration(again, stranger)).toMatchObject({
      code: 'invalid_input',
      message: 'This passkey is registered already.',
    })
    const browser = browse(server())
    await browser.signIn(await server().createUser())
    const csrf = await browser.csrf(ACCOUNT)
    expect((await browser.post(`${ACCOUNT}/remove`, { csrf_token: csrf, id: passkey.id })).status).toBe(422)
    expect(await on.signIn(authenticator)).toMatchObject({ __typename: 'Session' })
  })

  it('a user who is disabled is refused', async () => {
    const { user, authenticator } = await on.register()
    const admin = await server().createUser({ role: 'admin' })
    await updateUser(server().core, admin, user.id, { isDisabled: true })
    expect(await on.signIn(authenticator)).toMatchObject({ code: 'invalid_credentials' })
  })

  it('passkeys are changed within ten minutes of a sign-in, by whoever signed in', async () => {
    const { headers, passkey } = await on.register()
    server().clock.pass({ seconds: 600 })
    const { publicKey } = await on.startRegistration(headers)
    expect(publicKey).toBeTypeOf('string')
    server().clock.pass({ seconds: 1 })
    const tooLate = { code: 'insufficient_user_authentication' }
    expect(await on.startRegistration(headers)).toMatchObject(tooLate)
    const made = new SoftAuthenticator(server().issuer).create(publicKey)
    expect(await on.finishRegistration(made, headers)).toMatchObject(tooLate)
    expect(await on.remove(passkey.id, headers)).toMatchObject(tooLate)
    expect(await on.passkeys(headers)).toHaveLength(1)
    expect(await on.startRegistration({})).toEqual({ code: 'UNAUTHENTICATED' })
    expect(await on.remove(passkey.id, {})).toEqual({ code: 'UNAUTHENTICATED' })
    expect(await on.passkeys({})).toBeNull()
  })

  it('a page of a foreign origin can neither begin nor end a sign-in', async () => {
    const evil = { origin: 'https://evil.example' }
    expect(await on.run('startPasskeySignIn', '... on PasskeyOptions { publicKey }', undefined, evil)).toEqual({
      code: 'FORBIDDEN',
    })
    const { authenticator } = await on.register()
    const credential = authenticator.get(await on.startSignIn())
    expect(await on.run('finishPasskeySignIn', '... on Session { token }', { credential }, evil)).toEqual({
      code: 'FORBIDDEN',
    })
  })

  it('one has at most as many as the operator says, with names of a bearable length', async () => {
    const set = (value: unknown) =>
      updateSetting(server().core, { id: 'x', role: 'admin' }, 'passkey-sign-in.mostPerUser', value, 'test')
    await set(1)
    const { headers } = await on.register()
    expect(await on.startRegistration(headers)).toMatchObject({ code: 'invalid_input' })
    await set(20)
    const { publicKey } = await on.startRegistration(headers)
    const made = new SoftAuthenticator(server().issuer).create(publicKey)
    for (const label of ['x'.repeat(65), 'a\u0000b']) {
      expect(await on.finishRegistration(made, headers, label)).toMatchObject({ code: 'invalid_input' })
    }
    expect(await on.finishRegistration(made, headers, ' ')).toMatchObject({ label: 'Passkey' })
  })

  it('challenges that are too old are swept, and no others', async () => {
    const job = server().core.registry.jobs.find(({ id }) => id === 'sweep-challenges')
    const ctx = pluginContext(server().core, 'passkey-sign-in')
    const db = ctx.db as PluginContext<PasskeyTables>['db']
    const count = async () => (await db.selectFrom('passkey_sign_in_challenge').selectAll().execute()).length
    server().clock.pass({ seconds: 301 })
    await job?.run(ctx)
    expect(await count()).toBe(0)
    const { authenticator } = await on.register()
    const publicKey = await on.startSignIn()
    await job?.run(ctx)
    expect(await count()).toBe(1)
    expect(await on.finishSignIn(authenticator.get(publicKey))).toMatchObject({ __typename: 'Session' })
  })

  it('are not offered once they are switched off, and those that there are work for nobody', async () => {
    const set = (value: unknown) =>
      updateSetting(server().core, { id: 'x', role: 'admin' }, 'passkey-sign-in.offered', value, 'test')
    const { authenticator, headers } = await on.register()
    const publicKey = await on.startSignIn()
    await set(false)
    const page = await server().fetch('/sign-in')
    expect(await page.text()).not.toMatch(/passkey|<script/)
    expect(page.headers.get('content-security-policy')).not.toContain('script-src')
    expect(await on.finishSignIn(authenticator.get(publicKey))).toMatchObject({ code: 'invalid_credentials' })
    expect(await on.startRegistration(headers)).toMatchObject({ code: 'passkeys_not_offered' })
    await set(true)
    expect(await on.signIn(authenticator)).toMatchObject({ __typename: 'Session' })
  })
})

it('a server that has an address for a name offers no passkeys', async () => {
  await using server = await testServer({ plugins: [passkeySignIn()] })
  expect(await (await server.fetch('/sign-in')).text()).not.toContain('passkey')
  const { data } = await server.graphql('mutation { startPasskeySignIn { ... on Error { code } } }')
  expect(data.startPasskeySignIn).toEqual({ code: 'passkeys_not_offered' })
})

describe('in a real browser', () => {
  let chromium: Browser
  beforeAll(async () => {
    chromium = await launchChromium()
  })
  afterAll(() => chromium.close())

  describeEachServer('passkeys', options, (server) => {
    let username: string
    let count = 0
    beforeEach(async () => {
      username = `ada-${++count}`
      await server().createUser({ username, password: PASSWORD })
    })

    /** A browser in which every complaint is kept: of our policy, of a script, of a missing file. */
    const open = async (javaScriptEnabled = true) => {
      const context = await chromium.newContext({ javaScriptEnabled })
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(String(error)))
      return { page, complaints, [Symbol.asyncDispose]: () => context.close() }
    }
    const addAuthenticator = async (page: Page): Promise<{ devtools: CDPSession; authenticatorId: string }> => {
      const devtools = await page.context().newCDPSession(page)
      await devtools.send('WebAuthn.enable')
      const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          protocol: 'ctap2',
          transport: 'internal',
          hasResidentKey: true,
          hasUserVerification: true,
          isUserVerified: true,
          automaticPresenceSimulation: true,
        },
      })
      return { devtools, authenticatorId }
    }
    const signIn = async (page: Page) => {
      await page.getByLabel('Your user name').fill(username)
      await page.getByLabel('Your password').fill(PASSWORD)
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    }
    const addPasskey = async (page: Page, name: string) => {
      await page.goto(server().url + ACCOUNT)
      await signIn(page)
      await page.getByLabel('Name of the new passkey').fill(name)
      await page.getByRole('button', { name: 'Add a passkey' }).click()
      await page.getByText(name, { exact: true }).waitFor()
    }

    /** By its element: Playwright finds no text in a `noscript`, shown or not. */
    const saidWithout = async (page: Page) => {
      const sentence = page.locator('noscript p')
      return (await sentence.isVisible()) ? sentence.textContent() : undefined
    }

    it('a person adds one, signs out, and signs in by it without a name or a password', async () => {
      await using browser = await open()
      const { page, complaints } = browser
      const { devtools, authenticatorId } = await addAuthenticator(page)
      await addPasskey(page, 'My <b>phone</b>')
      expect(page.url()).toBe(server().url + ACCOUNT)
      const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId })
      expect(credentials).toMatchObject([{ isResidentCredential: true, rpId: 'localhost' }])
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.goto(`${server().url}/sign-in?return_to=${ACCOUNT}`)
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
      await page.waitForURL(server().url + ACCOUNT)
      expect(await page.getByText('never used').count()).toBe(0)
      expect(await page.getByText('last used').isVisible()).toBe(true)
      expect(await page.getByText(`${username} ·`).isVisible()).toBe(true)
      expect(complaints).toEqual([])
    })

    it('a device is not registered twice; a passkey that was removed does not sign in, and the page says so', async () => {
      await using browser = await open()
      const { page } = browser
      await addAuthenticator(page)
      await addPasskey(page, 'My phone')
      await page.getByRole('button', { name: 'Add a passkey' }).click()
      expect(await page.getByRole('alert').textContent()).toContain('has a passkey for your account already')
      await page.getByRole('button', { name: 'Remove My phone' }).click()
      expect(await page.getByText('You have no passkey yet.').isVisible()).toBe(true)
      await page.goto(`${server().url}/sign-in?prompt=login`)
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
      await page.getByText('That did not work.').waitFor()
    })

    it('somebody without a passkey is told so, and signs in by password on the same page', async () => {
      await using browser = await open()
      const { page, complaints } = browser
      const { devtools, authenticatorId } = await addAuthenticator(page)
      await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
      await page.goto(`${server().url}/sign-in`)
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
      await page.getByRole('alert').waitFor()
      expect(await page.getByRole('alert').textContent()).toContain('No passkey was used')
      expect(complaints).toEqual([])
      await signIn(page)
      await page.waitForURL(`${server().url}/**`)
      expect(await page.getByText(`signed in as ${username}`).isVisible()).toBe(true)
    })

    it('whoever signed in long ago signs in again first, and comes back', async () => {
      await using browser = await open()
      const { page } = browser
      await page.goto(`${server().url}/sign-in`)
      await signIn(page)
      server().clock.pass({ seconds: 601 })
      await page.goto(server().url + ACCOUNT)
      expect(new URL(page.url()).pathname).toBe('/sign-in')
      await signIn(page)
      expect(page.url()).toBe(server().url + ACCOUNT)
    })

    it('without JavaScript the password row is there, the passkey row is not, and passkeys can be removed', async () => {
      {
        await using browser = await open()
        await addAuthenticator(browser.page)
        await addPasskey(browser.page, 'My phone')
      }
      await using browser = await open(false)
      const { page, complaints } = browser
      await page.goto(server().url + ACCOUNT)
      expect(await page.getByRole('button', { name: 'Sign in with a passkey' }).isVisible()).toBe(false)
      expect(await saidWithout(page)).toBe(
        'Sign in with a passkey: this takes JavaScript, which is off in this browser.',
      )
      await signIn(page)
      expect(await page.getByRole('button', { name: 'Add a passkey' }).isVisible()).toBe(false)
      expect(await saidWithout(page)).toContain('your browser must run JavaScript')
      await page.getByRole('button', { name: 'Remove My phone' }).click()
      expect(page.url()).toBe(server().url + ACCOUNT)
      expect(await page.getByText('You have no passkey yet.').isVisible()).toBe(true)
      expect(complaints).toEqual([])
    })

    it('both pages run the scripts that their policy names by hash, and nothing else', async () => {
      const visitor = browse(server())
      await visitor.signIn(await server().createUser())
      for (const response of [await server().fetch('/sign-in'), await visitor.get(ACCOUNT)]) {
        const policy = response.headers.get('content-security-policy') ?? ''
        expect(policy).toMatch(
          /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; script-src 'sha256-[\w+/=]{44}'; connect-src 'self'; /,
        )
        expect(policy).not.toContain('unsafe')
        expect((await response.text()).match(/<script/g)).toHaveLength(1)
      }
      const form = { csrf_token: csrfIn(await (await visitor.get(ACCOUNT)).text()), credential: '{}', label: 'x' }
      expect((await visitor.post(ACCOUNT, form)).status).toBe(422)
      expect((await visitor.post(ACCOUNT, { ...form, csrf_token: '' })).status).toBe(403)
    })

    it.each([320, 1440])('nothing runs over at a width of %i', async (width) => {
      await using browser = await open()
      const { page } = browser
      await page.setViewportSize({ width, height: 800 })
      const overflow = () =>
        page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      await addAuthenticator(page)
      await addPasskey(page, 'A'.repeat(64))
      expect(await overflow()).toBe(0)
      await page.goto(`${server().url}/sign-in?prompt=login`)
      expect(await overflow()).toBe(0)
    })
  })
})
