import { decodeJwt } from 'jose'
import { expect, it } from 'vitest'
import { backend, describeThx, said, token, wallet } from './support.ts'

const GRANT = { grant_type: 'client_credentials' }

describeThx('POST /token, client_credentials', (server) => {
  it('is JSON that nothing keeps (RFC 6749 §5.1)', async () => {
    const { headers } = await token(server(), { ...GRANT, scope: 'openid admin' }, await backend(server()))
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(headers.get('cache-control')).toContain('no-store')
    expect(headers.get('pragma')).toBe('no-cache')
  })

  it('takes the secret in the form as well', async () => {
    const { clientId, clientSecret } = await backend(server())
    const { status } = await token(server(), { ...GRANT, client_id: clientId, client_secret: clientSecret })
    expect(status).toBe(200)
  })

  it('drops scopes that nobody knows, without a word', async () => {
    const app = await backend(server())
    const some = await token(server(), { ...GRANT, scope: 'openid nonsense admin' }, app)
    expect([some.status, some.body.scope]).toEqual([200, 'openid admin'])
    const none = await token(server(), { ...GRANT, scope: 'nonsense' }, app)
    expect([none.status, none.body.scope]).toEqual([200, undefined])
  })

  it('introspection tells what the system tells, and of tokens of other apps nothing', async () => {
    const app = await backend(server())
    const { body } = await token(server(), { ...GRANT, scope: 'openid admin' }, app)
    const introspect = async (authorization: string) =>
      said(await server().form('/token/introspection', { token: body.access_token }, { authorization }))
    const { iat, exp, jti } = decodeJwt(body.access_token)
    expect((await introspect(app.basic)).body).toEqual({
      active: true,
      client_id: app.clientId,
      exp,
      iat,
      iss: server().issuer,
      jti,
      scope: 'openid admin',
      token_type: 'Bearer',
    })
    expect((await introspect((await wallet(server())).basic)).body).toEqual({ active: false })
  })

  it('an app of the standard has no business here', async () => {
    const { basic } = await server().createApp()
    expect(await token(server(), GRANT, { basic })).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })

  it('an app of the system gets the same token at the endpoint of the standard', async () => {
    const { basic } = await backend(server())
    const { status, body } = await said(
      await server().form('/oauth/token', { ...GRANT, scope: 'openid admin' }, { authorization: basic }),
    )
    expect([status, body.expires_in, Object.keys(decodeJwt(body.access_token)).sort()]).toEqual([
      200,
      600,
      ['aud', 'exp', 'iat', 'iss', 'jti', 'scope'],
    ])
  })
})
