import { expect, it } from 'vitest'
import { credentialsOf, describeConformance, type MadeApp } from '../support.ts'

describeConformance('RFC 7009 §2, token revocation', (flow, server) => {
  const revoke = (who: Record<string, string>, token: string, token_type_hint = '') =>
    server().form('/oauth/revoke', { ...who, token, ...(token_type_hint && { token_type_hint }) })
  const refresh = (made: MadeApp, refresh_token: string) =>
    flow.token({ ...credentialsOf(made), grant_type: 'refresh_token', refresh_token })

  it('a refresh token ends with all access tokens of its grant, whatever the hint (§2, §2.1)', async () => {
    for (const hint of ['', 'refresh_token', 'access_token', 'nonsense']) {
      const made = await flow.makeApp()
      const { access_token, refresh_token } = (await flow.tokens(made)).body
      expect((await revoke(credentialsOf(made), refresh_token, hint)).status).toBe(200)
      expect(await flow.isActive(made, access_token)).toBe(false)
      expect((await refresh(made, refresh_token)).body.error).toBe('invalid_grant')
    }
  })

  it('an access token ends, whatever the hint (§2, §2.1)', async () => {
    for (const hint of ['', 'refresh_token', 'access_token']) {
      const made = await flow.makeApp()
      const { access_token } = (await flow.tokens(made)).body
      expect((await revoke(credentialsOf(made), access_token, hint)).status).toBe(200)
      expect(await flow.isActive(made, access_token)).toBe(false)
    }
  })

  it('is for the app itself: who cannot authenticate, or is another, ends nothing (§2.1)', async () => {
    const made = await flow.makeApp()
    const { access_token, refresh_token } = (await flow.tokens(made)).body
    for (const token of [access_token, refresh_token]) {
      expect((await revoke({ client_id: made.app.clientId }, token)).status).toBe(401)
      expect((await revoke({ ...credentialsOf(made), client_secret: 'gqk_wrong' }, token)).status).toBe(401)
      await revoke(credentialsOf(await flow.makeApp()), token)
    }
    expect(await flow.isActive(made, access_token)).toBe(true)
    expect((await refresh(made, refresh_token)).status).toBe(200)
  })
})
