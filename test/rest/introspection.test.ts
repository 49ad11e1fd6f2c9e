import { expect, it } from 'vitest'
import { updateUser } from '../../src/operations/create-user.ts'
import { describeEachServer } from '../support/server.ts'
import { approveCode, CODE_GRANT, requestCode } from './code-flow.ts'

const INTROSPECT = '/oauth/introspect'

describeEachServer(
  'POST /oauth/introspect',
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
    const introspect = async (token: string, basic: string) =>
      (await (await server().form(INTROSPECT, { token }, { authorization: basic })).json()) as Record<string, unknown>

    it('tells an app of its own token (RFC 7662 §2.2)', async () => {
      const { app, basic } = await server().createApp()
      const response = await server().form(
        INTROSPECT,
        { token: await tokenOf(basic), token_type_hint: 'access_token' },
        { authorization: basic },
      )
      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toBe('no-store')
      const now = Math.floor(server().clock.now().getTime() / 1000)
      expect(await response.json()).toEqual({
        active: true,
        client_id: app.clientId,
        sub: app.clientId,
        scope: 'read write',
        token_type: 'Bearer',
        iss: server().issuer,
        aud: [server().issuer],
        iat: now,
        exp: now + 3600,
        jti: expect.any(String),
      })
    })

    it('refuses everybody who does not authenticate: nothing, a public app, a user’s session, an access token: 401 (§2.1)', async () => {
      const { basic } = await server().createApp()
      const token = await tokenOf(basic)
      const { app } = await server().createApp({ type: 'public', grants: [CODE_GRANT] })
      const session = await server().signIn(await server().createUser())
      const tries = [
        server().form(INTROSPECT, { token }),
        server().form(INTROSPECT, { token, client_id: app.clientId }),
        server().form(INTROSPECT, { token }, { authorization: `Bearer ${session}` }),
        server().form(INTROSPECT, { token }, { authorization: `Bearer ${token}` }),
      ]
      for (const response of await Promise.all(tries)) {
        expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([401, 'invalid_client'])
      }
    })

    it('tells another app nothing but that it is not active (§2.2, §4)', async () => {
      const [one, other] = [await server().createApp(), await server().createApp()]
      expect(await introspect(await tokenOf(one.basic), other.basic)).toEqual({ active: false })
    })

    it('tells an app of others’ tokens by an admin’s leave', async () => {
      const [one, other] = [
        await server().createApp(),
        await server().createApp({ privileges: ['introspect-any-token'] }),
      ]
      expect(await introspect(await tokenOf(one.basic), other.basic)).toMatchObject({
        active: true,
        client_id: one.app.clientId,
      })
    })

    it.each(['x', 'a.b.c', '\u00e9', 'gqa_', 'null'])('says of %j that it is not active', async (token) => {
      const { basic } = await server().createApp()
      expect(await introspect(token, basic)).toEqual({ active: false })
    })

    it('tells no session, code or secret from nonsense', async () => {
      const { app, basic, clientSecret = '' } = await server().createApp({ grants: ['client_credentials', CODE_GRANT] })
      const session = await server().signIn(await server().createUser())
      const { code, handle } = await requestCode(server(), { client_id: app.clientId, client_secret: clientSecret })
      for (const secret of [session, code, handle, clientSecret])
        expect(await introspect(secret, basic)).toEqual({ active: false })
    })

    it('asks for the token: invalid_request', async () => {
      const { basic } = await server().createApp()
      const response = await server().form(INTROSPECT, {}, { authorization: basic })
      expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }])
    })

    it('refuses GET: 405 (§2.1)', async () => {
      const response = await server().fetch(`${INTROSPECT}?token=x`)
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
    })

    it('says that a token is over at its very end', async () => {
      const { basic } = await server().createApp()
      const token = await tokenOf(basic)
      server().clock.pass({ seconds: 3599 })
      expect(await introspect(token, basic)).toMatchObject({ active: true })
      server().clock.pass({ seconds: 2 })
      expect(await introspect(token, basic)).toEqual({ active: false })
    })

    it('names the user of a token, until the user is disabled', async () => {
      const user = await server().createUser({ username: 'grace' })
      const { app, basic, clientSecret = '' } = await server().createApp({ grants: [CODE_GRANT] })
      const credentials = { client_id: app.clientId, client_secret: clientSecret }
      const { code, handle } = await requestCode(server(), credentials)
      await approveCode(server(), handle, user)
      const claimed = await server().form('/oauth/token', { grant_type: CODE_GRANT, code, ...credentials })
      const { access_token: token } = (await claimed.json()) as { access_token: string }
      expect(await introspect(token, basic)).toMatchObject({ active: true, username: 'grace', sub: user.id })
      await updateUser(server().core, { id: 'admin' }, user.id, { isDisabled: true })
      expect(await introspect(token, basic)).toEqual({ active: false })
    })
  },
)
