import { decodeJwt, decodeProtectedHeader } from 'jose'
import { describe, expect, it } from 'vitest'
import { openid } from '../../../plugins/openid/index.ts'
import { CALLBACK, CHALLENGE, credentialsOf, describeConformance, VERIFIER } from '../support.ts'
import { openIdFlow } from './support.ts'

const OF_PROFILE = [
  ...['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username', 'profile', 'picture'],
  ...['website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
]
const OF_EMAIL = ['email', 'email_verified']
const OF_PHONE = ['phone_number', 'phone_number_verified']
/** An unsigned request object (RFC 9101 §4), as the suite makes them. */
const unsigned = (claims: object) =>
  `${[{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`

/** The modules of the OpenID Foundation's plans for providers, in their order; `index.json` says which plan has which. */
describeConformance(
  'the basic profile of OpenID Connect providers',
  (_, server) => {
    describe.each(['default', 'form_post'] as const)('response_mode %s', (responseMode) => {
      const flow = openIdFlow(server, responseMode)

      it('a happy flow ends with a code, tokens, a right ID token and the user’s sub at userinfo', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const { claims, tokens } = await flow.complete(person, made)
        expect(await flow.userinfo(tokens.access_token)).toEqual({ sub: claims.sub })
      })

      it('a request without response_type gets invalid_request', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const opened = await flow.authorize(person, made, { response_type: '' })
        expect((await flow.answer(person, opened)).error).toMatch(/^(invalid_request|unsupported_response_type)$/)
      })

      it('an ID token is signed with RS256 where the app’s registration says so, and names its key', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const app = await server().core.apps.byId(made.app.id)
        if (!app) throw new Error('The app is gone.')
        const settings = { ...app.settings, 'openid.idTokenSignedResponseAlg': 'RS256' }
        await server().core.apps.update({ ...app, settings })
        const { tokens } = await flow.complete(person, made)
        expect(decodeProtectedHeader(tokens.id_token ?? '')).toMatchObject({ alg: 'RS256', kid: expect.any(String) })
      })

      it('no ID token is unsigned, and none can be asked for', async () => {
        const metadata = await (await server().fetch('/.well-known/openid-configuration')).json()
        expect(metadata.id_token_signing_alg_values_supported).not.toContain('none')
      })

      it('userinfo answers a GET with the token in the header', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const { claims, tokens } = await flow.complete(person, made, { scope: 'openid profile' })
        expect(await flow.userinfo(tokens.access_token)).toMatchObject({ sub: claims.sub, name: 'Ada Lovelace' })
      })

      it('userinfo answers a POST with the token in the header', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const { claims, tokens } = await flow.complete(person, made)
        const headers = { authorization: `Bearer ${tokens.access_token}` }
        const answer = await server().fetch('/oauth/userinfo', { method: 'POST', headers })
        expect([answer.status, await answer.json()]).toEqual([200, { sub: claims.sub }])
      })

      it('userinfo answers a POST with the token in the body', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const { claims, tokens } = await flow.complete(person, made)
        const answer = await server().form('/oauth/userinfo', { access_token: tokens.access_token ?? '' })
        expect([answer.status, await answer.json()]).toEqual([200, { sub: claims.sub }])
      })

      it('a request without a nonce succeeds, and the ID token has none', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const { claims } = await flow.complete(person, made, { nonce: '' })
        expect(claims).not.toHaveProperty('nonce')
      })

      it('scope profile: its claims are at userinfo', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const { tokens } = await flow.complete(person, made, { scope: 'openid profile' })
        expect(Object.keys(await flow.userinfo(tokens.access_token)).sort()).toEqual(['sub', ...OF_PROFILE].sort())
      })

      it('scope email: its claims are at userinfo', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const { tokens } = await flow.complete(person, made, { scope: 'openid email' })
        expect(Object.keys(await flow.userinfo(tokens.access_token)).sort()).toEqual(['sub', ...OF_EMAIL].sort())
      })

      it('scope address: its claim is at userinfo, an object', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const { tokens } = await flow.complete(person, made, { scope: 'openid address' })
        const { sub, ...told } = await flow.userinfo(tokens.access_token)
        expect(told).toEqual({ address: { locality: 'London', country: 'GB' } })
      })

      it('scope phone: its claims are at userinfo', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const { tokens } = await flow.complete(person, made, { scope: 'openid phone' })
        expect(Object.keys(await flow.userinfo(tokens.access_token)).sort()).toEqual(['sub', ...OF_PHONE].sort())
      })

      it('all scopes: all claims are at userinfo', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const { tokens } = await flow.complete(person, made, { scope: 'openid address phone email profile' })
        const all = ['sub', 'address', ...OF_PROFILE, ...OF_EMAIL, ...OF_PHONE]
        expect(Object.keys(await flow.userinfo(tokens.access_token)).sort()).toEqual(all.sort())
      })

      it('scopes and parameters may stand in any order', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const { tokens } = await flow.complete(person, made, { scope: 'profile openid' })
        expect(tokens.scope?.split(' ').sort()).toEqual(['openid', 'profile'])
        const asked = [
          ['state', 's'],
          ['scope', 'openid'],
          ['redirect_uri', CALLBACK],
          ['client_id', made.app.clientId],
        ]
        const mode = responseMode === 'default' ? [] : [['response_mode', responseMode]]
        const query = new URLSearchParams([...asked, ...mode, ['response_type', 'code']])
        const opened = await person.get(`/oauth/authorize?${query}`)
        expect(await flow.answer(person, opened)).toMatchObject({ state: 's', code: expect.any(String) })
      })

      it('display=page does no harm', async () => {
        await flow.complete(await flow.person(), await flow.makeApp(), { display: 'page' })
      })

      it('display=popup does no harm', async () => {
        await flow.complete(await flow.person(), await flow.makeApp(), { display: 'popup' })
      })

      it('prompt=login: who is signed in signs in again, and auth_time is later', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const first = await flow.complete(person, made)
        server().clock.pass({ seconds: 5 })
        const opened = await flow.authorize(person, made, { prompt: 'login' })
        expect(await flow.asksToSignIn(person, opened)).toBe(true)
        await person.signInAgain()
        const { code } = await flow.answer(person, opened)
        const second = decodeJwt((await flow.exchange(made, code)).body.id_token)
        expect(second.sub).toBe(first.claims.sub)
        expect(Number(second.auth_time)).toBeGreaterThan(Number(first.claims.auth_time))
      })

      it('prompt=none, and nobody is signed in: login_required', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        person.cookies.clear()
        const opened = await flow.authorize(person, made, { prompt: 'none', state: 's' })
        expect(await flow.answer(person, opened)).toMatchObject({ error: 'login_required', state: 's' })
      })

      it('prompt=none, and somebody is signed in who said yes before: tokens without a question', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const first = await flow.complete(person, made)
        const opened = await flow.authorize(person, made, { prompt: 'none' })
        expect(opened.headers.get('location') ?? '').not.toContain('/approve/')
        const second = decodeJwt((await flow.exchange(made, (await flow.answer(person, opened)).code)).body.id_token)
        expect([second.sub, second.auth_time]).toEqual([first.claims.sub, first.claims.auth_time])
      })

      it('max_age=1 after more than a second: a new sign-in, and its auth_time', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const first = await flow.complete(person, made)
        server().clock.pass({ seconds: 2 })
        const opened = await flow.authorize(person, made, { max_age: '1' })
        expect(await flow.asksToSignIn(person, opened)).toBe(true)
        await person.signInAgain()
        const { code } = await flow.answer(person, opened)
        const second = decodeJwt((await flow.exchange(made, code)).body.id_token)
        expect(Number(second.auth_time)).toBeGreaterThan(Number(first.claims.auth_time))
      })

      it('max_age=10000 soon after: no new sign-in, and the same auth_time', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const first = await flow.complete(person, made, { max_age: '15000' })
        server().clock.pass({ seconds: 2 })
        const second = await flow.complete(person, made, { max_age: '10000' })
        expect([second.claims.sub, second.claims.auth_time]).toEqual([first.claims.sub, first.claims.auth_time])
      })

      it('a parameter that nobody knows is ignored', async () => {
        await flow.complete(await flow.person(), await flow.makeApp(), { extra: 'foobar' })
      })

      it('prompt=none with the ID token of who is signed in: tokens without a question', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const first = await flow.complete(person, made)
        const hint = { prompt: 'none', id_token_hint: first.tokens.id_token ?? '' }
        const { code } = await flow.answer(person, await flow.authorize(person, made, hint))
        const second = decodeJwt((await flow.exchange(made, code)).body.id_token)
        expect([second.sub, second.auth_time]).toEqual([first.claims.sub, first.claims.auth_time])
      })

      it('login_hint does no harm, and stands in the form of who signs in', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        await flow.complete(person, made, { login_hint: 'buffy@op.example' })
        person.cookies.clear()
        const opened = await flow.authorize(person, made, { login_hint: 'buffy@op.example' })
        const asked = await person.get(new URL(opened.headers.get('location') ?? '').pathname)
        const { pathname, search } = new URL(asked.headers.get('location') ?? '')
        expect(await (await person.get(pathname + search)).text()).toContain('value="buffy@op.example"')
      })

      it('ui_locales does no harm', async () => {
        await flow.complete(await flow.person(), await flow.makeApp(), { ui_locales: 'se' })
      })

      it('claims_locales does no harm', async () => {
        await flow.complete(await flow.person(), await flow.makeApp(), { claims_locales: 'se' })
      })

      it('acr_values of the metadata: the ID token has one of them', async () => {
        const metadata = await (await server().fetch('/.well-known/openid-configuration')).json()
        const classes: string[] = metadata.acr_values_supported
        const { claims } = await flow.complete(await flow.person(), await flow.makeApp(), {
          acr_values: classes.join(' '),
        })
        expect(classes).toContain(claims.acr)
      })

      it('a code that is used again at once gets invalid_grant', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const { code } = await flow.answer(person, await flow.authorize(person, made))
        expect((await flow.exchange(made, code)).status).toBe(200)
        expect(await flow.exchange(made, code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
      })

      it('a code that is used again after 30 seconds gets invalid_grant, and the access token ends', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const { code } = await flow.answer(person, await flow.authorize(person, made))
        const { body } = await flow.exchange(made, code)
        server().clock.pass({ seconds: 30 })
        expect(await flow.exchange(made, code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
        const headers = { authorization: `Bearer ${body.access_token}` }
        expect((await server().fetch('/oauth/userinfo', { headers })).status).toBe(401)
      })

      it('a redirect URI that is not registered gets a page, and no redirect', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const answer = await flow.authorize(person, made, { redirect_uri: `${CALLBACK}/other` })
        expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
        expect(await answer.text()).toContain('invalid_redirect_uri')
      })

      it('an authorize request by POST succeeds', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const mode: Record<string, string> = responseMode === 'default' ? {} : { response_mode: responseMode }
        const opened = await person.post('/oauth/authorize', {
          ...{ response_type: 'code', client_id: made.app.clientId, redirect_uri: CALLBACK, scope: 'openid', ...mode },
        })
        expect(await flow.answer(person, opened)).toMatchObject({ code: expect.any(String) })
      })

      it('the secret of the app may stand in the body', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const { code } = await flow.answer(person, await flow.authorize(person, made))
        expect(await flow.exchange(made, code, 'post')).toMatchObject({
          status: 200,
          body: { id_token: expect.any(String) },
        })
      })

      it('request_uri gets request_uri_not_supported, and is not asked for', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const opened = await flow.authorize(person, made, { request_uri: 'https://rp.example/request.jwt' })
        expect(await flow.answer(person, opened)).toMatchObject({ error: 'request_uri_not_supported' })
      })

      it('an unsigned request object gets request_not_supported', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const request = unsigned({ client_id: made.app.clientId, response_type: 'code', redirect_uri: CALLBACK })
        const opened = await flow.authorize(person, made, { request })
        expect(await flow.answer(person, opened)).toMatchObject({ error: 'request_not_supported' })
      })

      it('an essential claim that is asked for by name is at userinfo', async () => {
        const claims = JSON.stringify({ userinfo: { name: { essential: true } } })
        const { tokens } = await flow.complete(await flow.person(), await flow.makeApp(), { claims })
        expect(await flow.userinfo(tokens.access_token)).toMatchObject({ name: 'Ada Lovelace' })
      })

      it('a request object with another redirect URI changes nothing: the wrong one gets a page', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const request = unsigned({ redirect_uri: CALLBACK })
        const answer = await flow.authorize(person, made, { request, redirect_uri: `${CALLBACK}/wrong` })
        expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
      })

      it('a refresh token gives new tokens and an ID token of the same user, and to its own app alone', async () => {
        const [made, other, person] = [await flow.makeApp(), await flow.makeApp(), await flow.person()]
        const asked = { scope: 'openid offline_access', prompt: 'consent' }
        const { claims, tokens } = await flow.complete(person, made, asked)
        const refresh = (by: typeof made) =>
          server().form('/oauth/token', {
            grant_type: 'refresh_token',
            refresh_token: tokens.refresh_token ?? '',
            ...credentialsOf(by),
          })
        const stolen = await refresh(other)
        expect([stolen.status, await stolen.json()]).toMatchObject([400, { error: 'invalid_grant' }])
        const refreshed = (await (await refresh(made)).json()) as Record<string, string>
        expect(refreshed.access_token).not.toBe(tokens.access_token)
        const { sub, auth_time, aud, iss } = decodeJwt(refreshed.id_token ?? '')
        expect([sub, auth_time, aud, iss]).toEqual([claims.sub, claims.auth_time, claims.aud, claims.iss])
      })

      it('a request with PKCE succeeds', async () => {
        const [made, person] = [await flow.makeApp(), await flow.person()]
        const pkce = { code_challenge: CHALLENGE, code_challenge_method: 'S256' }
        const { code = '' } = await flow.answer(person, await flow.authorize(person, made, pkce))
        const answer = await server().form(
          '/oauth/token',
          { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER },
          { authorization: made.basic },
        )
        expect(answer.status).toBe(200)
      })
    })

    it('the metadata has what it must have, and what it says is of the right kind', async () => {
      const response = await server().fetch('/.well-known/openid-configuration')
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
      const metadata = (await response.json()) as Record<string, unknown>
      const { issuer } = server()
      expect(metadata).toMatchObject({
        issuer,
        authorization_endpoint: `${issuer}/oauth/authorize`,
        token_endpoint: `${issuer}/oauth/token`,
        userinfo_endpoint: `${issuer}/oauth/userinfo`,
        jwks_uri: `${issuer}/oauth/jwks`,
        response_types_supported: expect.arrayContaining(['code']),
        grant_types_supported: expect.arrayContaining(['authorization_code']),
        subject_types_supported: expect.arrayContaining(['public']),
        id_token_signing_alg_values_supported: expect.arrayContaining(['RS256']),
        scopes_supported: expect.arrayContaining(['openid']),
        claims_supported: expect.arrayContaining(['sub', 'iss', 'name']),
        claims_parameter_supported: true,
        request_parameter_supported: false,
        request_uri_parameter_supported: false,
        code_challenge_methods_supported: ['S256'],
      })
      const { keys } = (await (await server().fetch('/oauth/jwks')).json()) as { keys: Record<string, string>[] }
      expect(keys.length).toBeGreaterThan(0)
      for (const key of keys)
        expect(key).toMatchObject({ kid: expect.any(String), use: 'sig', alg: expect.any(String) })
    })
  },
  () => ({ plugins: [openid()] }),
)
