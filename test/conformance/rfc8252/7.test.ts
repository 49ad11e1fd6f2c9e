import { describe, expect, it } from 'vitest'
import { describeConformance, locationOf, membersOf } from '../support.ts'

describeConformance('RFC 8252 §7, receiving the authorization response in a native app', (flow) => {
  const native = (redirectUri: string) => flow.makeApp({ type: 'public', redirectUris: [redirectUri] })

  describe('a public app comes back with a code that it exchanges', () => {
    it.each([
      ['its own scheme (§7.1)', 'com.example.app:/cb', 'com.example.app:/cb'],
      ['a claimed https URL (§7.2)', 'https://app.example.com/cb', 'https://app.example.com/cb'],
      ['127.0.0.1 on any port (§7.3)', 'http://127.0.0.1/cb', 'http://127.0.0.1:51004/cb'],
      ['127.0.0.1 on another port than registered (§7.3)', 'http://127.0.0.1:8080/cb', 'http://127.0.0.1:51004/cb'],
      ['[::1] on any port (§7.3)', 'http://[::1]/cb', 'http://[::1]:51004/cb'],
    ])('by %s', async (_, registered, redirect_uri) => {
      const made = await native(registered)
      const back = await flow.approved(made, { redirect_uri })
      expect(back.headers.get('location')?.startsWith(`${redirect_uri}?code=`)).toBe(true)
      const answer = await flow.exchange(made, membersOf(back).code ?? '', { redirect_uri })
      expect(answer.status).toBe(200)
    })
  })

  it('a loopback URI differs in its port alone: another path, query, scheme or address is another (§8.4)', async () => {
    const made = await native('http://127.0.0.1/cb')
    for (const redirect_uri of [
      'http://127.0.0.1:51004/',
      'http://127.0.0.1:51004/cb?x=1',
      'https://127.0.0.1:51004/cb',
      'http://[::1]:51004/cb',
      'http://127.0.0.2:51004/cb',
      'http://127.0.0.1.evil.example:51004/cb',
      'http://127.0.0.1:51004@evil.example/cb',
    ]) {
      const refused = await flow.authorize(await flow.person(), made, { redirect_uri })
      expect([refused.status, refused.headers.get('location')], redirect_uri).toEqual([400, null])
    }
  })

  it('a public app that sends no challenge is refused (§6, §8.1)', async () => {
    const made = await native('com.example.app:/cb')
    const more = { redirect_uri: 'com.example.app:/cb', code_challenge: '', code_challenge_method: '' }
    const back = await flow.authorize(await flow.person(), made, more)
    expect(locationOf(back).protocol).toBe('com.example.app:')
    expect(membersOf(back).error).toBe('invalid_request')
  })

  it('a secret proves nothing for a public app: it has none, and showing one is refused (§8.5)', async () => {
    const made = await native('com.example.app:/cb')
    expect(made.clientSecret).toBeUndefined()
    const redirect_uri = 'com.example.app:/cb'
    const code = await flow.code(made, { redirect_uri })
    expect(await flow.exchange(made, code, { redirect_uri, client_secret: 'built-in' })).toMatchObject({ status: 401 })
    expect((await flow.exchange(made, code, { redirect_uri })).status).toBe(200)
  })
})
