import { createHash, randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { describeEachServer } from '../support/server.ts'
import { browse } from './browse.ts'

const PASSWORD = 'correct horse battery'
const CALLBACK = 'https://app.example/cb'

describeEachServer(
  'another person signs in while an app waits',
  () => ({ plugins: [authorizationCode()] }),
  (server) => {
    it('the token is theirs, and the session of the first is over (OpenID Connect Core §3.1.2.1, RFC 9700 §4.7)', async () => {
      const ada = await server().createUser({ username: 'ada' })
      const grace = await server().createUser({ username: 'grace', password: PASSWORD })
      const { app, basic } = await server().createApp({ grants: ['authorization_code'], redirectUris: [CALLBACK] })
      const verifier = randomBytes(32).toString('base64url')
      const browser = browse(server())
      await browser.signIn(ada)
      const sessionOfAda = browser.cookies.get('grantql-session') ?? ''
      server().clock.pass({ seconds: 1 })

      const opened = await browser.get(
        `/oauth/authorize?${new URLSearchParams({
          response_type: 'code',
          client_id: app.clientId,
          prompt: 'login',
          code_challenge: createHash('sha256').update(verifier).digest('base64url'),
          code_challenge_method: 'S256',
        })}`,
      )
      const approvePath = new URL(opened.headers.get('location') ?? '').pathname
      const asked = await browser.get(approvePath)
      const signInPath = (asked.headers.get('location') ?? '').slice(server().issuer.length)
      const signedIn = await browser.post('/sign-in', {
        csrf_token: await browser.csrf(signInPath),
        sign_in: 'password',
        username: 'grace',
        password: PASSWORD,
        return_to: approvePath,
      })
      expect(signedIn.headers.get('location')).toBe(server().issuer + approvePath)
      expect(await server().core.sessions.byToken(sessionOfAda)).toBeUndefined()
      expect(await (await browser.get(approvePath)).text()).toContain('You are <strong>grace</strong>')

      const left = browse(server())
      left.cookies.set('grantql-session', sessionOfAda)
      expect((await left.get(approvePath)).headers.get('location')).toContain('/sign-in')

      const back = new URL((await browser.decide(approvePath, 'approve')).headers.get('location') ?? '')
      const exchanged = await server().form(
        '/oauth/token',
        { grant_type: 'authorization_code', code: back.searchParams.get('code') ?? '', code_verifier: verifier },
        { authorization: basic },
      )
      const { access_token: token } = (await exchanged.json()) as { access_token: string }
      const inspected = await server().form('/oauth/introspect', { token }, { authorization: basic })
      expect(await inspected.json()).toMatchObject({ active: true, sub: grace.id })
    })

    it('who goes back instead of signing in decides nothing as the first person', async () => {
      const browser = browse(server())
      await browser.signIn(await server().createUser())
      server().clock.pass({ seconds: 1 })
      const { app } = await server().createApp({ grants: ['authorization_code'], redirectUris: [CALLBACK] })
      const opened = await browser.get(
        `/oauth/authorize?${new URLSearchParams({
          response_type: 'code',
          client_id: app.clientId,
          prompt: 'login',
          code_challenge: 'x'.repeat(43),
          code_challenge_method: 'S256',
        })}`,
      )
      const approvePath = new URL(opened.headers.get('location') ?? '').pathname
      const csrf_token = await browser.csrf('/account')
      const response = await browser.post(approvePath, { csrf_token, decision: 'approve' })
      expect(new URL(response.headers.get('location') ?? '').pathname).toBe('/sign-in')
      expect((await server().core.approvals.byHandle(approvePath.split('/').at(-1) ?? ''))?.status).toBe('pending')
    })
  },
)
