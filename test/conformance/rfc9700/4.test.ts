import { expect, it } from 'vitest'
import { browse } from '../../pages/browse.ts'
import { CALLBACK, describeConformance, locationOf, membersOf } from '../support.ts'

describeConformance('RFC 9700 §4, attacks and mitigations', (flow, server) => {
  it('pages on the way load nothing from elsewhere, link nowhere else, and send no Referer (§4.2.4)', async () => {
    const browser = await flow.person()
    const opened = await flow.authorize(browser, await flow.makeApp())
    const pages = [
      await browser.get(locationOf(opened).pathname),
      await server().fetch('/sign-in'),
      await flow.authorize(browser, await flow.makeApp(), { redirect_uri: 'https://evil.example' }),
      await flow.approved(await flow.makeApp(), { response_mode: 'form_post' }),
    ]
    for (const page of pages) {
      expect(page.headers.get('referrer-policy')).toBe('no-referrer')
      const elsewhere = [...(await page.text()).matchAll(/(?:src|href|action)="(https?:[^"]*)"/g)].map(([, url]) => url)
      expect(elsewhere.filter((url) => url !== CALLBACK && !url?.startsWith(server().issuer))).toEqual([])
    }
  })

  it('redirects after a form are 303, never 307 or 308 (§4.12)', async () => {
    const back = await flow.approved(await flow.makeApp())
    expect(back.status).toBe(303)
    const browser = browse(server())
    const { username } = await server().createUser({ password: 'correct horse battery' })
    const csrf_token = await browser.csrf('/sign-in')
    const fields = { csrf_token, sign_in: 'password', username, password: 'correct horse battery' }
    expect((await browser.post('/sign-in', fields)).status).toBe(303)
  })

  it('nobody is sent on to an app before they signed in, where the request is a good one (§4.11.2)', async () => {
    const opened = await flow.authorize(browse(server()), await flow.makeApp())
    expect(locationOf(opened).origin).toBe(server().issuer)
  })

  it('nor where it is a bad one, as an attacker’s app can make it on purpose (§4.11.2)', async () => {
    for (const response_mode of ['query', 'fragment', 'form_post']) {
      const refused = await flow.authorize(browse(server()), await flow.makeOwnApp(), { scope: 'nope', response_mode })
      expect([refused.status, refused.headers.get('location'), refused.headers.get('refresh')]).toEqual([
        400,
        null,
        null,
      ])
      expect(await refused.text()).not.toMatch(/<script|http-equiv/)
    }
  })

  it('they can take the mistake to the app themselves, by a link or a form (§4.11.2, RFC 6749 §4.1.2.1)', async () => {
    const made = await flow.makeOwnApp()
    const byLink = await (await flow.authorize(browse(server()), made, { scope: 'nope', state: 's' })).text()
    expect(byLink).toMatch(/<a href="https:\/\/rp\.example\/cb\?error=invalid_scope&amp;[^"]*state=s&amp;iss=/)
    const response = await flow.authorize(browse(server()), made, { scope: 'nope', response_mode: 'form_post' })
    expect(response.headers.get('content-security-policy')).toContain("form-action 'self' https:;")
    const byForm = await response.text()
    expect(byForm).toContain(`<form method="post" action="${CALLBACK}">`)
    expect(byForm).toContain('<input type="hidden" name="error" value="invalid_scope">')
  })

  it('an app whose redirect URIs an admin gave is told at once, for they are trusted (§4.11.2)', async () => {
    const refused = await flow.authorize(browse(server()), await flow.makeApp(), { scope: 'nope' })
    expect([locationOf(refused).origin, membersOf(refused).error]).toEqual(['https://rp.example', 'invalid_scope'])
  })

  it('a silent request is answered at once, for nothing may be shown (§4.11.2)', async () => {
    const refused = await flow.authorize(browse(server()), await flow.makeApp(), { prompt: 'none' })
    expect([locationOf(refused).origin, membersOf(refused).error]).toEqual(['https://rp.example', 'login_required'])
  })

  it('who is signed in is sent back with the mistake (§4.11.2, RFC 6749 §4.1.2.1)', async () => {
    const refused = await flow.authorize(await flow.person(), await flow.makeApp(), { scope: 'nope' })
    expect([locationOf(refused).origin, membersOf(refused).error]).toEqual(['https://rp.example', 'invalid_scope'])
  })

  it('the answer page of form_post posts by the app’s scheme alone, and cannot be framed (§4.16)', async () => {
    const { headers } = await flow.approved(await flow.makeApp(), { response_mode: 'form_post' })
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('content-security-policy')).toContain('form-action https:;')
    expect(headers.get('x-frame-options')).toBe('DENY')
  })
})
