import { expect, it } from 'vitest'
import { implicit } from '../../../plugins/implicit/index.ts'
import { describeConformance, fragmentOf, locationOf } from '../support.ts'

describeConformance(
  'RFC 6749 §4.2, implicit',
  (flow) => {
    const makeApp = () => flow.makeApp({ type: 'public', grants: ['implicit'] })
    const ask = { response_type: 'token', code_challenge: '', code_challenge_method: '', state: 'a b' }

    it('gives a token to registered redirect URIs alone (§4.2.1)', async () => {
      const made = await makeApp()
      const redirect_uri = 'https://rp.example/other'
      const refused = await flow.authorize(await flow.person(), made, { ...ask, redirect_uri })
      expect([refused.status, refused.headers.get('location')]).toEqual([400, null])
      expect(locationOf(await flow.approved(made, ask)).href).toMatch(/^https:\/\/rp\.example\/cb#access_token=/)
    })

    it('answers token, type, lifetime, scope and the state as it came, and no refresh token (§4.2.2)', async () => {
      const members = fragmentOf(await flow.approved(await makeApp(), { ...ask, scope: 'read' }))
      expect(members).toMatchObject({ token_type: 'Bearer', expires_in: '3600', scope: 'read', state: 'a b' })
      expect(members).not.toHaveProperty('refresh_token')
    })

    it('its errors are in the fragment, with the state (§4.2.2.1)', async () => {
      const back = await flow.authorize(await flow.person(), await makeApp(), { ...ask, scope: 'nope' })
      expect(locationOf(back).search).toBe('')
      expect(fragmentOf(back)).toMatchObject({ error: 'invalid_scope', state: 'a b' })
    })

    it('no cache keeps the redirect that holds a token (§5.1)', async () => {
      const back = await flow.approved(await makeApp(), ask)
      expect(back.headers.get('cache-control')).toBe('no-store')
    })
  },
  () => ({ plugins: [implicit()] }),
)
