import { randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'
import type { PluginContext } from 'grantql/plugin'
import type { TestApp, TestServer, TestUser } from 'grantql/testing'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientAssertion } from '../../plugins/client-assertion/index.ts'
import { addSecret } from '../../plugins/client-assertion/secrets.ts'
import type { ClientAssertionTables } from '../../plugins/client-assertion/tables.ts'
import { clientCredentials } from '../../plugins/client-credentials/index.ts'
import { deviceCode } from '../../plugins/device-code/index.ts'
import { introspection } from '../../plugins/introspection/index.ts'
import { revocation } from '../../plugins/revocation/index.ts'
import type { Core } from '../../src/core.ts'
import { createApp } from '../../src/operations/create-app.ts'
import { pluginContext } from '../../src/operations/plugin-context.ts'
import { createServer } from '../../src/server.ts'
import { createTestServer } from '../../src/testing/test-server.ts'
import { listenOn, type TestListener } from '../outgoing/listener.ts'
import { databases } from '../support/database.ts'
import { createKey, secondsOf, setOf, type TestKey } from './proofs.ts'

const ISSUER = 'http://localhost:3000'
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const GRANT = { grant_type: 'client_credentials' }
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Runs a job of the plugin now. */
async function runJob(core: Core, id: string): Promise<void> {
  const job = core.registry.jobs.find((each) => each.pluginId === 'client-assertion' && each.id === id)
  await job?.run(pluginContext(core, 'client-assertion'))
}

interface AssertionOptions {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
}

describe.each(databases)('client authentication by assertion (RFC 7523 §2.2, §3) ($name)', (database) => {
  let server: TestServer
  let app: TestApp
  let owner: TestUser
  let key: TestKey
  let listener: TestListener
  let publish: RequestListener = (_, response) => response.writeHead(404).end()

  beforeAll(async () => {
    server = await createTestServer({
      databaseUrl: await database.url(),
      plugins: [clientCredentials(), deviceCode(), introspection(), revocation(), clientAssertion()],
      scopes: [{ name: 'read', description: 'Read your data' }],
      outgoing: { allowHttp: true, allowedPorts: 'any', allowedNetworks: ['127.0.0.0/8'], timeoutSeconds: 1 },
    })
    key = await createKey()
    app = await appWith(key)
    owner = await server.createUser({ role: 'admin' })
    listener = await listenOn('127.0.0.1', (request, response) => publish(request, response))
  })
  afterAll(() => server?.close())

  const makeApp = () => server.createApp({ grants: ['client_credentials', DEVICE], scopes: ['read'] })
  const appWith = async (...keys: TestKey[]) => {
    const made = await makeApp()
    await setOf(server, made, 'client-assertion.jwks', JSON.stringify({ keys: keys.map((each) => each.publicJwk) }))
    return made
  }
  const claimsOf = ({ clientId }: TestApp) => ({
    iss: clientId,
    sub: clientId,
    aud: ISSUER,
    jti: randomUUID(),
    iat: secondsOf(server),
    exp: secondsOf(server) + 60,
  })
  const sign = (by: TestKey, own = app, { claims = {}, header = {} }: AssertionOptions = {}) =>
    new SignJWT({ ...claimsOf(own), ...claims })
      .setProtectedHeader({ alg: by.algorithm, ...header })
      .sign(by.privateKey)
  const signSymmetric = (secret: string, own: TestApp, alg = 'HS256') =>
    new SignJWT(claimsOf(own)).setProtectedHeader({ alg }).sign(Buffer.from(secret))
  const shown = (assertion: string) => ({ client_assertion_type: JWT_BEARER, client_assertion: assertion })
  const ask = (assertion: string, more: Record<string, string> = {}, path = '/oauth/token') =>
    server.form(path, { ...GRANT, ...shown(assertion), ...more })
  const refused = async (assertion: string) =>
    expect(await ask(assertion)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })

  describe('private_key_jwt', () => {
    it.each(['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256'])(
      'takes a key for %s, without a client_id',
      async (algorithm) => {
        const own = await createKey(algorithm)
        expect((await ask(await sign(own, await appWith(own)))).status).toBe(200)
      },
    )

    it('takes a client_id beside it that is the same app’s, and no other (RFC 7521 §4.2)', async () => {
      expect((await ask(await sign(key), { client_id: app.clientId })).status).toBe(200)
      const other = await makeApp()
      expect((await ask(await sign(key), { client_id: other.clientId })).status).toBe(401)
    })

    it('takes each of several keys, with and without a kid: one takes the place of another with overlap', async () => {
      const [one, other] = [await createKey(), await createKey()]
      const own = await appWith(one, other)
      expect((await ask(await sign(one, own))).status).toBe(200)
      expect((await ask(await sign(other, own))).status).toBe(200)
      const named = { ...other, publicJwk: { ...other.publicJwk, kid: 'new' } }
      const renewed = await appWith(one, named)
      expect((await ask(await sign(other, renewed, { header: { kid: 'new' } }))).status).toBe(200)
      expect((await ask(await sign(one, renewed, { header: { kid: 'new' } }))).status).toBe(401)
    })

    it.each<[string, (now: number) => AssertionOptions]>([
      ['iss that is not sub', () => ({ claims: { iss: 'somebody' } })],
      ['no iss', () => ({ claims: { iss: undefined } })],
      ['sub that is no app', () => ({ claims: { sub: 'nobody', iss: 'nobody' } })],
      ['no sub', () => ({ claims: { sub: undefined } })],
      ['no aud', () => ({ claims: { aud: undefined } })],
      ['an aud that is somebody else', () => ({ claims: { aud: 'https://other.example' } })],
      ['an aud that is somebody else as well', () => ({ claims: { aud: [ISSUER, 'https://other.example'] } })],
      ['an aud that is an endpoint', () => ({ claims: { aud: `${ISSUER}/oauth/token` } })],
      ['no exp', () => ({ claims: { exp: undefined } })],
      ['an exp that is past', (now) => ({ claims: { exp: now - 30 } })],
      ['an exp that is a day ahead', (now) => ({ claims: { exp: now + 86_400 } })],
      ['an nbf that is to come', (now) => ({ claims: { nbf: now + 60 } })],
      ['an iat that is an hour ahead', (now) => ({ claims: { iat: now + 3600 } })],
      ['no jti', () => ({ claims: { jti: undefined } })],
      ['a jti that is too long', () => ({ claims: { jti: 'x'.repeat(513) } })],
      ['a jti that is no text', () => ({ claims: { jti: 7 } })],
      ['a typ of something else', () => ({ header: { typ: 'dpop+jwt' } })],
      ['a typ of an access token', () => ({ header: { typ: 'at+jwt' } })],
    ])('refuses %s: 401 (RFC 7523 §3)', async (_, options) => {
      await refused(await sign(key, app, options(secondsOf(server))))
    })

    it('takes clocks that are a few seconds apart', async () => {
      const now = secondsOf(server)
      expect((await ask(await sign(key, app, { claims: { nbf: now + 8, iat: now + 8 } }))).status).toBe(200)
    })

    it('refuses what another key signed, nobody signed, or cannot be read', async () => {
      await refused(await sign(await createKey()))
      const [, payload] = (await sign(key)).split('.')
      const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
      await refused(`${none}.${payload}.`)
      await refused('no jwt')
      await refused('a.b.c')
    })

    it('refuses what is signed with a public key as if that were a secret (RFC 8725 §2.1)', async () => {
      await refused(await signSymmetric(JSON.stringify(key.publicJwk), app))
    })

    it('refuses another type, and an assertion that is there in part or twice', async () => {
      const assertion = await sign(key)
      const other = { ...GRANT, client_assertion: assertion }
      const type = 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer'
      expect((await server.form('/oauth/token', { ...other, client_assertion_type: type })).status).toBe(401)
      expect((await server.form('/oauth/token', other)).status).toBe(401)
      expect((await server.form('/oauth/token', { ...GRANT, client_assertion_type: JWT_BEARER })).status).toBe(401)
      const twice = new URLSearchParams({ ...other, client_assertion_type: JWT_BEARER })
      twice.append('client_assertion', assertion)
      expect((await server.form('/oauth/token', twice)).body.error).toBe('invalid_request')
    })

    it('refuses a secret beside it, in the header or the body (RFC 6749 §2.3)', async () => {
      const secret = app.clientSecret ?? ''
      const inBody = await ask(await sign(key), { client_id: app.clientId, client_secret: secret })
      expect(inBody).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
      const authorization = `Basic ${Buffer.from(`${app.clientId}:${secret}`).toString('base64')}`
      const inHeader = await server.form('/oauth/token', { ...GRANT, ...shown(await sign(key)) }, { authorization })
      expect(inHeader).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    })

    it('refuses an app without keys, a public one, and one that is disabled', async () => {
      await refused(await sign(key, await makeApp()))
      const open = await server.createApp({ type: 'public', grants: [DEVICE] })
      await setOf(server, open, 'client-assertion.jwks', JSON.stringify({ keys: [key.publicJwk] }))
      await refused(await sign(key, open))
      const gone = await appWith(key)
      const latest = await server.server.core.apps.byId(gone.app.id)
      await server.server.core.apps.update({ ...(latest ?? gone.app), disabledAt: server.clock.now() })
      await refused(await sign(key, gone))
    })

    it('takes a jti once, also of 20 at once, and until the assertion is over (RFC 7523 §3)', async () => {
      const assertion = await sign(key)
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(assertion)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      server.clock.pass({ seconds: 59 })
      await refused(assertion)
      const jti = randomUUID()
      expect((await ask(await sign(key, app, { claims: { jti } }))).status).toBe(200)
      await refused(await sign(key, app, { claims: { jti } }))
      const other = await appWith(key)
      expect((await ask(await sign(key, other, { claims: { jti } }))).status).toBe(200)
    })

    it('takes the token endpoint as audience where an operator says so of the app', async () => {
      const older = await appWith(key)
      await setOf(server, older, 'client-assertion.audience', 'endpoint')
      for (const aud of [`${ISSUER}/oauth/token`, [`${ISSUER}/oauth/token`, ISSUER], ISSUER]) {
        expect((await ask(await sign(key, older, { claims: { aud } }))).status).toBe(200)
      }
      await refused(await sign(key, older, { claims: { aud: 'https://other.example/oauth/token' } }))
    })
  })

  describe('keys that an app publishes', () => {
    const PATH = '/jwks'
    const publishing = async (answer: RequestListener, path = PATH) => {
      publish = answer
      const own = await makeApp()
      // A query of its own, for documents are remembered.
      const url = `http://127.0.0.1:${listener.port}${path}?${randomUUID()}`
      await setOf(server, own, 'client-assertion.jwksUri', url)
      return own
    }
    const json =
      (body: unknown): RequestListener =>
      (_, response) =>
        response.setHeader('content-type', 'application/json').end(JSON.stringify(body))

    it('are fetched, and fetched again when none fits: an app may change them', async () => {
      const next = await createKey()
      let keys = [key.publicJwk]
      const own = await publishing((request, response) => json({ keys })(request, response))
      expect((await ask(await sign(key, own))).status).toBe(200)
      keys = [next.publicJwk]
      server.clock.pass({ seconds: 31 })
      expect((await ask(await sign(next, own))).status).toBe(200)
    })

    it('may hold others that nobody can use here', async () => {
      const own = await publishing(json({ keys: [{ kty: 'oct', k: 'eA' }, { kty: 'X' }, null, key.publicJwk] }))
      expect((await ask(await sign(key, own))).status).toBe(200)
    })

    it('that hang, redirect, are too many bytes or no JSON are none: 401 in time, and nobody else waits', async () => {
      const answers: RequestListener[] = [
        () => undefined,
        (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
        (_, response) =>
          response.setHeader('content-type', 'application/json').end(`{"keys":["${'x'.repeat(10_000_000)}"]}`),
        (_, response) => response.setHeader('content-type', 'text/html').end('<p>'),
        json([]),
      ]
      for (const answer of answers) {
        const own = await publishing(answer)
        const waiting = ask(await sign(key, own))
        expect((await ask(await sign(key))).status).toBe(200)
        expect((await waiting).status).toBe(401)
      }
    })

    it('are asked for at public addresses alone: a private one sees no connection (RFC 9700 §4)', async () => {
      const strict = await createTestServer({
        databaseUrl: await database.url(),
        plugins: [clientCredentials(), clientAssertion()],
        scopes: [{ name: 'read', description: 'Read your data' }],
        outgoing: { allowHttp: true, allowedPorts: 'any' },
      })
      const own = await strict.createApp({ grants: ['client_credentials'], scopes: ['read'] })
      await setOf(strict, own, 'client-assertion.jwksUri', `http://127.0.0.1:${listener.port}/`)
      const before = listener.hits
      const answer = await strict.form('/oauth/token', { ...GRANT, ...shown(await sign(key, own)) })
      expect(answer.status).toBe(401)
      expect(listener.hits).toBe(before)
      await strict.close()
    })
  })

  describe('client_secret_jwt', () => {
    const addSecret = async (own: TestApp, by = owner, overlapSeconds?: number) => {
      const { data } = await server.graphql(
        `mutation($input: AddAssertionSecretInput!) { addAssertionSecret(input: $input) {
          __typename ... on AssertionSecret { secret } ... on Error { code } } }`,
        { input: { clientId: own.clientId, overlapSeconds } },
        { headers: { authorization: `Bearer ${by.sessionToken}` } },
      )
      return data.addAssertionSecret
    }

    it.each(['HS256', 'HS384', 'HS512'])('takes %s with a secret that was made for it', async (algorithm) => {
      const own = await makeApp()
      const { secret } = await addSecret(own)
      expect((await ask(await signSymmetric(secret, own, algorithm))).status).toBe(200)
    })

    it('refuses the secret that the app sends otherwise, and one does not pass for the other', async () => {
      const own = await makeApp()
      const { secret } = await addSecret(own)
      await refused(await signSymmetric(own.clientSecret ?? '', own))
      const sent = { ...GRANT, client_id: own.clientId, client_secret: secret }
      expect((await server.form('/oauth/token', sent)).status).toBe(401)
    })

    it('takes the old and the new one while they overlap, then the new one alone', async () => {
      const own = await makeApp()
      const { secret: first } = await addSecret(own)
      const { secret: second } = await addSecret(own, owner, 600)
      expect((await ask(await signSymmetric(first, own))).status).toBe(200)
      expect((await ask(await signSymmetric(second, own))).status).toBe(200)
      server.clock.pass({ seconds: 601 })
      await refused(await signSymmetric(first, own))
      expect((await ask(await signSymmetric(second, own))).status).toBe(200)
      const { secret: third } = await addSecret(own, owner, 0)
      await refused(await signSymmetric(second, own))
      expect((await ask(await signSymmetric(third, own))).status).toBe(200)
    })

    it('five work at a time, and no more', async () => {
      const own = await makeApp()
      for (let count = 0; count < 5; count += 1) expect((await addSecret(own)).__typename).toBe('AssertionSecret')
      expect((await addSecret(own)).__typename).toBe('TooManySecretsError')
      expect((await addSecret(own, owner, 0)).__typename).toBe('AssertionSecret')
    })

    it('is given to whose app it is and to admins alone, and to no public app', async () => {
      const stranger = await server.createUser()
      expect((await addSecret(await makeApp(), stranger)).__typename).toBe('NotFoundError')
      const open = await server.createApp({ type: 'public', grants: [DEVICE] })
      expect((await addSecret(open)).__typename).toBe('InvalidInputError')
    })

    it('is sealed where it is stored, and forgotten when it is over', async () => {
      const own = await makeApp()
      const { secret } = await addSecret(own)
      await addSecret(own, owner, 0)
      const { core } = server.server
      // biome-ignore lint/suspicious/noExplicitAny: core has no type of a plugin's tables
      const db = core.database.db as any
      const rows = () => db.selectFrom('client_assertion_secret').selectAll().where('app_id', '=', own.app.id).execute()
      expect(
        JSON.stringify((await rows()).map((row: { sealed_secret: Buffer }) => row.sealed_secret.toString('latin1'))),
      ).not.toContain(secret)
      expect(await rows()).toHaveLength(2)
      await runJob(server.server.core, 'sweep-secrets')
      expect(await rows()).toHaveLength(1)
    })
  })

  it('secrets that apps sign with outlive a rotation of GRANTQL_SECRET', async () => {
    const databaseUrl = await database.url()
    const openWith = async (secret: string) => {
      const opened = await createServer({
        config: { plugins: [clientCredentials(), clientAssertion()], scopes: [{ name: 'read', description: 'Read' }] },
        environment: { issuer: ISSUER, databaseUrl, secret },
        log: silent,
        now: server.clock.now,
      })
      return opened
    }
    const [older, newer] = [
      'the older secret of this server that is long enough',
      'the newer secret of this server that is long enough',
    ]
    const first = await openWith(older)
    const by = { id: undefined, role: 'admin' } as const
    const made = await createApp(first.core, by, {
      name: 'Test',
      type: 'confidential',
      grants: ['client_credentials'],
      scopes: ['read'],
    })
    const own = { ...made, clientId: made.app.clientId }
    const ctx = pluginContext(first.core, 'client-assertion') as PluginContext<ClientAssertionTables>
    const secret = await addSecret(ctx, own.app)
    await first.close()

    const second = await openWith(`${newer},${older}`)
    await second.core.keys.resealAll()
    await second.core.derivationKey.reseal()
    await runJob(second.core, 'reseal-secrets')
    await second.close()

    const third = await openWith(newer)
    const body = new URLSearchParams({ ...GRANT, ...shown(await signSymmetric(secret, own)) })
    const answer = await third.fetch(new Request(`${ISSUER}/oauth/token`, { method: 'POST', body }))
    expect(answer.status).toBe(200)
    await third.close()
  })

  describe('an app that says how it proves who it is (RFC 7591 §2)', () => {
    it('is refused when it does so in another way', async () => {
      const own = await appWith(key)
      const basic = { authorization: `Basic ${Buffer.from(`${own.clientId}:${own.clientSecret}`).toString('base64')}` }
      const post = { ...GRANT, client_id: own.clientId, client_secret: own.clientSecret ?? '' }
      const works = async () => [
        (await server.form('/oauth/token', GRANT, basic)).status,
        (await server.form('/oauth/token', post)).status,
        (await ask(await sign(key, own))).status,
      ]
      expect(await works()).toEqual([200, 200, 200])
      await setOf(server, own, 'core.clientAuthMethods', ['private_key_jwt'])
      expect(await works()).toEqual([401, 401, 200])
      await setOf(server, own, 'core.clientAuthMethods', ['client_secret_post'])
      expect(await works()).toEqual([401, 200, 401])
      await setOf(server, own, 'core.clientAuthMethods', ['client_secret_basic', 'private_key_jwt'])
      expect(await works()).toEqual([200, 401, 200])
    })
  })

  describe('everywhere that apps authenticate', () => {
    it('the other endpoints take it as the token endpoint does', async () => {
      const { access_token: token } = (await ask(await sign(key))).body
      expect((await ask(await sign(key), { token }, '/oauth/introspect')).body.active).toBe(true)
      expect((await ask(await sign(key), { token }, '/oauth/revoke')).status).toBe(200)
      expect((await ask(await sign(key), { token }, '/oauth/introspect')).body.active).toBe(false)
      expect((await ask(await sign(key), {}, '/oauth/device_authorization')).body.device_code).toBeTruthy()
    })

    it('no assertion passes for an access token (RFC 8725 §3.11)', async () => {
      const token = await sign(key)
      expect((await ask(await sign(key), { token }, '/oauth/introspect')).body).toEqual({ active: false })
    })

    it('and so does GraphQL, by fields of the input', async () => {
      const clientCredentialsBy = async (assertion: string) => {
        const { data } = await server.graphql(
          `mutation($input: ClientCredentialsInput!) { clientCredentials(input: $input) {
            __typename ... on TokenSet { accessToken } } }`,
          { input: { clientAssertionType: JWT_BEARER, clientAssertion: assertion } },
        )
        return data.clientCredentials
      }
      const assertion = await sign(key)
      const { accessToken } = await clientCredentialsBy(assertion)
      expect(accessToken).toBeTruthy()
      expect((await clientCredentialsBy(assertion)).__typename).toBe('InvalidClientError')
      const looked = await server.graphql(
        'mutation($input: IntrospectTokenInput!) { introspectToken(input: $input) { ... on TokenIntrospection { active } } }',
        { input: { token: accessToken, clientAssertionType: JWT_BEARER, clientAssertion: await sign(key) } },
      )
      expect(looked.data.introspectToken.active).toBe(true)
    })

    it('metadata names the methods and the algorithms of each (RFC 8414 §2)', async () => {
      const metadata = await (await server.fetch('/.well-known/oauth-authorization-server')).json()
      for (const name of ['token', 'introspection', 'revocation', 'device_authorization']) {
        expect(metadata[`${name}_endpoint_auth_methods_supported`]).toEqual(
          expect.arrayContaining(['client_secret_basic', 'private_key_jwt', 'client_secret_jwt']),
        )
        const algorithms = metadata[`${name}_endpoint_auth_signing_alg_values_supported`]
        expect(algorithms).toEqual(expect.arrayContaining(['ES256', 'RS256', 'HS256']))
        expect(algorithms).not.toContain('none')
      }
    })
  })

  it.each([
    ['no JSON', 'keys'],
    ['no keys', '{"keys":[]}'],
    ['a private key', '{"keys":[{"kty":"EC","crv":"P-256","x":"x","y":"y","d":"d"}]}'],
    ['a secret', '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}'],
    [
      'an RSA key of 1,024 bits',
      `{"keys":[{"kty":"RSA","e":"AQAB","n":"${Buffer.alloc(128, 255).toString('base64url')}"}]}`,
    ],
  ])('keys by value are refused where they are %s (RFC 7517 §9.2)', async (_, value) => {
    const { updateAppSetting } = await import('../../src/operations/update-setting.ts')
    const { core } = server.server
    const by = { id: owner.user.id, role: 'admin' } as const
    await expect(updateAppSetting(core, by, app.app.id, 'client-assertion.jwks', value)).rejects.toThrow()
  })
})
