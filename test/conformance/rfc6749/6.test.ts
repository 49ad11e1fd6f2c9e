import { expect, it } from 'vitest'
import { credentialsOf, describeConformance, type MadeApp } from '../support.ts'

describeConformance('RFC 6749 §6, refreshing an access token', (flow) => {
  const refresh = (who: Record<string, string>, refresh_token: string, more: Record<string, string> = {}) =>
    flow.token({ grant_type: 'refresh_token', refresh_token, ...who, ...more })
  const ready = async (made: MadeApp) => (await flow.tokens(made, { scope: 'read' })).body.refresh_token as string

  it('a confidential app authenticates to refresh', async () => {
    const made = await flow.makeApp()
    const token = await ready(made)
    for (const who of [{}, { client_id: made.app.clientId }]) {
      expect(await refresh(who, token)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    }
    expect((await refresh(credentialsOf(made), token)).status).toBe(200)
  })

  it('a refresh token is for the app that it was issued to, public apps too (§10.4)', async () => {
    const [mine, theirs] = [await flow.makeApp({ type: 'public' }), await flow.makeApp({ type: 'public' })]
    const token = await ready(mine)
    expect((await refresh(credentialsOf(theirs), token)).body.error).toBe('invalid_grant')
    expect((await refresh(credentialsOf(mine), token)).status).toBe(200)
  })

  it('gives no scope that the person did not grant, though the app may have it, and by default all that they did', async () => {
    const made = await flow.makeApp()
    const token = await ready(made)
    const wider = await refresh(credentialsOf(made), token, { scope: 'read write' })
    expect(wider).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
    expect((await refresh(credentialsOf(made), token)).body.scope).toBe('read')
  })
})
