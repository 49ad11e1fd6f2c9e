import { createHash, randomUUID } from 'node:crypto'
import type { TestApp, TestServer, TestUser } from 'grantql/testing'
import { decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dpop } from '../../plugins/dpop/index.ts'
import { pushedAuthorization } from '../../plugins/pushed-authorization/index.ts'
import { databases } from '../support/database.ts'
import { CALLBACK, flowOf, of, openidServer } from './openid-support.ts'
import { createKey, type ProofOptions, prove, secondsOf, setOf, type TestKey } from './proofs.ts'

const GRANT = { grant_type: 'client_credentials' }
const GRAPHQL = 'http://localhost:3000/graphql'
const USERINFO = 'http://localhost:3000/oauth/userinfo'

describe.each(databases)('DPoP (RFC 9449) ($name)', (database) => {
  let server: TestServer
  let app: TestApp
  let user: TestUser
  let key: TestKey
  const flow = flowOf(() => server)

  beforeAll(async () => {
    server = await openidServer(await database.url(), [dpop(), pushedAuthorization()])
    app = await server.createApp({
      grants: ['client_credentials', 'authorization_code', 'refresh_token'],
      scopes: ['openid', 'read'],
      redirectUris: [CALLBACK],
    })
    user = await server.createUser()
    key = await createKey()
  })
  afterAll(() => server?.close())

  const proof = (options?: ProofOptions, by = key) => prove(server, by, options)
  const ask = (dpopProof?: string, params: Record<string, string> = GRANT, by = app) =>
    server.form('/oauth/token', { ...of(by), ...params }, dpopProof === undefined ? {} : { dpop: dpopProof })
  const bound = async () => (await ask(await proof())).body.access_token as string
  const publicApp = () =>
    server.createApp({
      type: 'public',
      grants: ['authorization_code', 'refresh_token'],
      scopes: ['openid', 'read'],
      redirectUris: [CALLBACK],
    })
  const codeParams = async (by: TestApp, more: Record<string, string> = {}) => {
    const { code = '' } = await flow.approved(by, user, more)
    return { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: 'v'.repeat(43) }
  }

  describe('a token request with a proof (§5)', () => {
    it('gives a token of the type DPoP that names the key, to introspection too (§5, §6.1, §6.2)', async () => {
      const { status, body } = await ask(await proof())
      expect(status).toBe(200)
      expect(body.token_type).toBe('DPoP')
      expect(decodeJwt(body.access_token).cnf).toEqual({ jkt: key.thumbprint })
      const looked = await server.form('/oauth/introspect', { ...of(app), token: body.access_token })
      expect(looked.body).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: key.thumbprint } })
    })

    it('gives a bearer token where there is no proof', async () => {
      expect((await ask()).body).toMatchObject({ token_type: 'Bearer' })
    })

    it('is refused without a proof where the app has to bring one (§5.2)', async () => {
      const strict = await server.createApp({ grants: ['client_credentials'], scopes: ['read'] })
      await setOf(server, strict, 'dpop.dpopBoundAccessTokens', true)
      expect(await ask(undefined, GRANT, strict)).toMatchObject({
        status: 400,
        body: { error: 'invalid_dpop_proof' },
      })
      expect((await ask(await proof(), GRANT, strict)).body.token_type).toBe('DPoP')
    })

    it.each(['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'RS256'])(
      'takes a key for %s (§4.2)',
      async (algorithm) => {
        expect((await ask(await proof({}, await createKey(algorithm)))).status).toBe(200)
      },
    )

    it('is refused where its proof was used before: once, also of 20 at once (§11.1)', async () => {
      const used = await proof()
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(used)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(answers.find(({ status }) => status !== 200)?.body.error).toBe('invalid_dpop_proof')
    })

    it('takes the same jti from another key: whose proof it is counts (§11.1)', async () => {
      const claims = { jti: randomUUID() }
      expect((await ask(await proof({ claims }))).status).toBe(200)
      expect((await ask(await proof({ claims }, await createKey()))).status).toBe(200)
    })
  })

  describe('what makes a proof wrong (§4.3)', () => {
    const refused = async (text: string) =>
      expect(await ask(text)).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } })

    it.each([
      ['no JWT', async () => 'no proof'],
      ['two headers', async () => `${await proof()}, ${await proof()}`],
      ['another typ', () => proof({ header: { typ: 'JWT' } })],
      ['no typ', () => proof({ header: { typ: undefined } })],
      ['no jwk', () => proof({ header: { jwk: undefined } })],
      ['a private key in it', () => proof({ header: { jwk: key.privateJwk } })],
      ['a symmetric key in it', () => proof({ header: { jwk: { kty: 'oct', k: 'c2VjcmV0' } } })],
      ['somebody else’s key in it', async () => proof({ header: { jwk: (await createKey()).publicJwk } })],
      ['no jti', () => proof({ claims: { jti: undefined } })],
      ['an empty jti', () => proof({ claims: { jti: '' } })],
      ['a jti that is too long', () => proof({ claims: { jti: 'x'.repeat(513) } })],
      ['no htm', () => proof({ claims: { htm: undefined } })],
      ['another htm', () => proof({ claims: { htm: 'GET' } })],
      ['no htu', () => proof({ claims: { htu: undefined } })],
      ['another htu', () => proof({ url: 'http://localhost:3000/oauth/introspect' })],
      ['the htu of another server', () => proof({ url: 'https://localhost:3000/oauth/token' })],
      ['no iat', () => proof({ claims: { iat: undefined } })],
      ['an iat that is no number', () => proof({ claims: { iat: 'now' } })],
      ['an iat that is too old', () => proof({ claims: { iat: secondsOf(server) - 62 } })],
      ['an iat that is to come', () => proof({ claims: { iat: secondsOf(server) + 30 } })],
    ])('%s', async (_, make) => refused(await make()))

    it('a signature that is none, or made with a secret (§4.2)', async () => {
      const [, payload] = (await proof()).split('.')
      const head = (header: object) => Buffer.from(JSON.stringify(header)).toString('base64url')
      await refused(`${head({ typ: 'dpop+jwt', alg: 'none', jwk: key.publicJwk })}.${payload}.`)
      const jwk = { kty: 'oct', k: Buffer.from('k'.repeat(32)).toString('base64url') }
      const symmetric = await new SignJWT({ jti: '1', htm: 'POST', htu: 'x', iat: secondsOf(server) })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'HS256', jwk })
        .sign(Buffer.from('k'.repeat(32)))
      await refused(symmetric)
    })

    it('an RSA key that is made to keep the server busy', async () => {
      const { publicJwk } = await createKey('RS256')
      const n = Buffer.alloc(1024, 0xff).toString('base64url')
      await refused(await proof({ header: { alg: 'RS256', jwk: { ...publicJwk, n } } }).catch(() => 'x'))
    })
  })

  it('the htu counts without query and fragment, however it is written (§4.3)', async () => {
    for (const url of [
      'http://localhost:3000/oauth/token?a=b#c',
      'HTTP://LOCALHOST:3000/oauth/token',
      'http://localhost:3000/oauth/./t%6Fken',
    ]) {
      expect((await ask(await proof({ url }))).status).toBe(200)
    }
  })

  it('metadata names the algorithms (§5.1)', async () => {
    const metadata = await (await server.fetch('/.well-known/oauth-authorization-server')).json()
    expect(metadata.dpop_signing_alg_values_supported).toContain('ES256')
    expect(metadata.dpop_signing_alg_values_supported).not.toContain('none')
  })

  describe('a bound token at a resource of this server (§7)', () => {
    const userToken = async () => {
      const { body } = await ask(await proof(), await codeParams(app, { scope: 'openid' }))
      return body.access_token as string
    }
    const info = async (authorization: string, dpopProof?: string) =>
      server.fetch('/oauth/userinfo', {
        method: 'POST',
        headers: { authorization, ...(dpopProof !== undefined && { dpop: dpopProof }) },
      })
    const resourceProof = (accessToken: string, more: ProofOptions = {}) =>
      proof({ url: USERINFO, accessToken, ...more })

    it('is taken with a proof for it (§7.1)', async () => {
      const token = await userToken()
      expect((await info(`DPoP ${token}`, await resourceProof(token))).status).toBe(200)
      expect((await info(`dpop ${token}`, await resourceProof(token))).status).toBe(200)
    })

    it('is refused as a bearer token, and a bearer token under its scheme (§7.2)', async () => {
      const token = await userToken()
      const asBearer = await info(`Bearer ${token}`, await resourceProof(token))
      expect(asBearer.status).toBe(401)
      expect(asBearer.headers.get('www-authenticate')).toContain('error="invalid_token"')
      const { access_token: bearer } = (await ask(undefined, await codeParams(app, { scope: 'openid' }))).body
      const asDpop = await info(`DPoP ${bearer}`, await resourceProof(bearer))
      expect(asDpop.status).toBe(401)
      expect(asDpop.headers.get('www-authenticate')).toMatch(/^DPoP .*error="invalid_token"/)
    })

    it('is refused without a proof, by another key’s, and by one for another token: 401 with a challenge (§7.1)', async () => {
      const [token, other] = [await userToken(), await userToken()]
      const without = await info(`DPoP ${token}`)
      expect(without.status).toBe(401)
      expect(without.headers.get('www-authenticate')).toMatch(/^DPoP /)
      const another = await prove(server, await createKey(), { url: USERINFO, accessToken: token })
      expect((await info(`DPoP ${token}`, another)).status).toBe(401)
      for (const wrong of [await resourceProof(other), await proof({ url: USERINFO })]) {
        const answer = await info(`DPoP ${token}`, wrong)
        expect(answer.status).toBe(401)
        expect(answer.headers.get('www-authenticate')).toMatch(/^DPoP error="invalid_dpop_proof", algs="ES256 /)
      }
    })

    it('is refused with a proof that was used before (§11.1)', async () => {
      const token = await userToken()
      const used = await resourceProof(token)
      expect((await info(`DPoP ${token}`, used)).status).toBe(200)
      expect((await info(`DPoP ${token}`, used)).status).toBe(401)
    })

    it('is refused at the admin endpoint', async () => {
      const answer = await server.graphql(
        '{ __typename }',
        {},
        {
          path: '/admin/graphql',
          headers: { authorization: `DPoP ${await bound()}` },
        },
      )
      expect(answer.status).toBe(401)
    })
  })

  describe('over GraphQL', () => {
    const MUTATION = `mutation($input: ClientCredentialsInput!) {
      clientCredentials(input: $input) { __typename ... on TokenSet { tokenType accessToken } ... on Error { code } } }`
    const input = () => ({ clientId: app.clientId, clientSecret: app.clientSecret })

    it('a proof for the URL of the endpoint binds what is issued; one for the token endpoint does not (§4.3)', async () => {
      const right = await server.graphql(
        MUTATION,
        { input: input() },
        { headers: { dpop: await proof({ url: GRAPHQL }) } },
      )
      expect(right.data.clientCredentials).toMatchObject({ __typename: 'TokenSet', tokenType: 'DPoP' })
      const wrong = await server.graphql(MUTATION, { input: input() }, { headers: { dpop: await proof() } })
      expect(wrong.data.clientCredentials).toEqual({
        __typename: 'InvalidDpopProofError',
        code: 'invalid_dpop_proof',
      })
    })

    it('a bound token is presented by the same headers (§7.1)', async () => {
      const { body } = await ask(await proof(), await codeParams(app, { scope: 'openid' }))
      const accessToken = body.access_token as string
      const tell = (headers: Record<string, string>) =>
        server.graphql(
          'mutation($input: UserInfoInput!) { userInfo(input: $input) { __typename ... on UserInfo { subject } } }',
          { input: { accessToken } },
          { headers },
        )
      const authorization = `DPoP ${accessToken}`
      const told = await tell({ authorization, dpop: await proof({ url: GRAPHQL, accessToken }) })
      expect(told.data.userInfo).toEqual({ __typename: 'UserInfo', subject: user.user.id })
      expect((await tell({})).data.userInfo.__typename).toBe('InvalidTokenError')
      const wrong = await tell({ authorization, dpop: await proof({ url: USERINFO, accessToken }) })
      expect(wrong.data.userInfo.__typename).toBe('InvalidDpopProofError')
    })
  })

  describe('refresh tokens (§5)', () => {
    const refresh = (by: TestApp, token: string, dpopProof?: string) =>
      ask(dpopProof, { grant_type: 'refresh_token', refresh_token: token }, by)

    it('of a public app are bound to the key: another one and none are refused', async () => {
      const own = await publicApp()
      const first = await ask(await proof(), await codeParams(own), own)
      const token = first.body.refresh_token
      expect((await refresh(own, token)).body.error).toBe('invalid_grant')
      expect((await refresh(own, token, await proof({}, await createKey()))).body.error).toBe('invalid_grant')
      const next = await refresh(own, token, await proof())
      expect(next).toMatchObject({ status: 200, body: { token_type: 'DPoP' } })
      expect((await refresh(own, next.body.refresh_token)).body.error).toBe('invalid_grant')
    })

    it('of a confidential app are not: it proves who it is, and may change its key', async () => {
      const first = await ask(await proof(), await codeParams(app, { scope: 'read' }))
      const other = await createKey()
      const next = await refresh(app, first.body.refresh_token, await proof({}, other))
      expect(next.status).toBe(200)
      expect(decodeJwt(next.body.access_token).cnf).toEqual({ jkt: other.thumbprint })
    })
  })

  describe('dpop_jkt at the authorization endpoint (§10)', () => {
    it('binds the code: another key and none are refused, and the code is not used up by that', async () => {
      for (const own of [app, await publicApp()]) {
        const params = await codeParams(own, { dpop_jkt: key.thumbprint })
        expect((await ask(undefined, params, own)).body.error).toBe('invalid_dpop_proof')
        expect((await ask(await proof({}, await createKey()), params, own)).body.error).toBe('invalid_dpop_proof')
        expect((await ask(await proof(), params, own)).body.token_type).toBe('DPoP')
      }
    })

    it('does not bind what is refreshed later to that key', async () => {
      const params = await codeParams(app, { dpop_jkt: key.thumbprint })
      const { refresh_token } = (await ask(await proof(), params)).body
      const next = await ask(await proof({}, await createKey()), { grant_type: 'refresh_token', refresh_token })
      expect(next.status).toBe(200)
    })

    describe('and where the request is pushed (§10.1)', () => {
      const PAR = 'http://localhost:3000/oauth/par'
      const push = (more: Record<string, string>, dpopProof?: string) =>
        server.form(
          '/oauth/par',
          {
            ...of(app),
            response_type: 'code',
            redirect_uri: CALLBACK,
            scope: 'read',
            code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'),
            code_challenge_method: 'S256',
            ...more,
          },
          dpopProof === undefined ? {} : { dpop: dpopProof },
        )
      const redeem = async (requestUri: string, dpopProof?: string) => {
        const { code = '' } = await flow.approved(app, user, { request_uri: requestUri })
        return ask(dpopProof, {
          grant_type: 'authorization_code',
          code,
          redirect_uri: CALLBACK,
          code_verifier: 'v'.repeat(43),
        })
      }

      it('a proof and dpop_jkt bind the code alike; that they differ is refused', async () => {
        const byProof = await push({}, await proof({ url: PAR }))
        expect((await redeem(byProof.body.request_uri, await proof())).body.token_type).toBe('DPoP')
        const byName = await push({ dpop_jkt: key.thumbprint })
        const other = await proof({}, await createKey())
        for (const { body } of [await push({}, await proof({ url: PAR })), byName]) {
          expect((await redeem(body.request_uri, other)).body.error).toBe('invalid_dpop_proof')
        }
        const differs = await push({ dpop_jkt: (await createKey()).thumbprint }, await proof({ url: PAR }))
        expect(differs).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } })
        expect((await push({}, await proof())).body.error).toBe('invalid_dpop_proof')
      })
    })

    it('is refused where it is no thumbprint', async () => {
      const back = await flow.approved(app, user, { dpop_jkt: 'short' })
      expect(back.error).toBe('invalid_request')
    })
  })

  describe('nonces (§8, §9)', () => {
    beforeAll(() => server.server.core.settings.write('dpop.nonces', 'required'))
    afterAll(() => server.server.core.settings.write('dpop.nonces', 'off'))
    const withNonce = (nonce: string | null, options: ProofOptions = {}) => proof({ ...options, claims: { nonce } })
    const nonceOf = async () => (await ask(await proof())).headers.get('dpop-nonce')

    it('are demanded by use_dpop_nonce with one in DPoP-Nonce, which works then', async () => {
      const first = await ask(await proof())
      expect(first).toMatchObject({ status: 400, body: { error: 'use_dpop_nonce' } })
      const nonce = first.headers.get('dpop-nonce')
      expect(nonce).toMatch(/^[A-Za-z0-9_-]{43}$/)
      const second = await ask(await withNonce(nonce))
      expect(second.status).toBe(200)
      expect(second.headers.get('dpop-nonce')).toBe(nonce)
      expect(second.headers.get('cache-control')).toBe('no-store')
    })

    it('change, and are taken for a while after that, and no longer (§8.2)', async () => {
      const nonce = await nonceOf()
      server.clock.pass({ seconds: 60 })
      const later = await ask(await withNonce(nonce))
      expect(later.status).toBe(200)
      expect(later.headers.get('dpop-nonce')).not.toBe(nonce)
      server.clock.pass({ seconds: 60 })
      expect((await ask(await withNonce(nonce))).body.error).toBe('use_dpop_nonce')
      expect((await ask(await withNonce('made-up'))).body.error).toBe('use_dpop_nonce')
    })

    it('are demanded at userinfo by a challenge: 401 (§9)', async () => {
      const token = (await ask(await withNonce(await nonceOf()), await codeParams(app, { scope: 'openid' }))).body
        .access_token
      const info = (text: string) =>
        server.fetch('/oauth/userinfo', { method: 'POST', headers: { authorization: `DPoP ${token}`, dpop: text } })
      const first = await info(await proof({ url: USERINFO, accessToken: token }))
      expect(first.status).toBe(401)
      expect(first.headers.get('www-authenticate')).toMatch(/^DPoP error="use_dpop_nonce"/)
      const nonce = first.headers.get('dpop-nonce')
      expect((await info(await withNonce(nonce, { url: USERINFO, accessToken: token }))).status).toBe(200)
    })

    it('are demanded and given over GraphQL alike: the error in the result, the nonce in the header', async () => {
      const post = async (text: string) => {
        const response = await server.fetch('/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json', dpop: text },
          body: JSON.stringify({
            query: 'mutation($input: ClientCredentialsInput!) { clientCredentials(input: $input) { __typename } }',
            variables: { input: { clientId: app.clientId, clientSecret: app.clientSecret } },
          }),
        })
        const { data } = (await response.json()) as { data: { clientCredentials: { __typename: string } } }
        return { nonce: response.headers.get('dpop-nonce'), type: data.clientCredentials.__typename }
      }
      const first = await post(await proof({ url: GRAPHQL }))
      expect(first.type).toBe('UseDpopNonceError')
      const second = await post(await withNonce(first.nonce, { url: GRAPHQL }))
      expect(second.type).toBe('TokenSet')
    })
  })
})
