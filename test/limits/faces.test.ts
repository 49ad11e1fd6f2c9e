import { describe, expect, it } from 'vitest'
import { mintSecret } from '../../src/secrets/secret-format.ts'
import { browse } from '../pages/browse.ts'
import { basic, describeEachServer, type TestServer, testServer } from '../support/server.ts'

const PASSWORD = 'correct horse battery'
const CODE = 'urn:grantql:params:oauth:grant-type:code'
const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) {
  __typename ... on Error { code message } ... on TooManyAttemptsError { retryAfterSeconds } } }`
const CLIENT_CREDENTIALS = `mutation ($input: ClientCredentialsInput!) { clientCredentials(input: $input) {
  __typename ... on Error { code } ... on TooManyAttemptsError { retryAfterSeconds } } }`

const few = { most: 3, windowSeconds: 600 }
const limits = {
  signInByAccount: few,
  signInByNetwork: { most: 1000, windowSeconds: 600 },
  appSecretByApp: few,
  unknownSecretByApp: few,
  unknownSecretByUser: few,
  unknownSecretByNetwork: few,
}

describeEachServer(
  'limits on guessing',
  () => ({ config: { limits } }),
  (server) => {
    const onPage = async (username: string, password: string, browser = browse(server())) => {
      const csrf = await browser.csrf('/sign-in?prompt=login')
      const response = await browser.post('/sign-in', { csrf_token: csrf, sign_in: 'password', username, password })
      return { browser, response, page: await response.text() }
    }
    const overGraphql = async (username: string, password: string) =>
      (await server().graphql(SIGN_IN, { input: { username, password } })).data.signIn
    const askByRest = (clientId: string, clientSecret: string) =>
      server().form(
        '/oauth/token',
        { grant_type: 'client_credentials' },
        { authorization: basic(clientId, clientSecret) },
      )
    const askByGraphql = async (clientId: string, clientSecret: string) =>
      (await server().graphql(CLIENT_CREDENTIALS, { input: { clientId, clientSecret } })).data.clientCredentials

    it('the sign-in page says when to try again: 429, Retry-After and a sentence, alike for a name that nobody has', async () => {
      await server().createUser({ username: 'paged', password: PASSWORD })
      const refused = await Promise.all(
        ['paged', 'nobod'].map(async (name) => {
          for (let guess = 0; guess < 3; guess++) expect((await onPage(name, 'wrong')).response.status).toBe(422)
          const { browser, response, page } = await onPage(name, name === 'paged' ? PASSWORD : 'wrong')
          expect(browser.cookies.has('grantql-session')).toBe(false)
          return [response.status, response.headers.get('retry-after'), page.replace(/value="[^"]*"/g, '')]
        }),
      )
      expect(refused[0]).toEqual(refused[1])
      expect(refused[0]?.slice(0, 2)).toEqual([429, '600'])
      expect(refused[0]?.[2]).toContain('Too many sign-ins have failed. Try again in 10 minutes.')
      expect(refused[0]?.[2]).toContain('<form method="post" action="/sign-in">')
    })

    it('the page recognises a browser in which this person has signed in before', async () => {
      await server().createUser({ username: 'owner', password: PASSWORD })
      const { browser, response } = await onPage('owner', PASSWORD)
      expect(response.headers.getSetCookie()).toContainEqual(
        expect.stringMatching(/^grantql-device=gqd_[\w-]{48}; Max-Age=15552000; Path=\/; HttpOnly; SameSite=Strict$/),
      )
      for (let guess = 0; guess < 4; guess++) await overGraphql('owner', 'wrong')
      expect((await onPage('owner', PASSWORD)).response.status).toBe(429)
      const device = browser.cookies.get('grantql-device')
      const again = await onPage('owner', PASSWORD, browser)
      expect([again.response.status, again.browser.cookies.get('grantql-device')]).toEqual([303, device])
    })

    it('page and GraphQL count together, and GraphQL answers an error of the union', async () => {
      await server().createUser({ username: 'both', password: PASSWORD })
      expect((await onPage('both', 'wrong')).response.status).toBe(422)
      expect((await overGraphql('both', 'wrong')).code).toBe('invalid_credentials')
      expect((await onPage('both', 'wrong')).response.status).toBe(422)
      expect(await overGraphql('both', PASSWORD)).toEqual({
        __typename: 'TooManyAttemptsError',
        code: 'too_many_attempts',
        message: expect.any(String),
        retryAfterSeconds: 600,
      })
      expect((await onPage('both', PASSWORD)).response.status).toBe(429)
    })

    it('REST and GraphQL count wrong secrets together, and take a right one all the while', async () => {
      const { app, clientSecret = '' } = await server().createApp()
      expect((await askByRest(app.clientId, 'wrong')).status).toBe(401)
      expect((await askByGraphql(app.clientId, 'wrong')).code).toBe('invalid_client')
      expect((await askByRest(app.clientId, 'wrong')).status).toBe(401)
      expect(await askByGraphql(app.clientId, 'wrong')).toEqual({
        __typename: 'TooManyAttemptsError',
        code: 'too_many_attempts',
        retryAfterSeconds: 600,
      })
      const refused = await askByRest(app.clientId, 'wrong')
      expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('cache-control')]).toEqual([
        429,
        '600',
        'no-store',
      ])
      expect(refused.headers.has('www-authenticate')).toBe(false)
      expect(await refused.json()).toEqual({
        error: 'too_many_attempts',
        error_description: 'There have been too many attempts. Wait before the next one.',
        retry_after_seconds: 600,
      })
      expect((await askByRest(app.clientId, clientSecret)).status).toBe(200)
      expect((await askByGraphql(app.clientId, clientSecret)).__typename).toBe('TokenSet')
      const { status } = await server().form(
        '/oauth/introspect',
        { token: 'x' },
        { authorization: basic(app.clientId, 'wrong') },
      )
      expect(status).toBe(429)
    })

    it('unknown codes are counted over both faces', async () => {
      const { app, basic: authorization, clientSecret } = await server().createApp({ grants: [CODE] })
      const guess = () => mintSecret('code', server().clock.now()).plain
      const rest = () => server().form('/oauth/token', { grant_type: CODE, code: guess() }, { authorization })
      const graphql = async () => {
        const document = `mutation ($input: ClaimTokenInput!) { claimToken(input: $input) { ... on Error { code } } }`
        const input = { clientId: app.clientId, clientSecret, code: guess() }
        return (await server().graphql(document, { input })).data.claimToken.code
      }
      expect((await rest()).status).toBe(400)
      expect(await graphql()).toBe('invalid_grant')
      expect((await rest()).status).toBe(400)
      expect(await graphql()).toBe('too_many_attempts')
      expect((await rest()).status).toBe(429)
    })

    it('each field counts, however many stand in one document', async () => {
      const user = await server().createUser()
      const authorization = `Bearer ${await server().signIn(user)}`
      const handles = Array.from({ length: 5 }, () => mintSecret('handle', server().clock.now()).plain)
      const fields = handles.map((handle, index) => `a${index}: approval(handle: "${handle}") { id }`).join(' ')
      const { data, errors } = await server().graphql(`{ ${fields} }`, {}, { authorization })
      expect(data).toEqual({ a0: null, a1: null, a2: null, a3: null, a4: null })
      expect(errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code)).toEqual([
        'TOO_MANY_ATTEMPTS',
        'TOO_MANY_ATTEMPTS',
      ])
    })

    it('a list of operations in one request counts as none (GQ-04)', async () => {
      await server().createUser({ username: 'batched', password: PASSWORD })
      const operation = { query: SIGN_IN, variables: { input: { username: 'batched', password: 'wrong' } } }
      const response = await server().fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(Array.from({ length: 100 }, () => operation)),
      })
      expect(response.status).toBe(400)
      expect((await overGraphql('batched', PASSWORD)).__typename).toBe('Session')
    })

    it('the approve page answers 429 with a sentence', async () => {
      const browser = browse(server())
      await browser.signIn(await server().createUser())
      const open = () => browser.get(`/approve/${mintSecret('handle', server().clock.now()).plain}`)
      for (let guess = 0; guess < 3; guess++) expect((await open()).status).toBe(404)
      const refused = await open()
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '600'])
      expect(await refused.text()).toContain('There have been too many attempts.')
    })
  },
)

describe('behind a proxy', () => {
  it('the network is that of the caller, not of the proxy', async () => {
    const config = { limits: { signInByNetwork: few }, http: { trustedProxies: 1 } }
    await using server: TestServer = await testServer({ config })
    const from = (address: string, username: string) =>
      server.graphql(SIGN_IN, { input: { username, password: 'wrong' } }, { 'x-forwarded-for': address })
    for (const host of [1, 2, 3]) await from(`203.0.113.${host}`, `name-${host}`)
    expect((await from('203.0.113.4', 'name-4')).data.signIn.code).toBe('too_many_attempts')
    expect((await from('198.51.100.4', 'name-4')).data.signIn.code).toBe('invalid_credentials')
    expect((await from('203.0.113.9, 198.51.100.4', 'name-4')).data.signIn.code).toBe('invalid_credentials')
  })
})
