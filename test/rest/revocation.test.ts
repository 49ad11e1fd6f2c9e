import { expect, it } from 'vitest'
import { describeEachServer } from '../support/server.ts'
import { approveCode, CODE_GRANT, requestCode } from './code-flow.ts'

const REVOKE = '/oauth/revoke'

describeEachServer(
  'POST /oauth/revoke',
  () => ({}),
  (server) => {
    const tokenOf = async (basic: string) => {
      const response = await server().form(
        '/oauth/token',
        { grant_type: 'client_credentials' },
        { authorization: basic },
      )
      return ((await response.json()) as { access_token: string }).access_token
    }
    const isActive = async (token: string) => {
      const { basic } = await server().createApp({ privileges: ['introspect-any-token'] })
      const response = await server().form('/oauth/introspect', { token }, { authorization: basic })
      return ((await response.json()) as { active: boolean }).active
    }
    const publicToken = async () => {
      const { app } = await server().createApp({ type: 'public', grants: [CODE_GRANT] })
      const { code, handle } = await requestCode(server(), { client_id: app.clientId })
      await approveCode(server(), handle, await server().createUser())
      const response = await server().form('/oauth/token', { grant_type: CODE_GRANT, code, client_id: app.clientId })
      return { app, token: ((await response.json()) as { access_token: string }).access_token }
    }

    it('ends an app’s own token, and answers 200 with an empty object (RFC 7009 §2.1, §2.2)', async () => {
      const { basic } = await server().createApp()
      const token = await tokenOf(basic)
      const response = await server().form(REVOKE, { token }, { authorization: basic })
      expect([response.status, await response.json()]).toEqual([200, {}])
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(await isActive(token)).toBe(false)
    })

    it('answers alike for what is unknown, over or nonsense (§2.2)', async () => {
      const { basic } = await server().createApp()
      const token = await tokenOf(basic)
      for (const each of [token, token, 'x', 'gqa_x', 'a.b.c']) {
        const response = await server().form(
          REVOKE,
          { token: each, token_type_hint: 'whatever' },
          { authorization: basic },
        )
        expect([response.status, await response.json()]).toEqual([200, {}])
      }
    })

    it('leaves another app’s token alone (§2.1)', async () => {
      const [one, other] = [await server().createApp(), await server().createApp()]
      const token = await tokenOf(one.basic)
      const response = await server().form(REVOKE, { token }, { authorization: other.basic })
      expect(response.status).toBe(200)
      expect(await isActive(token)).toBe(true)
    })

    it('lets a public app end its own token, and no other’s (§5)', async () => {
      const [mine, theirs] = [await publicToken(), await publicToken()]
      for (const token of [mine.token, theirs.token]) {
        expect((await server().form(REVOKE, { token, client_id: mine.app.clientId })).status).toBe(200)
      }
      expect([await isActive(mine.token), await isActive(theirs.token)]).toEqual([false, true])
    })

    it('does not know an app by the query: 401, and the token lives on', async () => {
      const { app, token } = await publicToken()
      const response = await server().form(`${REVOKE}?client_id=${app.clientId}`, { token })
      expect([response.status, await response.json()]).toMatchObject([401, { error: 'invalid_client' }])
      expect((await server().form(REVOKE, { token })).status).toBe(401)
      expect(await isActive(token)).toBe(true)
    })

    it('asks for the token: invalid_request (§2.1)', async () => {
      const { basic } = await server().createApp()
      const response = await server().form(REVOKE, {}, { authorization: basic })
      expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }])
    })

    it('refuses GET: 405', async () => {
      const response = await server().fetch(`${REVOKE}?token=x`)
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
    })
  },
)
