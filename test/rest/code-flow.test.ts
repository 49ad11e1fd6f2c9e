import { createHash, randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { describeEachServer } from '../support/server.ts'
import { approveCode, CODE_GRANT, requestCode } from './code-flow.ts'

describeEachServer(
  'the code grant over REST',
  () => ({}),
  (server) => {
    const newApp = async (type: 'confidential' | 'public' = 'confidential') => {
      const { app, clientSecret } = await server().createApp({ type, grants: [CODE_GRANT] })
      return { client_id: app.clientId, ...(clientSecret !== undefined && { client_secret: clientSecret }) }
    }
    const claim = async (params: Record<string, string>) => {
      const response = await server().form('/oauth/token', { grant_type: CODE_GRANT, ...params })
      return {
        status: response.status,
        ...((await response.json()) as { error?: string; interval?: number; access_token?: string; scope?: string }),
      }
    }
    const isActive = async (token = '') => {
      const { basic } = await server().createApp({ privileges: ['introspect-any-token'] })
      const response = await server().form('/oauth/introspect', { token }, { authorization: basic })
      return ((await response.json()) as { active: boolean }).active
    }

    it('hands out a code, a handle that cannot claim, and where to approve', async () => {
      const app = await newApp()
      const requested = await requestCode(server(), { ...app, scope: 'read' })
      expect(requested).toEqual({
        code: expect.stringMatching(/^gqc_/),
        handle: expect.stringMatching(/^gqh_/),
        approve_url: `${server().issuer}/approve/${requested.handle}`,
        expires_in: 600,
        interval: 5,
      })
      expect(await claim({ ...app, code: requested.handle })).toMatchObject({ status: 400, error: 'invalid_grant' })
    })

    it('says pending, then slow_down with a longer interval, then pending again (RFC 8628 §3.5)', async () => {
      const app = await newApp()
      const { code } = await requestCode(server(), app)
      expect(await claim({ ...app, code })).toMatchObject({ status: 400, error: 'authorization_pending', interval: 5 })
      expect(await claim({ ...app, code })).toMatchObject({ status: 400, error: 'slow_down', interval: 10 })
      server().clock.pass({ seconds: 6 })
      expect(await claim({ ...app, code })).toMatchObject({ error: 'slow_down', interval: 15 })
      server().clock.pass({ seconds: 15 })
      expect(await claim({ ...app, code })).toMatchObject({ error: 'authorization_pending', interval: 15 })
    })

    it('gives one token after the yes, for the scopes of the yes (RFC 6749 §3.3)', async () => {
      const app = await newApp()
      const { code, handle } = await requestCode(server(), app)
      await approveCode(server(), handle, await server().createUser(), ['read'])
      expect(await claim({ ...app, code, scope: 'read write' })).toMatchObject({ status: 200, scope: 'read' })
      expect(await claim({ ...app, code })).toMatchObject({ status: 400, error: 'invalid_grant' })
    })

    it('says access_denied after the no, and expired_token when the time is over (RFC 8628 §3.5)', async () => {
      const app = await newApp()
      const denied = await requestCode(server(), app)
      await approveCode(server(), denied.handle, await server().createUser(), 'none')
      expect(await claim({ ...app, code: denied.code })).toMatchObject({ status: 400, error: 'access_denied' })
      const late = await requestCode(server(), app)
      await approveCode(server(), late.handle, await server().createUser())
      server().clock.pass({ seconds: 601 })
      expect(await claim({ ...app, code: late.code })).toMatchObject({ status: 400, error: 'expired_token' })
    })

    it('gives a code to nobody but the app that asked for it, which can claim it still (RFC 6749 §4.1.3)', async () => {
      const [mine, other] = [await newApp(), await newApp()]
      const { code, handle } = await requestCode(server(), mine)
      await approveCode(server(), handle, await server().createUser())
      expect(await claim({ ...other, code })).toMatchObject({ status: 400, error: 'invalid_grant' })
      expect(await claim({ ...mine, code })).toMatchObject({ status: 200 })
    })

    it.each([
      ['a flipped bit', (code: string) => code.slice(0, -1) + (code.endsWith('A') ? 'B' : 'A')],
      ['a cut', (code: string) => code.slice(0, -1)],
      ['upper case', (code: string) => code.toUpperCase()],
      ['a space at the end', (code: string) => `${code} `],
      ['another of its kind', () => `gqc_${randomBytes(36).toString('base64url')}`],
    ])('does not know a code with %s: invalid_grant', async (_, change) => {
      const app = await newApp()
      const { code, handle } = await requestCode(server(), app)
      await approveCode(server(), handle, await server().createUser())
      expect(await claim({ ...app, code: change(code) })).toMatchObject({ status: 400, error: 'invalid_grant' })
      expect(await claim({ ...app, code })).toMatchObject({ status: 200 })
    })

    it.each([
      ['NUL at the end', (code: string) => `${code}\u0000`],
      ['a megabyte', () => 'x'.repeat(200_000)],
    ])('refuses a code with %s: 400', async (_, change) => {
      const app = await newApp()
      const { code } = await requestCode(server(), app)
      expect(await claim({ ...app, code: change(code) })).toMatchObject({ status: 400 })
    })

    it('binds a code to a PKCE verifier (RFC 7636 §4.6)', async () => {
      const app = await newApp('public')
      const verifier = randomBytes(32).toString('base64url')
      const challenge = createHash('sha256').update(verifier).digest('base64url')
      const { code, handle } = await requestCode(server(), {
        ...app,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      })
      await approveCode(server(), handle, await server().createUser())
      for (const wrong of [{}, { code_verifier: challenge }, { code_verifier: 'x' }]) {
        expect(await claim({ ...app, code, ...wrong })).toMatchObject({ status: 400, error: 'invalid_grant' })
      }
      expect(await claim({ ...app, code, code_verifier: verifier })).toMatchObject({ status: 200 })
    })

    it.each([
      { code_challenge: 'x'.repeat(43) },
      { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' },
      { code_challenge: 'x'.repeat(43), code_challenge_method: 's256' },
      { code_challenge: 'x'.repeat(42), code_challenge_method: 'S256' },
      { code_challenge: `${'x'.repeat(42)}=`, code_challenge_method: 'S256' },
      { code_challenge_method: 'S256' },
    ])('refuses the challenge %j: invalid_request (RFC 7636 §4.4.1)', async (challenge) => {
      const response = await server().form('/oauth/code', {
        ...(await newApp()),
        ...(challenge as Record<string, string>),
      })
      expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }])
    })

    it('an app that proves itself and sends a code twice at once keeps its token; a later replay ends it (RFC 6749 §4.1.2)', async () => {
      const app = await newApp()
      const { code, handle } = await requestCode(server(), app)
      await approveCode(server(), handle, await server().createUser())
      const { access_token: token } = await claim({ ...app, code })
      expect(await claim({ ...app, code })).toMatchObject({ error: 'invalid_grant' })
      expect(await isActive(token)).toBe(true)
      server().clock.pass({ seconds: 3 })
      expect(await claim({ ...app, code })).toMatchObject({ error: 'invalid_grant' })
      expect(await isActive(token)).toBe(false)
    })

    it.each([
      ['with a wrong secret', { client_secret: 'wrong' }, 'invalid_client'],
      ['without a secret', { client_secret: '' }, 'invalid_client'],
    ])('a replay %s ends the token at once', async (_, change, error) => {
      const app = await newApp()
      const { code, handle } = await requestCode(server(), app)
      await approveCode(server(), handle, await server().createUser())
      const { access_token: token } = await claim({ ...app, code })
      expect(await claim({ ...app, ...change, code })).toMatchObject({ error })
      expect(await isActive(token)).toBe(false)
    })

    it('twenty claims at once give one token and nineteen refusals', async () => {
      const app = await newApp()
      const { code, handle } = await requestCode(server(), app)
      await approveCode(server(), handle, await server().createUser())
      const claims = await Promise.all(Array.from({ length: 20 }, () => claim({ ...app, code })))
      expect(claims.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(claims.filter(({ error }) => error === 'invalid_grant')).toHaveLength(19)
      expect(await isActive(claims.find(({ status }) => status === 200)?.access_token)).toBe(true)
    })
  },
)
