import { expect, it } from 'vitest'
import { credentialsOf, describeConformance, membersOf } from '../support.ts'

const read = (token: string) => {
  const [header = '', payload = ''] = token.split('.')
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  return { header: decode(header), claims: decode(payload) }
}

describeConformance('RFC 9068 §2, JWT access tokens', (flow, server) => {
  it('are signed by an asymmetric key, and say that they are access tokens (§2.1)', async () => {
    const { header } = read((await flow.tokens(await flow.makeApp())).body.access_token)
    expect(header).toMatchObject({ typ: 'at+jwt', alg: expect.stringMatching(/^(ES|RS|PS|Ed)/) })
    const { keys } = (await (await server().fetch('/oauth/jwks')).json()) as { keys: Record<string, string>[] }
    expect(keys.map(({ kid }) => kid)).toContain(header.kid)
  })

  it('hold every required claim, and the scope (§2.2, §2.2.3)', async () => {
    const made = await flow.makeApp()
    const { claims } = read((await flow.tokens(made, { scope: 'read' })).body.access_token)
    const now = Math.floor(server().clock.now().getTime() / 1000)
    expect(claims).toMatchObject({
      iss: server().issuer,
      aud: server().issuer,
      sub: expect.any(String),
      client_id: made.app.clientId,
      iat: now,
      exp: now + 3600,
      jti: expect.any(String),
      scope: 'read',
    })
  })

  it('are about the person where one took part, and about the app where none did (§2.2, §5)', async () => {
    const made = await flow.makeApp({ grants: ['authorization_code', 'client_credentials'] })
    const ofPerson = read((await flow.tokens(made)).body.access_token).claims
    const { body } = await flow.token({ grant_type: 'client_credentials' }, { authorization: made.basic })
    expect(read(body.access_token).claims.sub).toBe(made.app.clientId)
    expect(ofPerson.sub).not.toBe(made.app.clientId)
  })

  it('keep the time of the sign-in when they are refreshed (§2.2.1)', async () => {
    const made = await flow.makeApp()
    const first = (await flow.tokens(made)).body
    server().clock.pass({ seconds: 100 })
    const { refresh_token } = first
    const second = (await flow.token({ ...credentialsOf(made), grant_type: 'refresh_token', refresh_token })).body
    expect(read(second.access_token).claims.auth_time).toBe(read(first.access_token).claims.auth_time)
    expect(read(second.access_token).claims.jti).not.toBe(read(first.access_token).claims.jti)
  })

  it('name another audience for another resource (§3, §5)', async () => {
    const made = await flow.makeApp({ grants: ['client_credentials'], scopes: ['read', 'grantql:admin'] })
    const audience = async (scope: string) => {
      const answer = await flow.token({ grant_type: 'client_credentials', scope }, { authorization: made.basic })
      return read(answer.body.access_token).claims.aud
    }
    expect(await audience('read')).toBe(server().issuer)
    expect(await audience('grantql:admin')).toBe(`${server().issuer}/admin/graphql`)
  })

  it('scopes of several resources are not mixed in one token: invalid_scope (§3)', async () => {
    const made = await flow.makeApp({ grants: ['client_credentials'], scopes: ['read', 'grantql:admin'] })
    const scope = 'read grantql:admin'
    const answer = await flow.token({ grant_type: 'client_credentials', scope }, { authorization: made.basic })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
    const all = await flow.token({ grant_type: 'client_credentials' }, { authorization: made.basic })
    expect(all).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
  })

  it('nor is anybody asked for them (§3)', async () => {
    const made = await flow.makeApp({ scopes: ['read', 'grantql:admin'] })
    const refused = await flow.authorize(await flow.person(), made, { scope: 'read grantql:admin' })
    expect(membersOf(refused).error).toBe('invalid_scope')
  })
})
