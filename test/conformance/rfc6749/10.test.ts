import { expect, it } from 'vitest'
import { credentialsOf, describeConformance, locationOf } from '../support.ts'

const BITS_OF_A_LETTER = 6

/** The same text but for one letter, at a place that counts. */
const changed = (text: string, at: number) => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)

describeConformance('RFC 6749 §10, security considerations', (flow) => {
  it('an access token that was changed, or signed by nobody, is none (§10.3, RFC 6750 §5.2)', async () => {
    const made = await flow.makeApp()
    const token: string = (await flow.tokens(made)).body.access_token
    expect(await flow.isActive(made, token)).toBe(true)
    const [header = '', payload = '', signature = ''] = token.split('.')
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const wider = encode({ ...claims, scope: 'read write grantql:admin' })
    const unsigned = encode({ ...JSON.parse(Buffer.from(header, 'base64url').toString()), alg: 'none' })
    for (const forged of [
      changed(token, header.length + payload.length + 10),
      changed(token, header.length + 20),
      `${header}.${wider}.${signature}`,
      `${unsigned}.${wider}.`,
      `${unsigned}.${payload}.${signature}`,
    ]) {
      expect(await flow.isActive(made, forged)).toBe(false)
    }
  })

  it('a refresh token or a code that was changed is none (§10.4, §10.5)', async () => {
    const made = await flow.makeApp()
    const { refresh_token } = (await flow.tokens(made)).body
    for (const at of [6, 30, refresh_token.length - 1]) {
      const forged = { grant_type: 'refresh_token', refresh_token: changed(refresh_token, at) }
      expect((await flow.token({ ...credentialsOf(made), ...forged })).body.error).toBe('invalid_grant')
    }
    const code = await flow.code(made)
    expect((await flow.exchange(made, changed(code, 20))).body.error).toBe('invalid_grant')
    expect((await flow.exchange(made, code)).status).toBe(200)
  })

  it('codes, refresh tokens and secrets have room for 160 random bits, and never repeat (§10.10)', async () => {
    const made = await flow.makeApp()
    const seen = [made.clientSecret ?? '']
    for (let count = 0; count < 5; count += 1) {
      const code = await flow.code(made)
      seen.push(code, (await flow.exchange(made, code)).body.refresh_token)
    }
    expect(new Set(seen).size).toBe(seen.length)
    for (const secret of seen) {
      const random = secret.slice(secret.indexOf('_') + 1)
      expect(random).toMatch(/^[\w-]+$/)
      expect(random.length * BITS_OF_A_LETTER).toBeGreaterThanOrEqual(160)
    }
  })

  it('a person is shown which app asks, for what, and where it leads (§10.2)', async () => {
    const made = await flow.makeApp({ name: 'Photo Printer' })
    const browser = await flow.person()
    const opened = await flow.authorize(browser, made, { scope: 'read' })
    const page = await (await browser.get(locationOf(opened).pathname)).text()
    expect(page).toContain('Photo Printer')
    expect(page).toContain('Read your things')
    expect(page).not.toContain('Change your things')
    expect(page).toContain('rp.example')
  })

  it('a person is shown for how long the access is (§10.2)', async () => {
    const browser = await flow.person()
    const opened = await flow.authorize(browser, await flow.makeApp(), { scope: 'read' })
    const page = await (await browser.get(locationOf(opened).pathname)).text()
    expect(page).toContain('Access ends after 90 days, sooner if the app lets 14 days pass without it.')
  })

  it('and for how long it is where nothing refreshes it (§10.2)', async () => {
    const browser = await flow.person()
    const opened = await flow.authorize(browser, await flow.makeApp({ grants: ['authorization_code'] }))
    const page = await (await browser.get(locationOf(opened).pathname)).text()
    expect(page).toContain('Access ends after an hour.')
  })

  it('what a caller sends comes back escaped, or not at all (§10.14)', async () => {
    const made = await flow.makeApp()
    const state = `"'><script>alert(1)</script>\\`
    const page = await (await flow.approved(made, { state, response_mode: 'form_post' })).text()
    expect(page).not.toContain('<script>alert')
    const redirect = await flow.approved(made, { state })
    expect(locationOf(redirect).searchParams.get('state')).toBe(state)
    expect(redirect.headers.get('location')).not.toMatch(/[<>"\\\s]/)
  })
})
