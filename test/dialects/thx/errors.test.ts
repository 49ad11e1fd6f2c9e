import { describe, expect, it } from 'vitest'
import { type Application, backend, describeThx, said, token, wallet } from './support.ts'

const GRANT = { grant_type: 'client_credentials' }

interface Case {
  readonly title: string
  readonly params: (app: Application) => Record<string, string> | readonly (readonly [string, string])[]
  /** The value of the Authorization header; undefined for none. */
  readonly authorization: (app: Application) => string | undefined
  readonly status: number
  readonly error: string
  readonly description: string
  readonly scope?: string
}

const asItself = ({ basic }: Application) => basic
const encode = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

const CASES: readonly Case[] = [
  {
    title: 'a wrong secret',
    params: () => GRANT,
    authorization: ({ clientId }) => encode(`${clientId}:wrong`),
    status: 401,
    error: 'invalid_client',
    description: 'client authentication failed',
  },
  {
    title: 'an unknown client',
    params: () => GRANT,
    authorization: () => encode('nobody:wrong'),
    status: 401,
    error: 'invalid_client',
    description: 'client authentication failed',
  },
  {
    title: 'a wrong secret in the form',
    params: ({ clientId }) => ({ ...GRANT, client_id: clientId, client_secret: 'wrong' }),
    authorization: () => undefined,
    status: 401,
    error: 'invalid_client',
    description: 'client authentication failed',
  },
  {
    title: 'no secret at all',
    params: ({ clientId }) => ({ ...GRANT, client_id: clientId }),
    authorization: () => undefined,
    status: 401,
    error: 'invalid_client',
    description: 'client authentication failed',
  },
  {
    title: 'no credentials',
    params: () => GRANT,
    authorization: () => undefined,
    status: 400,
    error: 'invalid_request',
    description: 'no client authentication mechanism provided',
  },
  ...['incorrect authorization code', 'Bearer abc', 'Basic', 'Basic !!!', encode('no colon')].map((header) => ({
    title: `the header "${header}"`,
    params: () => GRANT,
    authorization: () => header,
    status: 400,
    error: 'invalid_request',
    description: 'invalid authorization header value format',
  })),
  {
    title: 'an id that is not form-encoded',
    params: () => GRANT,
    authorization: () => encode('100%:secret'),
    status: 400,
    error: 'invalid_request',
    description: 'client_id and client_secret in the authorization header are not properly encoded',
  },
  {
    title: 'a header without a secret',
    params: () => GRANT,
    authorization: ({ clientId }) => encode(`${clientId}:`),
    status: 400,
    error: 'invalid_request',
    description: 'client_secret must be provided in the Authorization header',
  },
  {
    title: 'both mechanisms',
    params: ({ clientSecret }) => ({ ...GRANT, client_secret: clientSecret }),
    authorization: asItself,
    status: 400,
    error: 'invalid_request',
    description: 'client authentication must only be provided using one mechanism',
  },
  {
    title: 'two clients at once',
    params: () => ({ ...GRANT, client_id: 'another' }),
    authorization: asItself,
    status: 400,
    error: 'invalid_request',
    description: 'mismatch in body and authorization client ids',
  },
  {
    title: 'a scope that is known and not the client’s',
    params: () => ({ ...GRANT, scope: 'openid admin user' }),
    authorization: asItself,
    status: 400,
    error: 'invalid_scope',
    description: 'requested scope is not whitelisted',
    scope: 'user',
  },
  {
    title: 'a grant that is known and not the client’s',
    params: () => ({ grant_type: 'authorization_code', code: 'x' }),
    authorization: asItself,
    status: 400,
    error: 'unauthorized_client',
    description: 'requested grant type is not allowed for this client',
  },
  {
    title: 'a grant that is unknown',
    params: () => ({ grant_type: 'magic' }),
    authorization: asItself,
    status: 400,
    error: 'unsupported_grant_type',
    description: 'unsupported grant_type requested',
  },
  {
    title: 'an unknown grant of an unknown client: the client comes first',
    params: () => ({ grant_type: 'magic' }),
    authorization: () => encode('nobody:wrong'),
    status: 401,
    error: 'invalid_client',
    description: 'client authentication failed',
  },
  {
    title: 'no grant',
    params: () => ({ scope: 'openid' }),
    authorization: asItself,
    status: 400,
    error: 'invalid_request',
    description: "missing required parameter 'grant_type'",
  },
  {
    title: 'a parameter twice',
    params: () => [
      ['grant_type', 'client_credentials'],
      ['scope', 'openid'],
      ['scope', 'admin'],
    ],
    authorization: asItself,
    status: 400,
    error: 'invalid_request',
    description: "'scope' parameter must not be provided twice",
  },
]

describeThx('the errors of POST /token', (server) => {
  describe.each(CASES)('$title', ({ params, authorization, status, error, description, scope }) => {
    it(`${status} ${error}: ${description}`, async () => {
      const app = await backend(server())
      const header = authorization(app)
      const answer = await token(server(), params(app), header === undefined ? {} : { basic: header })
      expect([answer.status, answer.body]).toEqual([
        status,
        { error, error_description: description, ...(scope !== undefined && { scope }) },
      ])
      expect(answer.headers.get('cache-control')).toContain('no-store')
      const challenge = `Basic realm="${server().issuer}", error="invalid_client", error_description="client authentication failed"`
      expect(answer.headers.get('www-authenticate')).toBe(status === 401 && header !== undefined ? challenge : null)
    })
  })

  it('a code or its redirect URI that is missing is named', async () => {
    const { basic } = await wallet(server())
    expect(await token(server(), { grant_type: 'authorization_code' }, { basic })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', error_description: "missing required parameter 'code'" },
    })
  })

  it('a code that leads nowhere: invalid_grant', async () => {
    const { basic } = await wallet(server())
    const params = { grant_type: 'authorization_code', code: 'x'.repeat(43) }
    expect(await token(server(), params, { basic })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'grant request is invalid' },
    })
  })

  it('POST /token/introspection of nobody, and of nothing', async () => {
    const { basic } = await backend(server())
    const introspect = async (headers: Record<string, string>, params = {}) =>
      said(await server().form('/token/introspection', params, headers))
    expect(await introspect({}, { token: 'x' })).toMatchObject({
      status: 400,
      body: { error_description: 'no client authentication mechanism provided' },
    })
    expect(await introspect({ authorization: basic })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', error_description: "missing required parameter 'token'" },
    })
    expect(await introspect({ authorization: encode('nobody:wrong') })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client', error_description: 'client authentication failed' },
    })
  })

  it('GET /token is no route', async () => {
    expect(await said(await server().fetch('/token'))).toMatchObject({
      status: 404,
      body: {
        error: 'invalid_request',
        error_description: 'unrecognized route or not allowed method (GET on /token)',
      },
    })
  })

  it('/me without a token, and with what is none of a user', async () => {
    expect(await said(await server().fetch('/me'))).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', error_description: 'no access token provided' },
    })
    const { body } = await token(server(), { ...GRANT, scope: 'openid admin' }, await backend(server()))
    const answer = await said(
      await server().fetch('/me', { headers: { authorization: `Bearer ${body.access_token}` } }),
    )
    expect([answer.status, answer.body]).toEqual([
      401,
      { error: 'invalid_token', error_description: 'invalid token provided' },
    ])
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer realm="${server().issuer}", error="invalid_token", error_description="invalid token provided"`,
    )
  })
})
