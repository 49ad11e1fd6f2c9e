import { expect, it } from 'vitest'
import { credentialsOf, describeConformance, locationOf } from '../support.ts'

describeConformance('RFC 6749 §3, protocol endpoints', (flow, server) => {
  it('the authorization endpoint takes no notice of parameters that it does not know (§3.1)', async () => {
    const opened = await flow.authorize(await flow.person(), await flow.makeApp(), { nobody_knows: 'x', display: 'tv' })
    expect(locationOf(opened).pathname).toMatch(/^\/approve\//)
  })

  it('endpoint URLs have no fragment, and no query that a client would have to keep (§3.1, §3.2)', async () => {
    const response = await server().fetch('/.well-known/oauth-authorization-server')
    const metadata = (await response.json()) as Record<string, string>
    for (const name of ['authorization_endpoint', 'token_endpoint']) {
      expect(metadata[name], name).toMatch(/^https?:\/\/[^?#]+$/)
    }
  })

  it('the token endpoint takes an empty parameter for one that was left out (§3.2)', async () => {
    const made = await flow.makeApp({ grants: ['client_credentials'] })
    const grant = { grant_type: 'client_credentials', nothing: '' }
    const answer = await flow.token({ ...grant, scope: '', client_secret: '' }, { authorization: made.basic })
    expect(answer).toMatchObject({ status: 200, body: { scope: 'read write' } })
    const empty = await flow.token({ ...credentialsOf(made), grant_type: '' })
    expect(empty).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })

  it('says which scopes were granted where they are not those that were asked for (§3.3)', async () => {
    const made = await flow.makeApp()
    const browser = await flow.person()
    const opened = await flow.authorize(browser, made, { scope: 'read write' })
    const back = await browser.decide(locationOf(opened).pathname, 'approve', ['read'])
    const answer = await flow.exchange(made, locationOf(back).searchParams.get('code') ?? '')
    expect(answer).toMatchObject({ status: 200, body: { scope: 'read' } })
  })
})
