import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { passkeySignIn } from '../../plugins/passkey-sign-in/index.ts'
import { browse } from '../pages/browse.ts'
import { describeEachServer } from '../support/server.ts'
import { tally } from './support.ts'

const CODE = 'urn:grantql:params:oauth:grant-type:code'
const PASSWORD = 'correct horse battery'
const REDIRECT = 'https://app.example/back'
const SIGN_UP = `mutation ($input: SignUpInput!) { signUp(input: $input) {
  __typename ... on Error { code } ... on TooManyAttemptsError { retryAfterSeconds } } }`
const REQUEST_CODE = `mutation ($input: RequestCodeInput!) { requestCode(input: $input) {
  __typename ... on Error { code } ... on TooManyAttemptsError { retryAfterSeconds } } }`
const START_PASSKEY = `mutation { startPasskeySignIn {
  __typename ... on Error { code } ... on TooManyAttemptsError { retryAfterSeconds } } }`

const few = { most: 3, windowSeconds: 600 }
const limits = {
  'password-sign-in.signUp': few,
  'passkey-sign-in.startSignIn': few,
  'code.requestCode': few,
  authorizationByNetwork: few,
}
const TOO_MANY = { __typename: 'TooManyAttemptsError', code: 'too_many_attempts', retryAfterSeconds: 600 }

let networks = 0

/** A network in which nothing has happened yet, as the proxy in front tells of it. */
const freshNetwork = () => {
  const network = `203.0.${++networks}`
  return (host = 1) => ({ 'x-forwarded-for': `${network}.${host}` })
}

describeEachServer(
  'what anybody may do is counted by network',
  () => ({
    plugins: [authorizationCode(), passkeySignIn()],
    host: 'localhost',
    config: { limits, http: { trustedProxies: 1 } },
  }),
  (server) => {
    const countOf = async (table: string) => {
      const { db } = server().core.database
      const { rows } = await sql<{ many: number | bigint }>`select count(*) as many from ${sql.table(table)}`.execute(
        db,
      )
      return Number(rows[0]?.many)
    }

    it('sign-ups over page and GraphQL together: 429 with Retry-After, before a name is looked up or a hash computed', async () => {
      const { core } = server()
      await core.settings.write('password-sign-in.signUp', false)
      const from = freshNetwork()
      const overGraphql = async (username: string, headers = from()) =>
        (await server().graphql(SIGN_UP, { input: { username, password: PASSWORD } }, headers)).data.signUp
      const onPage = async (username: string) => {
        const browser = browse(server())
        const csrf_token = await browser.csrf('/sign-up')
        const fields = { csrf_token, username, new_password: PASSWORD, new_password_again: PASSWORD }
        return browser.post('/sign-up', fields, from(2))
      }
      for (let count = 0; count < 5; count++) expect((await overGraphql('early')).code).toBe('sign_up_closed')

      await core.settings.write('password-sign-in.signUp', true)
      expect((await overGraphql('first-of-all')).__typename).toBe('Session')
      expect((await onPage('second-of-all')).status).toBe(303)
      expect((await overGraphql('first-of-all')).code).toBe('invalid_input')
      for (const username of ['first-of-all', 'nobody-yet']) {
        expect(await overGraphql(username)).toEqual(TOO_MANY)
        const page = await onPage(username)
        expect([page.status, page.headers.get('retry-after')]).toEqual([429, '600'])
        expect(await page.text()).toContain('There have been too many attempts.')
      }
      expect(await core.users.byName('nobody-yet')).toBeUndefined()

      expect((await overGraphql('elsewhere', freshNetwork()())).__typename).toBe('Session')
      server().clock.pass({ seconds: 600 })
      expect((await overGraphql('nobody-yet')).__typename).toBe('Session')
    })

    it('codes of public apps over REST and GraphQL together; an app that proves who it is does not notice', async () => {
      const [open, proved] = [
        await server().createApp({ type: 'public', grants: [CODE] }),
        await server().createApp({ grants: [CODE] }),
      ]
      const from = freshNetwork()
      const { clientId } = open.app
      const rest = (headers = from()) => server().form('/oauth/code', { client_id: clientId }, headers)
      const overGraphql = async () =>
        (await server().graphql(REQUEST_CODE, { input: { clientId } }, from(2))).data.requestCode
      expect((await rest()).status).toBe(200)
      expect((await overGraphql()).__typename).toBe('CodeRequest')
      expect((await rest()).status).toBe(200)
      const stored = await countOf('approval')
      expect(await overGraphql()).toEqual(TOO_MANY)
      const refused = await rest()
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '600'])
      expect(await refused.json()).toMatchObject({ error: 'too_many_attempts', retry_after_seconds: 600 })
      expect(await countOf('approval')).toBe(stored)

      const authorization = proved.basic
      for (let count = 0; count < 5; count++) {
        expect((await server().form('/oauth/code', {}, { ...from(), authorization })).status).toBe(200)
      }
      expect((await rest(freshNetwork()())).status).toBe(200)
      server().clock.pass({ seconds: 600 })
      expect((await rest()).status).toBe(200)
    })

    it('of 60 codes that are asked for at once as many are given as the limit says', async () => {
      const { app } = await server().createApp({ type: 'public', grants: [CODE] })
      const from = freshNetwork()
      const asked = Array.from({ length: 60 }, (_, host) =>
        server().form('/oauth/code', { client_id: app.clientId }, from(host)),
      )
      const statuses = (await Promise.all(asked)).map(({ status }) => String(status))
      expect(tally(statuses)).toEqual({ 200: 3, 429: 57 })
    })

    it('challenges for a sign-in by passkey: the fourth is refused, and stores nothing', async () => {
      const from = freshNetwork()
      const start = async (headers = from()) =>
        (await server().graphql(START_PASSKEY, {}, headers)).data.startPasskeySignIn
      for (let count = 0; count < 3; count++) expect((await start()).__typename).toBe('PasskeyOptions')
      const stored = await countOf('passkey_sign_in_challenge')
      expect(await start(from(2))).toEqual(TOO_MANY)
      expect(await countOf('passkey_sign_in_challenge')).toBe(stored)
      expect((await start(freshNetwork()())).__typename).toBe('PasskeyOptions')
    })

    it('authorization requests where nobody is signed in: a page that says to wait, and never a redirect', async () => {
      const { app } = await server().createApp({ grants: ['authorization_code'], redirectUris: [REDIRECT] })
      const query = new URLSearchParams({
        client_id: app.clientId,
        redirect_uri: REDIRECT,
        response_type: 'code',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
      })
      const from = freshNetwork()
      const [stranger, person] = [browse(server()), browse(server())]
      const ask = (browser = stranger, headers = from()) => browser.get(`/oauth/authorize?${query}`, headers)
      for (let count = 0; count < 3; count++) {
        expect((await ask()).headers.get('location')).toMatch(/\/approve\/gqh_/)
      }
      const stored = await countOf('approval')
      const refused = await ask()
      expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('location')]).toEqual([
        429,
        '600',
        null,
      ])
      expect(await refused.text()).toContain('Wait a little')
      expect(await countOf('approval')).toBe(stored)

      await person.signIn(await server().createUser())
      expect((await ask(person)).headers.get('location')).toMatch(/\/approve\/gqh_/)
      expect((await ask(stranger, freshNetwork()())).status).toBe(303)
    })

    it('is on record once for each network and window, by the name of the limit', async () => {
      const from = freshNetwork()
      for (let count = 0; count < 6; count++) await server().graphql(START_PASSKEY, {}, from(count))
      const events = await server().core.audit.list({ limit: 500 })
      const network = `${from()['x-forwarded-for'].split('.').slice(0, 3).join('.')}.0/24`
      const refused = events.filter(({ kind, details }) => kind === 'limit.reached' && details.network === network)
      expect(refused.map(({ details }) => details)).toMatchObject([{ limit: 'passkey-sign-in.startSignIn', most: 3 }])
    })
  },
)
