import { expect, it } from 'vitest'
import { credentialsOf, describeConformance, type MadeApp } from '../support.ts'

describeConformance('RFC 7662 §2, introspection', (flow, server) => {
  const introspect = (made: MadeApp, token: string, token_type_hint: string) =>
    server().form('/oauth/introspect', { ...credentialsOf(made), token, token_type_hint })

  it('finds access and refresh tokens whatever the hint, and answers JSON (§2.1, §2.2)', async () => {
    const made = await flow.makeApp()
    const { access_token, refresh_token } = (await flow.tokens(made)).body
    for (const hint of ['access_token', 'refresh_token', 'nonsense']) {
      for (const token of [access_token, refresh_token]) {
        const response = await introspect(made, token, hint)
        expect([response.status, response.headers.get('content-type')]).toEqual([
          200,
          expect.stringMatching(/^application\/json/),
        ])
        expect(await response.json()).toMatchObject({ active: true, client_id: made.app.clientId })
      }
    }
  })

  it('says nothing but that it is not active of a token that was revoked, is over, another app’s or unknown (§2.2)', async () => {
    const made = await flow.makeApp()
    const [revoked, over] = [(await flow.tokens(made)).body, (await flow.tokens(made)).body]
    await server().form('/oauth/revoke', { ...credentialsOf(made), token: revoked.refresh_token })
    const another = (await flow.tokens(await flow.makeApp())).body
    const seen = [revoked.access_token, revoked.refresh_token, another.access_token, another.refresh_token, 'nonsense']
    for (const token of seen) expect(await (await introspect(made, token, '')).json()).toEqual({ active: false })
    server().clock.pass({ seconds: 3601 })
    expect(await (await introspect(made, over.access_token, '')).json()).toEqual({ active: false })
  })

  it('whoever authenticates wrongly gets 401, and learns nothing (§2.3, §4)', async () => {
    const made = await flow.makeApp()
    const { access_token: token } = (await flow.tokens(made)).body
    for (const who of [{}, { client_id: made.app.clientId }, { ...credentialsOf(made), client_secret: 'gqk_wrong' }]) {
      const response = await server().form('/oauth/introspect', { ...who, token })
      expect(response.status).toBe(401)
      expect(await response.json()).not.toHaveProperty('active')
    }
  })
})
