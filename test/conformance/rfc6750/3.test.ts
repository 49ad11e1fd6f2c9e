import { expect, it } from 'vitest'
import { describeConformance } from '../support.ts'

/** The admin API is the one resource of this server that takes access tokens. */
describeConformance('RFC 6750 at the admin API', (flow, server) => {
  const ask = (headers: Record<string, string>, path = '/admin/graphql') =>
    server().fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: '{ __typename }' }),
    })
  const adminToken = async () => {
    const made = await flow.makeApp({ grants: ['client_credentials'], scopes: ['grantql:admin'] })
    const { body } = await flow.token({ grant_type: 'client_credentials' }, { authorization: made.basic })
    return body.access_token as string
  }

  it('takes a token in the Authorization header, whatever the case of the scheme (§2.1)', async () => {
    const token = await adminToken()
    for (const scheme of ['Bearer', 'bearer'])
      expect((await ask({ authorization: `${scheme} ${token}` })).status).toBe(200)
  })

  it('takes no token from the query or a form (§2.2, §2.3)', async () => {
    const token = await adminToken()
    expect((await ask({}, `/admin/graphql?access_token=${token}`)).status).toBe(401)
    expect((await server().form('/admin/graphql', { access_token: token })).status).toBeGreaterThanOrEqual(400)
  })

  it('a request without a token is challenged by Bearer with a parameter, and told no error (§3, §3.1)', async () => {
    const response = await ask({})
    expect(response.status).toBe(401)
    const challenge = response.headers.get('www-authenticate') ?? ''
    expect(challenge).toMatch(/^Bearer \w+=/)
    expect(challenge).not.toContain('error=')
    expect(challenge.match(/realm=/g)).toHaveLength(1)
  })

  it('a token that is over or made up is refused by 401 with a challenge (§3.1)', async () => {
    const token = await adminToken()
    server().clock.pass({ seconds: 3601 })
    for (const bad of [token, 'nonsense']) {
      const response = await ask({ authorization: `Bearer ${bad}` })
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringMatching(/^Bearer \w+=/),
      ])
    }
  })

  it('the challenge to a token that does not hold says error="invalid_token" (§3, §3.1)', async () => {
    const made = await flow.makeApp()
    const forAnotherResource: string = (await flow.tokens(made)).body.access_token
    for (const path of ['/admin/graphql', '/graphql']) {
      for (const token of ['nonsense', 'not a token', forAnotherResource]) {
        const response = await ask({ authorization: `Bearer ${token}` }, path)
        expect([response.status, response.headers.get('www-authenticate')]).toEqual([
          401,
          expect.stringMatching(/^Bearer realm="[^"]+", error="invalid_token"(, |$)/),
        ])
      }
    }
  })

  it('a token that does not reach this far gets 403 and error="insufficient_scope" (§3.1)', async () => {
    const sessionToken = await server().signIn(await server().createUser())
    const response = await ask({ authorization: `Bearer ${sessionToken}` })
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      403,
      expect.stringMatching(/^Bearer .*error="insufficient_scope"/),
    ])
  })

  it('a request that cannot be read is 400, whatever its token (§3.1)', async () => {
    const response = await server().fetch('/admin/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await adminToken()}` },
      body: '{',
    })
    expect(response.status).toBe(400)
  })

  it('credentials of another scheme are challenged without an error (§3.1)', async () => {
    const { basic } = await flow.makeApp()
    const response = await ask({ authorization: basic })
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      expect.not.stringContaining('error='),
    ])
  })

  it('tokens live an hour at most, for an audience (§5.2, §5.3)', async () => {
    const { body } = await flow.tokens(await flow.makeApp())
    expect(body.expires_in).toBeLessThanOrEqual(3600)
    const claims = JSON.parse(Buffer.from(body.access_token.split('.')[1] ?? '', 'base64url').toString())
    expect(claims.exp - claims.iat).toBe(body.expires_in)
    expect([claims.aud].flat().length).toBeGreaterThan(0)
  })
})
