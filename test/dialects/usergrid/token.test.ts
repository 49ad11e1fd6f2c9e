import { expect, it } from 'vitest'
import { describeEachServer } from '../../support/server.ts'
import { CALLBACK, PASSWORD, plugins, usergridAt } from './usergrid.ts'

const REFUSED = { status: 400, body: { error: 'invalid_grant' } }

describeEachServer(
  'tokens of Usergrid',
  () => ({ plugins: plugins() }),
  (server) => {
    const usergrid = usergridAt(server)

    const newCode = async (clientId: string) => {
      const { username } = await usergrid.user()
      const answer = await usergrid.submit(username, { client_id: clientId, redirect_uri: CALLBACK })
      return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? ''
    }

    it('of many who exchange a code at once, one gets a token (RFC 6749 §4.1.2)', async () => {
      const { app, clientSecret = '' } = await usergrid.app()
      const code = await newCode(app.clientId)
      const claim = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: CALLBACK,
        client_id: app.clientId,
        client_secret: clientSecret,
      }
      const answers = await Promise.all(Array.from({ length: 20 }, () => usergrid.token(claim)))
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(400)])
      for (const { status, body } of answers)
        if (status === 400) expect(body).toEqual(expect.objectContaining(REFUSED.body))
    })

    it('a code that comes again later ends what came of it (RFC 6749 §4.1.2)', async () => {
      const { app, clientSecret = '' } = await usergrid.app()
      const own = { client_id: app.clientId, client_secret: clientSecret }
      const claim = {
        grant_type: 'authorization_code',
        code: await newCode(app.clientId),
        redirect_uri: CALLBACK,
        ...own,
      }
      const { body } = await usergrid.token(claim)
      expect((await usergrid.me(body.access_token)).status).toBe(200)
      server().clock.pass({ seconds: 5 })
      expect(await usergrid.token(claim)).toMatchObject(REFUSED)
      expect((await usergrid.me(body.access_token)).status).toBe(401)
    })

    it('a code is good for ten minutes, and for the app that asked alone', async () => {
      const { app, clientSecret = '' } = await usergrid.app()
      const other = await usergrid.app()
      const claim = (code: string, { clientId }: { clientId: string }, secret: string) =>
        usergrid.token({
          grant_type: 'authorization_code',
          code,
          redirect_uri: CALLBACK,
          client_id: clientId,
          client_secret: secret,
        })
      const code = await newCode(app.clientId)
      expect(await claim(code, other.app, other.clientSecret ?? '')).toMatchObject(REFUSED)
      const [inTime, late] = [await newCode(app.clientId), await newCode(app.clientId)]
      server().clock.pass({ seconds: 590 })
      expect((await claim(inTime, app, clientSecret)).status).toBe(200)
      server().clock.pass({ seconds: 11 })
      expect(await claim(late, app, clientSecret)).toMatchObject(REFUSED)
    })

    it('an application’s own paths are for that application alone', async () => {
      const { username, id } = await usergrid.user()
      const made = await usergrid.app({ ownerId: id, grants: ['client_credentials', 'password'] })
      await usergrid.setForApp(made.app, 'organization', 'acme')
      await usergrid.setForApp((await server().core.apps.byId(made.app.id)) ?? made.app, 'application', 'planner')
      const own = { client_id: made.app.clientId, client_secret: made.clientSecret ?? '' }
      const at = async (path: string, params: Record<string, string>) =>
        usergrid.json(await server().form(path, { ...own, ...params }))

      const client = { grant_type: 'client_credentials' }
      expect(await at('/acme/planner/token', client)).toMatchObject({ status: 200, body: { application: made.app.id } })
      expect(await at('/ACME/Planner/token', client)).toMatchObject({ status: 200 })
      expect(await at('/management/token', client)).toMatchObject({ status: 200 })
      for (const path of ['/acme/other/token', '/other/planner/token']) {
        expect(await at(path, client)).toMatchObject(REFUSED)
      }

      const signedIn = await at('/acme/planner/token', { grant_type: 'password', username, password: PASSWORD })
      expect(signedIn.body.user.organizations).toEqual({
        acme: {
          name: 'acme',
          uuid: expect.stringMatching(/^[\da-f-]{36}$/),
          properties: {},
          applications: { 'acme/planner': made.app.id },
        },
      })
    })

    it('an organization is its owner’s: another one of the same name is another one', async () => {
      const organizationOf = async () => {
        const { id } = await usergrid.user()
        const { app, clientSecret = '' } = await usergrid.app({ ownerId: id, name: 'acme' })
        const own = { client_id: app.clientId, client_secret: clientSecret }
        const { body } = await usergrid.token({ grant_type: 'client_credentials', ...own })
        return body.organization
      }
      const [one, other] = [await organizationOf(), await organizationOf()]
      expect(one.name).toBe(other.name)
      expect(one.uuid).not.toBe(other.uuid)
      expect(Object.keys(one.users)).not.toEqual(Object.keys(other.users))
    })

    it('paths of the standard and of others are no applications', async () => {
      const first = ['oauth', 'api', 'admin', 'auth', 'graphql', 'management', '_other', '.well-known', 'OAuth']
      for (const name of first) {
        for (const path of [`/${name}/x/token`, `/${name}/x/authorize`, `/${name}/x/management/authorize`]) {
          expect((await server().fetch(path)).status, path).toBe(404)
          expect((await server().form(path, { grant_type: 'client_credentials' })).status, path).toBe(404)
        }
      }
    })

    it('an app that is not public, or of no Usergrid, signs nobody in who names no app', async () => {
      const { username } = await usergrid.user()
      const grant = { grant_type: 'password', username, password: PASSWORD }
      const legacy = { grants: ['password'], privileges: ['legacy-grants' as const] }
      const confidential = await usergrid.app(legacy)
      const standard = await server().createApp({ ...legacy, type: 'public' })
      for (const clientId of [confidential.app.clientId, standard.app.clientId, 'nobody']) {
        await usergrid.set('managementApp', clientId)
        expect(await usergrid.token(grant), clientId).toMatchObject(REFUSED)
      }
      await usergrid.set('managementApp', '')
    })

    it('scopes that the app has narrow a token; the others are as if they were not there', async () => {
      const { app, clientSecret = '', basic } = await usergrid.app()
      const scopesOf = async (scope: string) => {
        const own = { client_id: app.clientId, client_secret: clientSecret }
        const { body } = await usergrid.token({ grant_type: 'client_credentials', ...own, scope })
        const form = { token: body.access_token as string }
        const answer = await server().form('/oauth/introspect', form, { authorization: basic })
        return ((await answer.json()) as { scope: string }).scope
      }
      expect(await scopesOf('read')).toBe('read')
      expect(await scopesOf('read unheard-of')).toBe('read')
      expect(await scopesOf('unheard-of')).toBe('read write')
    })

    it('somebody else’s tokens cannot be revoked, and one of one’s own alone can', async () => {
      const { app, clientSecret = '' } = await usergrid.app({ grants: ['password', 'client_credentials'] })
      const own = { client_id: app.clientId, client_secret: clientSecret }
      const tokenOf = async (username: string): Promise<string> =>
        (await usergrid.token({ grant_type: 'password', username, password: PASSWORD, ...own })).body.access_token
      const [ann, ben] = [await usergrid.user(), await usergrid.user()]
      const [first, second, bens] = [
        await tokenOf(ann.username),
        await tokenOf(ann.username),
        await tokenOf(ben.username),
      ]
      const machine = (await usergrid.token({ grant_type: 'client_credentials', ...own })).body.access_token
      for (const by of [bens, machine]) expect((await usergrid.revoke(ann.username, by)).status).toBe(401)

      const one = async (token: string) =>
        usergrid.json(
          await server().fetch(`/management/users/${ann.id}/revoketoken?token=${token}`, {
            method: 'POST',
            headers: { authorization: `Bearer ${second}` },
          }),
        )
      expect((await one(bens)).status).toBe(401)
      expect(await one(first)).toMatchObject({ status: 200, body: { action: 'revoked user token' } })
      expect((await usergrid.me(first)).status).toBe(401)
      for (const token of [second, bens]) expect((await usergrid.me(token)).status).toBe(200)
    })

    it('whatever is sent, nothing breaks', async () => {
      const { app, clientSecret = '' } = await usergrid.app({
        grants: ['client_credentials', 'password', 'authorization_code'],
      })
      const good = {
        grant_type: 'password',
        client_id: app.clientId,
        client_secret: clientSecret,
        username: 'x',
        password: 'y',
        ttl: '1000',
        scope: 'read',
      }
      const values = [
        '\u0000',
        'a\nb',
        '\ud800',
        'x'.repeat(20_000),
        ['a', 'b'],
        { a: 1 },
        7,
        true,
        null,
        '%',
        '__proto__',
      ]
      for (const name of Object.keys(good)) {
        for (const value of values) {
          const byJson = await usergrid.tokenByJson({ ...good, [name]: value })
          expect(byJson.status, `${name} ${JSON.stringify(value).slice(0, 20)}`).toBeLessThan(500)
          if (typeof value !== 'string' || !value.isWellFormed()) continue
          expect((await usergrid.token({ ...good, [name]: value })).status).toBeLessThan(500)
          const form = { response_type: 'code', username: 'x', password: 'y', [name]: value }
          expect((await server().form('/management/authorize', form)).status).toBeLessThan(500)
          const query = new URLSearchParams({ [name]: value.slice(0, 4000) })
          expect((await server().fetch(`/management/authorize?${query}`)).status).toBeLessThan(500)
          expect((await server().fetch(`/management/me?${query}`)).status).toBeLessThan(500)
        }
      }
      for (const body of [
        '{',
        '[]',
        '[1]',
        '"text"',
        '{"a":',
        '\u0000',
        'grant_type=password&grant_type=password',
        '%%%',
      ]) {
        const answer = await server().fetch('/management/token', { method: 'POST', body })
        expect(answer.status, body).toBe(400)
      }
      for (const authorization of ['Basic', 'Basic %%%', 'Basic Og==', 'Bearer', 'Bearer \u00e9', 'Digest x']) {
        const headers = { authorization }
        expect((await usergrid.token({ grant_type: 'client_credentials' }, headers)).status).toBeLessThan(500)
        expect((await server().fetch('/management/me', { headers })).status).toBe(401)
      }
      for (const user of ['%00', '%ff', 'x'.repeat(5000), '..%2f..', '%ud800']) {
        const path = `/management/users/${user}/revoketokens`
        expect((await server().fetch(path, { method: 'PUT' })).status, user).toBeLessThan(500)
      }
    })
  },
)
