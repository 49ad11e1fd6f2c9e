import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose'
import { expect } from 'vitest'
import { updateProfile } from '../../../src/operations/update-profile.ts'
import type { Browser } from '../../pages/browse.ts'
import { browse } from '../../pages/browse.ts'
import type { TestServer } from '../../support/server.ts'
import { CALLBACK, credentialsOf, type MadeApp, type Reply } from '../support.ts'

type Params = Record<string, string>

/** What the modules of the OpenID Foundation's plans do: an app without PKCE, and a person with a whole profile. */
export interface OpenIdFlow {
  /** A confidential app that may do without PKCE, as the suite's is. */
  makeApp(): Promise<MadeApp>
  /** A browser in which somebody is signed in, with everything in their profile. */
  person(): Promise<Browser & { signInAgain(): Promise<void> }>
  authorize(browser: Browser, made: MadeApp, more?: Params): Promise<Response>
  /** The members of the answer, however it comes; the person says yes where they are asked. */
  answer(browser: Browser, opened: Response): Promise<Params>
  /** Whether the person is asked to sign in. */
  asksToSignIn(browser: Browser, opened: Response): Promise<boolean>
  exchange(made: MadeApp, code: string | undefined, by?: 'basic' | 'post'): Promise<Reply>
  /** The whole way, with the checks that every module makes of an ID token. */
  complete(browser: Browser, made: MadeApp, more?: Params): Promise<{ claims: JWTPayload; tokens: Params }>
  userinfo(accessToken: string | undefined): Promise<Params>
}

export function openIdFlow(server: () => TestServer, responseMode: 'default' | 'form_post'): OpenIdFlow {
  const mode: Params = responseMode === 'default' ? {} : { response_mode: responseMode }
  const flow: OpenIdFlow = {
    async makeApp() {
      const made = await server().createApp({
        grants: ['authorization_code', 'refresh_token'],
        scopes: ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'],
        redirectUris: [CALLBACK],
      })
      const settings = { 'authorization-code.pkce': 'optional' }
      await server().core.apps.update({ ...made.app, settings })
      return made
    },

    async person() {
      const browser = browse(server())
      const user = await server().createUser()
      await updateProfile(server().core, { id: undefined, role: 'admin' }, user.id, PROFILE)
      await browser.signIn(user)
      return Object.assign(browser, { signInAgain: () => browser.signIn(user) })
    },

    authorize(browser, { app }, more = {}) {
      const asked = { response_type: 'code', client_id: app.clientId, redirect_uri: CALLBACK, scope: 'openid', ...mode }
      return browser.get(`/oauth/authorize?${new URLSearchParams({ ...asked, ...more })}`)
    },

    async answer(browser, opened) {
      const location = opened.headers.get('location')
      const asked = location === null ? undefined : new URL(location)
      if (!asked?.pathname.startsWith('/approve/')) return membersOf(opened)
      const shown = await browser.get(asked.pathname)
      const isQuestion = shown.status === 200 && (await shown.clone().text()).includes('name="decision"')
      return membersOf(isQuestion ? await browser.decide(asked.pathname, 'approve') : shown)
    },

    async asksToSignIn(browser, opened) {
      const shown = await browser.get(new URL(opened.headers.get('location') ?? '').pathname)
      return new URL(shown.headers.get('location') ?? 'none:').pathname === '/sign-in'
    },

    async exchange(made, code, by = 'basic') {
      const params = { grant_type: 'authorization_code', code: code ?? '', redirect_uri: CALLBACK }
      const response =
        by === 'basic'
          ? await server().form('/oauth/token', params, { authorization: made.basic })
          : await server().form('/oauth/token', { ...params, ...credentialsOf(made) })
      return { status: response.status, headers: response.headers, body: await response.json() }
    },

    async complete(browser, made, more = {}) {
      const sent = { state: 'a state', nonce: 'a nonce', ...more }
      const members = await flow.answer(browser, await flow.authorize(browser, made, sent))
      expect(members).toMatchObject({ state: sent.state, iss: server().issuer, code: expect.any(String) })
      const { status, body } = await flow.exchange(made, members.code)
      expect([status, body.token_type]).toEqual([200, 'Bearer'])
      const keys = createLocalJWKSet(await (await server().fetch('/oauth/jwks')).json())
      const { payload, protectedHeader } = await jwtVerify(body.id_token, keys, {
        issuer: server().issuer,
        audience: made.app.clientId,
        currentDate: server().clock.now(),
        requiredClaims: ['sub', 'iat', 'exp'],
      })
      expect(protectedHeader.kid).toEqual(expect.any(String))
      expect(payload.nonce).toBe(sent.nonce === '' ? undefined : sent.nonce)
      return { claims: payload, tokens: body }
    },

    async userinfo(accessToken) {
      const headers = { authorization: `Bearer ${accessToken}` }
      const response = await server().fetch('/oauth/userinfo', { headers })
      expect(response.status).toBe(200)
      return (await response.json()) as Params
    },
  }
  return flow
}

/** The members of an answer that came as a redirect, as a form that posts itself, or as a page with a way back. */
async function membersOf(response: Response): Promise<Params> {
  const location = response.headers.get('location')
  if (location !== null) return Object.fromEntries(new URL(location).searchParams)
  const page = await response.text()
  if (page.includes(`action="${CALLBACK}"`)) {
    const fields = page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)
    return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, unescapeHtml(value)]))
  }
  const [wayBack = 'none:'] = /https:\/\/rp\.example\/cb\?[^"'<\s]+/.exec(page) ?? []
  return Object.fromEntries(new URL(unescapeHtml(wayBack)).searchParams)
}

const unescapeHtml = (text: string): string =>
  text.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&')

export const PROFILE = {
  name: 'Ada Lovelace',
  givenName: 'Ada',
  familyName: 'Lovelace',
  middleName: 'King',
  nickname: 'Lady',
  profile: 'https://ada.example/about',
  picture: 'https://ada.example/ada.png',
  website: 'https://ada.example/',
  email: 'ada@example.org',
  gender: 'female',
  birthdate: '1815-12-10',
  zoneinfo: 'Europe/London',
  locale: 'en-GB',
  phoneNumber: '+441632960123',
  address: { locality: 'London', country: 'GB' },
} as const
