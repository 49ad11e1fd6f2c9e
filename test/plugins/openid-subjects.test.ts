import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestApp, TestServer, TestUser } from 'grantql/testing'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databases } from '../support/database.ts'
import { CALLBACK, flowOf, of, openidServer } from './openid-support.ts'

describe.each(databases)('pairwise subjects (OpenID Connect Core §8) ($name)', (database) => {
  let server: TestServer
  let user: TestUser
  const flow = flowOf(() => server)

  beforeAll(async () => {
    server = await openidServer(await database.url(), [], {
      outgoing: { allowHttp: true, allowedHosts: ['127.0.0.1'], allowedPorts: 'any' },
    })
    user = await server.createUser({ profile: { name: 'Ada' } })
  })
  afterAll(() => server?.close())

  async function pairwise(given: Parameters<typeof flow.createApp>[0] = {}): Promise<TestApp> {
    const app = await flow.createApp(given)
    await flow.setting(app, 'subjectType', 'pairwise')
    return app
  }
  const subject = async (app: TestApp, by: TestUser = user) => {
    const [redirectUri = CALLBACK] = app.app.redirectUris
    const { code = '' } = await flow.approved(app, by, { redirect_uri: redirectUri })
    const params = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: 'v'.repeat(43) }
    const { body } = await server.form('/oauth/token', { ...of(app), ...params })
    return decodeJwt(body.id_token).sub
  }

  it('are the same in the ID token, the access token, userinfo, introspection and after a refresh', async () => {
    const app = await pairwise()
    const tokens = await flow.tokens(app, user, { scope: 'openid profile' })
    const sub = decodeJwt(tokens.id_token ?? '').sub
    expect(sub).toMatch(/^[\w-]{43}$/)
    expect(decodeJwt(tokens.access_token ?? '').sub).toBe(sub)
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    expect(await (await server.fetch('/oauth/userinfo', { headers })).json()).toMatchObject({ sub, name: 'Ada' })
    for (const token of [tokens.access_token ?? '', tokens.refresh_token ?? '']) {
      const { body } = await server.form('/oauth/introspect', { ...of(app), token })
      expect(body).toMatchObject({ active: true, sub })
      expect(body).not.toHaveProperty('username')
    }
    const { body } = await flow.refresh(app, tokens.refresh_token ?? '')
    expect([decodeJwt(body.id_token ?? '').sub, decodeJwt(body.access_token ?? '').sub]).toEqual([sub, sub])
  })

  it('of an app that no longer can say its sector are still those of its tokens (RFC 7009 §2.2)', async () => {
    const app = await pairwise()
    const tokens = await flow.tokens(app, user)
    const sub = decodeJwt(tokens.id_token ?? '').sub
    await flow.setting(app, 'sectorIdentifierUri', 'http://127.0.0.1:1/nobody-is-here.json')
    const token = tokens.refresh_token ?? ''
    expect((await server.form('/oauth/introspect', { ...of(app), token })).body).toMatchObject({ active: true, sub })
    const { status, body } = await flow.refresh(app, token)
    expect([status, decodeJwt(body.id_token ?? '').sub]).toEqual([200, sub])
    expect((await server.form('/oauth/revoke', { ...of(app), token: body.refresh_token ?? '' })).status).toBe(200)
    expect(await flow.refresh(app, body.refresh_token ?? '')).toMatchObject({ status: 400 })
  })

  it('say nothing of the user’s id, in no token of the app, JWT or opaque', async () => {
    const app = await pairwise()
    const { core } = server.server
    const opaque = await pairwise({ redirectUris: ['https://opaque.example/cb'] })
    await core.apps.update({ ...((await core.apps.byId(opaque.app.id)) ?? opaque.app), tokenFormat: 'opaque' })
    const tokens = await flow.tokens(app, user)
    for (const token of [tokens.access_token, tokens.id_token]) {
      expect(JSON.stringify(decodeJwt(token ?? ''))).not.toContain(user.user.id)
    }
    const { code = '' } = await flow.approved(opaque, user, { redirect_uri: 'https://opaque.example/cb' })
    const params = { grant_type: 'authorization_code', code, code_verifier: 'v'.repeat(43) }
    const { body } = await server.form('/oauth/token', {
      ...of(opaque),
      ...params,
      redirect_uri: 'https://opaque.example/cb',
    })
    const looked = await server.form('/oauth/introspect', { ...of(opaque), token: body.access_token })
    expect(looked.body.sub).toBe(decodeJwt(body.id_token).sub)
    expect(JSON.stringify(looked.body)).not.toContain(user.user.id)
  })

  it('differ between sectors and users, and are one within a sector (§8.1)', async () => {
    const other = await server.createUser()
    const [one, same, elsewhere] = [
      await pairwise(),
      await pairwise({ redirectUris: ['https://rp.example/other'] }),
      await pairwise({ redirectUris: ['https://other.example/cb'] }),
    ]
    const subjects = await Promise.all([one, same, elsewhere].map((app) => subject(app)))
    expect(subjects[0]).toBe(subjects[1])
    expect(subjects[0]).not.toBe(subjects[2])
    expect(await subject(one, other)).not.toBe(subjects[0])
    expect(await subject(await flow.createApp())).toBe(user.user.id)
  })

  it('are shared by nobody where an app has no host of its own: two programs on one machine are strangers', async () => {
    const native = () => pairwise({ redirectUris: ['http://127.0.0.1/cb'] })
    expect(await subject(await native())).not.toBe(await subject(await native()))
  })

  it('need a sector identifier where the redirect URIs are on several hosts: invalid_request, and one that can be read (§8.1)', async () => {
    const app = await pairwise({ redirectUris: [CALLBACK, 'https://other.example/cb'] })
    expect(await flow.approved(app, user, { prompt: 'none' })).toMatchObject({ error: 'invalid_request' })
    await flow.setting(app, 'sectorIdentifierUri', 'https://127.0.0.1:1/sector.json')
    expect(await flow.approved(app, user, { prompt: 'none' })).toMatchObject({ error: 'temporarily_unavailable' })
  })

  it('are one for all apps that a sector lists, and an app that it does not list is refused (§8.1)', async () => {
    const listed = ['https://one.example/cb', 'https://two.example/cb', CALLBACK]
    const site = createServer((_, response) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(listed)),
    )
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
    const uri = `http://127.0.0.1:${(site.address() as AddressInfo).port}/sector.json`
    const ofSector = async (...redirectUris: string[]) => {
      const app = await pairwise({ redirectUris })
      await flow.setting(app, 'sectorIdentifierUri', uri)
      return app
    }
    const first = await subject(await ofSector('https://one.example/cb'))
    expect(await subject(await ofSector('https://two.example/cb', CALLBACK))).toBe(first)
    const stranger = await ofSector('https://stranger.example/cb')
    const refused = await flow.approved(stranger, user, { redirect_uri: 'https://stranger.example/cb', prompt: 'none' })
    expect(refused).toMatchObject({ error: 'invalid_request' })
    await new Promise((resolve) => site.close(resolve))
  })

  it('hold an id_token_hint and a value of sub to the app’s own name for the user (§3.1.2.1)', async () => {
    const app = await pairwise()
    const { id_token = '' } = await flow.tokens(app, user)
    const silent = (params: Record<string, string>) => flow.approved(app, user, { prompt: 'none', ...params })
    expect(await silent({ id_token_hint: id_token })).toHaveProperty('code')
    const claims = (value: string) => ({ claims: JSON.stringify({ id_token: { sub: { value } } }) })
    expect(await silent(claims(decodeJwt(id_token).sub ?? ''))).toHaveProperty('code')
    expect(await silent(claims(user.user.id))).toMatchObject({ error: 'login_required' })
  })
})
