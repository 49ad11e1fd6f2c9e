import { randomBytes } from 'node:crypto'
import { definePlugin, readLooseParams } from 'grantql/plugin'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, it } from 'vitest'
import { authorizationCode } from '../../plugins/authorization-code/index.ts'
import { refreshToken } from '../../plugins/refresh-token/index.ts'
import { browse, csrfIn } from '../pages/browse.ts'
import { describeEachServer } from '../support/server.ts'

const HOME = 'old.example'

/** A dialect that shapes all that it may: ids, secrets, tokens, pages, its own settings and a document at a host of its own. */
const old = () =>
  definePlugin()({
    id: 'old',
    scopes: [
      { name: 'old.read', description: 'Read the old things' },
      { name: 'write', description: 'Write as it was in the old days' },
    ],
    pages: [
      {
        method: 'POST',
        path: '/old/start',
        withoutCsrf: 'anonymous',
        handle: async (ctx, request) => {
          const params = await readLooseParams(ctx.request, Buffer.from(await request.arrayBuffer()))
          const name = params.all('name')[0]
          return Response.json({ name, isFromOwnForm: ctx.isFromOwnForm, user: ctx.user?.username ?? null })
        },
      },
      {
        method: 'GET',
        path: '/old/:kind/form',
        handle: async (ctx) =>
          ctx.page(
            'Old',
            await ctx.html`<h1>${ctx.parameters.kind}</h1><form method="post" action="/old/start">${ctx.csrfField}</form>`,
          ),
      },
    ],
    dialect: {
      id: 'old',
      hosts: [HOME],
      answerMembers: ({ iss: _, ...members }) => members,
      mintClientId: () => `OLD-${randomBytes(8).toString('hex')}`,
      mintClientSecret: (_, app) => `${app.name.length}-${randomBytes(20).toString('hex')}`,
      accessTokens: {
        ttlSeconds: (_, { userId }) => (userId === undefined ? 600 : 1_000_000),
        mint: (ctx, { id, app, subject, scopes, expiresAt }) =>
          ctx.tokens.sign(
            { jti: id, aud: app.clientId, uid: subject, scopes, exp: expiresAt.getTime() / 1000 },
            { type: 'JWT', algorithm: 'HS256' },
          ),
      },
      refreshTokens: { mint: () => `def502${randomBytes(32).toString('hex')}` },
      appSettings: { 'authorization-code.pkce': 'optional', 'nobody.knows': 1, 'refresh-token.retryWindowSeconds': 0 },
      sharedPages: [
        {
          method: 'GET',
          path: '/oauth/authorize',
          async handle(ctx, request) {
            const { searchParams } = new URL(request.url)
            const opened = await ctx.operations.authorize(
              { names: () => [...searchParams.keys()], all: (name) => searchParams.getAll(name) },
              ctx.request,
            )
            if (opened.status !== 'opened') return ctx.page('No', await ctx.html`${opened.answer.members.error}`)
            return ctx.page(
              'Authorization required',
              await ctx.html`<form method="post"><input name="client_id" value="${searchParams.get('client_id') ?? ''}">
<input name="handle" value="${opened.handle}">${ctx.csrfField}</form>`,
            )
          },
        },
        {
          method: 'POST',
          path: '/oauth/authorize',
          async handle(ctx, _request, form) {
            const handle = form.all('handle')[0] as string
            const answer = await ctx.decide(
              handle,
              form.all('no').length > 0 ? { denies: true } : { approves: ['old.read'] },
            )
            return answer ? ctx.answerApp(answer) : ctx.seeOther('/')
          },
        },
      ],
      sharedEndpoints: [
        {
          method: 'POST',
          path: '/oauth/token',
          async handle(ctx, request) {
            const params = await readLooseParams(ctx.request, Buffer.from(await request.arrayBuffer()))
            const text = (name: string) => params.all(name)[0] as string | undefined
            const tokens = await ctx.operations.exchangeToken({
              grantType: text('grant_type') ?? '',
              params,
              credentials: { clientId: text('client_id'), clientSecret: text('client_secret') },
              request: ctx.request,
            })
            return Response.json({
              token: tokens.accessToken,
              again: tokens.refreshToken,
              lives: tokens.expiresInSeconds,
            })
          },
        },
        {
          method: 'GET',
          path: '/.well-known/oauth-authorization-server',
          handle: async () => Response.json({ old: true }),
        },
        { method: 'DELETE', path: '/oauth/authorize', handle: async () => Response.json({ deleted: true }) },
      ],
      renderError: (error) => Response.json({ fault: error.code, why: error.reason, at: error.about }, { status: 418 }),
    },
  })

/** What its token endpoint says. */
interface Answered {
  readonly status: number
  readonly token?: string
  readonly again?: string
}

const REDIRECT_URI = 'https://app.example/cb'

describeEachServer(
  'what a dialect may shape',
  () => ({ plugins: [authorizationCode(), refreshToken(), old()] }),
  (server) => {
    const oldApp = () =>
      server().createApp({
        name: 'Gull',
        dialect: 'old',
        grants: ['client_credentials', 'authorization_code', 'refresh_token'],
        scopes: ['old.read'],
        redirectUris: [REDIRECT_URI],
      })
    const token = async (params: Record<string, string>): Promise<Answered> => {
      const response = await server().form('/oauth/token', params)
      return { status: response.status, ...((await response.json()) as object) }
    }
    const signIn = async () => {
      const browser = browse(server())
      await browser.signIn(await server().createUser())
      return browser
    }
    const question = ({ clientId }: { clientId: string }) =>
      `/oauth/authorize?${new URLSearchParams({ client_id: clientId, response_type: 'code', redirect_uri: REDIRECT_URI, state: 'a b' })}`
    const redirected = async (clientId: string) => {
      const browser = await signIn()
      const page = await (await browser.get(question({ clientId }))).text()
      const handle = /name="handle" value="([^"]+)"/.exec(page)?.[1] ?? ''
      const decided = await browser.post('/oauth/authorize', { client_id: clientId, handle, csrf_token: csrfIn(page) })
      return { decided, location: new URL(decided.headers.get('location') ?? 'x:') }
    }

    it('ids and secrets, a new secret too', async () => {
      const { app, clientSecret } = await oldApp()
      expect([app.clientId, clientSecret]).toEqual([
        expect.stringMatching(/^OLD-[0-9a-f]{16}$/),
        expect.stringMatching(/^4-[0-9a-f]{40}$/),
      ])
    })

    it('access tokens, which are found, looked into and revoked like any other', async () => {
      const { app, clientSecret = '', basic } = await oldApp()
      const got = await token({
        grant_type: 'client_credentials',
        client_id: app.clientId,
        client_secret: clientSecret,
      })
      expect(got).toMatchObject({ status: 200, lives: 600 })
      expect(decodeProtectedHeader(got.token ?? '')).toEqual({ alg: 'HS256', typ: 'JWT' })
      expect(decodeJwt(got.token ?? '')).toMatchObject({ aud: app.clientId, scopes: ['old.read'] })
      const introspect = async () =>
        (await server().form('/oauth/introspect', { token: got.token ?? '' }, { authorization: basic })).json()
      expect(await introspect()).toMatchObject({ active: true, client_id: app.clientId, scope: 'old.read' })
      await server().form('/oauth/revoke', { token: got.token ?? '' }, { authorization: basic })
      expect(await introspect()).toEqual({ active: false })
    })

    it('how long its tokens live, which the person is told before they decide (RFC 6749 §10.2)', async () => {
      const { app } = await oldApp()
      await server().core.apps.update({ ...app, grants: ['authorization_code'] })
      const browser = await signIn()
      const asked = await (await browser.get(question(app))).text()
      const handle = /name="handle" value="([^"]+)"/.exec(asked)?.[1]
      expect(await (await browser.get(`/approve/${handle}`)).text()).toContain('Access ends after 12 days.')
    })

    it('its own consent page at the shared path, decided by the same operation, once', async () => {
      const { app, clientSecret = '' } = await oldApp()
      const { decided, location } = await redirected(app.clientId)
      expect(decided.status).toBe(303)
      expect([...location.searchParams.keys()].sort()).toEqual(['code', 'state'])
      const exchange = {
        grant_type: 'authorization_code',
        client_id: app.clientId,
        client_secret: clientSecret,
        redirect_uri: REDIRECT_URI,
        code: location.searchParams.get('code') ?? '',
      }
      const first = await token(exchange)
      expect(first).toMatchObject({ status: 200, lives: 1_000_000, again: expect.stringMatching(/^def502/) })
      expect(await token(exchange)).toMatchObject({ status: 418, fault: 'invalid_grant', why: 'used' })
    })

    it('refresh tokens, with its own settings: no answer is given twice', async () => {
      const { app, clientSecret = '' } = await oldApp()
      const { location } = await redirected(app.clientId)
      const credentials = { client_id: app.clientId, client_secret: clientSecret }
      const { again = '' } = await token({
        ...credentials,
        grant_type: 'authorization_code',
        redirect_uri: REDIRECT_URI,
        code: location.searchParams.get('code') ?? '',
      })
      const refresh = { ...credentials, grant_type: 'refresh_token', refresh_token: again }
      const answers = await Promise.all(Array.from({ length: 10 }, () => token(refresh)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(await token(refresh)).toMatchObject({ status: 418, fault: 'invalid_grant' })
    })

    it('errors say in its words what is wrong, and with what', async () => {
      const { app, clientSecret = '' } = await oldApp()
      const credentials = { client_id: app.clientId, client_secret: clientSecret }
      expect(await token({ ...credentials, grant_type: 'authorization_code' })).toMatchObject({
        fault: 'invalid_request',
        at: 'code',
      })
      expect(await token({ ...credentials, grant_type: 'client_credentials', scope: 'old.read read' })).toMatchObject({
        fault: 'invalid_scope',
        at: 'read',
      })
    })

    it('a document of its own at its own host, and the standard’s at every other', async () => {
      const path = '/.well-known/oauth-authorization-server'
      const at = async (host: string) =>
        (await server().server.fetch(new Request(`${server().issuer}${path}`, { headers: { host } }))).json()
      expect(await at(HOME)).toEqual({ old: true })
      expect(await at('127.0.0.1')).toMatchObject({ issuer: server().issuer })
    })

    it('a method that the standard lacks is there for its apps alone', async () => {
      const { app } = await oldApp()
      const remove = async (clientId: string) =>
        (await server().fetch(`/oauth/authorize?client_id=${clientId}`, { method: 'DELETE' })).status
      expect([await remove(app.clientId), await remove('nobody')]).toEqual([200, 404])
    })

    it('a form that others may post has nobody behind it unless it is ours', async () => {
      const browser = await signIn()
      const form = await (await browser.get('/old/blue/form')).text()
      expect(form).toContain('<h1>blue</h1>')
      expect(await (await browser.post('/old/start', { name: 'a', csrf_token: csrfIn(form) })).json()).toEqual({
        name: 'a',
        isFromOwnForm: true,
        user: expect.stringMatching(/^user-/),
      })
      expect(await (await browser.post('/old/start', { name: 'b' })).json()).toEqual({
        name: 'b',
        isFromOwnForm: false,
        user: null,
      })
      const json = await server().fetch('/old/start?x=1', { method: 'POST', body: '{"name":"c"}' })
      expect(await json.json()).toMatchObject({ name: 'c', user: null })
    })

    it('scopes that no other app is given, and that metadata does not offer', async () => {
      await expect(server().createApp({ scopes: ['old.read'] })).rejects.toThrow('for apps of the dialect old')
      const metadata = await (await server().fetch('/.well-known/oauth-authorization-server')).json()
      expect(JSON.stringify(metadata)).not.toContain('old.read')
    })

    it('scopes with names that the standard has as well: each app has its own', async () => {
      const scopesOf = async (variables: object) => {
        const answer = await server().graphql(
          'query ($dialect: String) { scopes(dialect: $dialect) { name description } }',
          variables,
        )
        return Object.fromEntries(
          answer.data.scopes.map((scope: Record<string, string>) => [scope.name, scope.description]),
        )
      }
      expect(await scopesOf({})).toMatchObject({ write: 'Change your things' })
      expect(await scopesOf({ dialect: 'old' })).toMatchObject({
        read: 'Read your things',
        write: 'Write as it was in the old days',
        'old.read': 'Read the old things',
      })
    })
  },
)
