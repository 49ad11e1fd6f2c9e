import { expect, it } from 'vitest'
import { describeConformance, fragmentOf, locationOf, membersOf } from '../support.ts'

describeConformance('RFC 9207 §2, the parameter iss', (flow, server) => {
  it('is in every answer to the app, good or bad, in each response mode, and is the issuer of the metadata (§2, §2.3)', async () => {
    const metadata = (await (await server().fetch('/.well-known/oauth-authorization-server')).json()) as {
      issuer: string
      authorization_response_iss_parameter_supported: boolean
    }
    expect(metadata.authorization_response_iss_parameter_supported).toBe(true)
    const made = await flow.makeApp()
    const browser = await flow.person()
    const denied = async () => {
      const opened = await flow.authorize(browser, await flow.makeApp())
      return browser.decide(locationOf(opened).pathname, 'deny')
    }
    const answers = [
      membersOf(await flow.approved(made)),
      membersOf(await denied()),
      membersOf(await flow.authorize(browser, made, { scope: 'nope' })),
      membersOf(await flow.authorize(browser, await flow.makeApp(), { prompt: 'none' })),
      fragmentOf(await flow.approved(made, { response_mode: 'fragment' })),
      fragmentOf(await flow.authorize(browser, made, { response_mode: 'fragment', scope: 'nope' })),
    ]
    for (const { iss } of answers) expect(iss).toBe(metadata.issuer)
    for (const more of [{}, { scope: 'nope' }]) {
      const page = await (await flow.approved(made, { response_mode: 'form_post', ...more })).text()
      expect(page).toContain(`name="iss" value="${metadata.issuer}"`)
    }
  })

  it('comes once, and has neither query nor fragment (§2)', async () => {
    const issuers = locationOf(await flow.approved(await flow.makeApp())).searchParams.getAll('iss')
    expect(issuers).toEqual([expect.stringMatching(/^https?:\/\/[^?#]+$/)])
  })
})
