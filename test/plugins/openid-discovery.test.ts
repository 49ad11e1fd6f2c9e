import type { TestApp, TestServer, TestUser } from 'grantql/testing'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databases } from '../support/database.ts'
import { ALL_SCOPES, flowOf, ISSUER, openidServer } from './openid-support.ts'

const CONFIGURATION = '/.well-known/openid-configuration'

// biome-ignore lint/suspicious/noExplicitAny: a test of every member says what each of them is
type Metadata = Record<string, any>

describe.each(databases)('OpenID Connect Discovery 1.0 ($name)', (database) => {
  let server: TestServer
  let app: TestApp
  let user: TestUser
  let metadata: Metadata
  const flow = flowOf(() => server)

  beforeAll(async () => {
    server = await openidServer(await database.url())
    app = await flow.createApp()
    user = await server.createUser({
      profile: {
        ...{ name: 'n', givenName: 'g', familyName: 'f', middleName: 'm', nickname: 'k', preferredUsername: 'p' },
        ...{ profile: 'https://x.example/p', picture: 'https://x.example/i', website: 'https://x.example/' },
        ...{ gender: 'x', birthdate: '1815-12-10', zoneinfo: 'Europe/London', locale: 'en', email: 'a@x.example' },
        ...{ phoneNumber: '+441632960123', address: { country: 'GB' } },
      },
    })
    metadata = (await (await server.fetch(CONFIGURATION)).json()) as Metadata
  })
  afterAll(() => server?.close())

  it('is the same document as that of RFC 8414, and names the issuer exactly (§4.3)', async () => {
    const other = await server.fetch('/.well-known/oauth-authorization-server')
    expect(await other.json()).toEqual(metadata)
    expect(metadata.issuer).toBe(ISSUER)
  })

  it('has every member that a provider must have (§3)', () => {
    expect(metadata).toMatchObject({
      authorization_endpoint: `${ISSUER}/oauth/authorize`,
      token_endpoint: `${ISSUER}/oauth/token`,
      userinfo_endpoint: `${ISSUER}/oauth/userinfo`,
      jwks_uri: `${ISSUER}/oauth/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public', 'pairwise'],
      id_token_signing_alg_values_supported: expect.arrayContaining(['RS256', 'ES256']),
    })
  })

  it('is read with HEAD, by everybody, and by a cache', async () => {
    const head = await server.fetch(CONFIGURATION, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const read = await server.fetch(CONFIGURATION, { headers: { origin: 'https://anywhere.example' } })
    expect(read.headers.get('access-control-allow-origin')).toBe('*')
    expect(read.headers.get('cache-control')).toBe('public, max-age=300')
  })

  /** What makes a member true. One that has no proof here is one that is promised and not kept. */
  const proofs: Record<string, (value: never) => Promise<void> | void> = {
    scopes_supported: async (scopes: readonly string[]) => {
      const all = await flow.createApp({ scopes: [...scopes] })
      const { scope } = await flow.tokens(all, user, { scope: scopes.join(' ') })
      expect(scope?.split(' ').sort()).toEqual([...scopes].sort())
    },
    subject_types_supported: async (types: readonly string[]) => {
      for (const type of types) {
        const own = await flow.createApp()
        await flow.setting(own, 'subjectType', type)
        const { id_token = '' } = await flow.tokens(own, user)
        expect(decodeJwt(id_token).sub === user.user.id).toBe(type === 'public')
      }
    },
    id_token_signing_alg_values_supported: async (algorithms: readonly string[]) => {
      expect(algorithms).not.toContain('none')
      for (const algorithm of algorithms) {
        const own = await flow.createApp()
        await flow.setting(own, 'idTokenSignedResponseAlg', algorithm)
        const { id_token = '' } = await flow.tokens(own, user)
        expect(decodeProtectedHeader(id_token).alg).toBe(algorithm)
      }
    },
    userinfo_signing_alg_values_supported: async (algorithms: readonly string[]) => {
      for (const algorithm of algorithms) {
        const own = await flow.createApp()
        await flow.setting(own, 'userinfoSignedResponseAlg', algorithm)
        const { access_token } = await flow.tokens(own, user)
        const headers = { authorization: `Bearer ${access_token}` }
        expect(decodeProtectedHeader(await (await server.fetch('/oauth/userinfo', { headers })).text()).alg).toBe(
          algorithm,
        )
      }
    },
    acr_values_supported: async (classes: readonly string[]) => {
      const { id_token = '' } = await flow.tokens(app, user)
      expect(classes).toEqual([decodeJwt(id_token).acr])
    },
    claims_supported: async (names: readonly string[]) => {
      const { id_token = '', access_token } = await flow.tokens(app, user, {
        scope: ALL_SCOPES.join(' '),
        nonce: 'n',
      })
      const headers = { authorization: `Bearer ${access_token}` }
      const told = (await (await server.fetch('/oauth/userinfo', { headers })).json()) as object
      expect([...names].sort()).toEqual(Object.keys({ ...decodeJwt(id_token), ...told }).sort())
    },
    claim_types_supported: (types) => expect(types).toEqual(['normal']),
    claims_parameter_supported: async (isSupported) => {
      const claims = JSON.stringify({ id_token: { name: null } })
      const { id_token = '' } = await flow.tokens(app, user, { scope: 'openid profile', claims })
      expect('name' in decodeJwt(id_token)).toBe(isSupported)
    },
    request_parameter_supported: async (isSupported) => {
      const { error } = await flow.approved(app, user, { prompt: 'none', request: 'x.y.z' })
      expect(error !== 'request_not_supported').toBe(isSupported)
    },
    request_uri_parameter_supported: async (isSupported) => {
      const { error } = await flow.approved(app, user, { prompt: 'none', request_uri: 'https://x.example/r' })
      expect(error !== 'request_uri_not_supported').toBe(isSupported)
    },
    prompt_values_supported: async (prompts: readonly string[]) => {
      await flow.tokens(app, user)
      for (const prompt of [...prompts, 'nonsense']) {
        const answer = await flow.authorize(app, user, { prompt })
        const refused = new URL(answer.headers.get('location') ?? '').searchParams.get('error') === 'invalid_request'
        expect(refused, prompt).toBe(prompt === 'nonsense')
      }
    },
  }
  /** The members of RFC 8414, which test/rest/metadata.test.ts proves. */
  const OF_RFC_8414 = [
    'issuer',
    'authorization_endpoint',
    'token_endpoint',
    'jwks_uri',
    'introspection_endpoint',
    'introspection_endpoint_auth_methods_supported',
    'revocation_endpoint',
    'revocation_endpoint_auth_methods_supported',
    'response_types_supported',
    'response_modes_supported',
    'grant_types_supported',
    'token_endpoint_auth_methods_supported',
    'code_challenge_methods_supported',
    'authorization_response_iss_parameter_supported',
  ]
  /** Endpoints, which have files of tests of their own. */
  const ENDPOINTS = ['userinfo_endpoint', 'end_session_endpoint']
  /** What logout promises, which its own tests prove. */
  const OF_LOGOUT = /^(back|front)channel_logout_/

  it('promises nothing that is not kept: every value of every member is true (§3)', async () => {
    const others = new Set([...OF_RFC_8414, ...ENDPOINTS])
    const own = Object.keys(metadata).filter((name) => !others.has(name) && !OF_LOGOUT.test(name))
    expect(own.sort()).toEqual(Object.keys(proofs).sort())
    for (const name of own) await proofs[name]?.(metadata[name] as never)
  })
})
