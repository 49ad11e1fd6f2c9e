import { expect, it } from 'vitest'
import { CALLBACK, credentialsOf, describeConformance, VERIFIER } from '../support.ts'

describeConformance('RFC 6749 §4.1, authorization code', (flow, server) => {
  it('a code is over within ten minutes, here after one (§4.1.2)', async () => {
    const made = await flow.makeApp()
    const [early, late] = [await flow.code(made), await flow.code(made)]
    server().clock.pass({ seconds: 59 })
    expect((await flow.exchange(made, early)).status).toBe(200)
    server().clock.pass({ seconds: 2 })
    expect(await flow.exchange(made, late)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  it('a code is for the app that it was issued to, confidential or public (§4.1.3)', async () => {
    const redirectUris = [CALLBACK]
    for (const type of ['confidential', 'public'] as const) {
      const [owner, other] = [await flow.makeApp({ type, redirectUris }), await flow.makeApp({ type, redirectUris })]
      const code = await flow.code(owner)
      expect((await flow.exchange(other, code)).body.error).toBe('invalid_grant')
      expect((await flow.exchange(owner, code)).status).toBe(200)
    }
  })

  it('a confidential app authenticates to exchange its code, and the code outlives the failure (§4.1.3)', async () => {
    const made = await flow.makeApp()
    const code = await flow.code(made)
    const params = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER }
    for (const who of [{}, { client_id: made.app.clientId }, { ...credentialsOf(made), client_secret: 'gqk_wrong' }]) {
      expect(await flow.token({ ...params, ...who })).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    }
    expect((await flow.exchange(made, code)).status).toBe(200)
  })

  it('a public app names itself, or gets nothing (§3.2.1, §4.1.3)', async () => {
    const made = await flow.makeApp({ type: 'public' })
    const code = await flow.code(made)
    expect(await flow.exchange(made, code, { client_id: '' })).toMatchObject({ status: 401 })
    expect((await flow.exchange(made, code)).status).toBe(200)
  })

  it('the redirect URI of the request comes again, as the same text (§4.1.3, §10.6)', async () => {
    const made = await flow.makeApp({ redirectUris: [CALLBACK, `${CALLBACK}2`] })
    for (const redirect_uri of ['', `${CALLBACK}2`, `${CALLBACK}/`, 'https://RP.example/cb']) {
      const answer = await flow.exchange(made, await flow.code(made), { redirect_uri })
      expect(answer, redirect_uri).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    }
  })
})
