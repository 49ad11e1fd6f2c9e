import { expect, it } from 'vitest'
import { credentialsOf, describeConformance } from '../support.ts'

describeConformance('RFC 6749 §5, issuing an access token', (flow) => {
  const unkept = (headers: Headers) => [headers.get('cache-control'), headers.get('pragma')]

  it('no cache keeps an answer with tokens or codes, nor a refusal (§5.1)', async () => {
    const made = await flow.makeApp()
    const exchanged = await flow.tokens(made)
    const { refresh_token } = exchanged.body
    const refreshed = await flow.token({ ...credentialsOf(made), grant_type: 'refresh_token', refresh_token })
    const refused = await flow.token({ ...credentialsOf(made), grant_type: 'refresh_token', refresh_token: 'x' })
    expect([exchanged.status, refreshed.status, refused.status]).toEqual([200, 200, 400])
    for (const { headers } of [exchanged, refreshed, refused]) expect(unkept(headers)).toEqual(['no-store', 'no-cache'])
    const [redirect, page] = [await flow.approved(made), await flow.approved(made, { response_mode: 'form_post' })]
    for (const { headers } of [redirect, page]) expect(headers.get('cache-control')).toBe('no-store')
  })

  it('client credentials give nothing to refresh, also to an app that may refresh (§4.4.3)', async () => {
    const made = await flow.makeApp({ grants: ['client_credentials', 'refresh_token'] })
    const { body } = await flow.token({ grant_type: 'client_credentials' }, { authorization: made.basic })
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type'])
  })

  it('errors are JSON with a code, in plain ASCII, with 400 unless the app is not who it says (§5.2)', async () => {
    const made = await flow.makeApp()
    const own = credentialsOf(made)
    const plain = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/
    for (const [params, status, error] of [
      [{ ...own, grant_type: 'nope' }, 400, 'unsupported_grant_type'],
      [{ ...own, grant_type: 'authorization_code' }, 400, 'invalid_request'],
      [{ ...own, grant_type: 'authorization_code', code: 'x' }, 400, 'invalid_grant'],
      [{ ...own, grant_type: 'client_credentials' }, 400, 'unauthorized_client'],
      [{ ...own, client_secret: 'x', grant_type: 'client_credentials' }, 401, 'invalid_client'],
    ] as const) {
      const answer = await flow.token(params)
      expect(answer).toMatchObject({ status, body: { error } })
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
      expect(answer.body.error_description).toMatch(plain)
    }
  })

  it('whoever failed in the Authorization header is told which scheme to use (§5.2)', async () => {
    for (const authorization of ['Basic eDp5', 'Basic', 'basic eDp5']) {
      const answer = await flow.token({ grant_type: 'client_credentials' }, { authorization })
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/^Basic /)])
    }
  })
})
