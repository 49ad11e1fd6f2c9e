import { expect, it } from 'vitest'
import { describeEachServer } from '../../support/server.ts'
import { CALLBACK, PASSWORD, plugins, usergridAt } from './usergrid.ts'

describeEachServer(
  'apps of Usergrid over GraphQL',
  () => ({ plugins: plugins() }),
  (server) => {
    const usergrid = usergridAt(server)

    const signedIn = async (role: 'user' | 'admin') => {
      const user = await server().createUser({ role, username: `${role}-${crypto.randomUUID()}`, password: PASSWORD })
      return { user, headers: { authorization: `Bearer ${await server().signIn(user)}` } }
    }
    const create = async (headers: Record<string, string>, input: object, path?: string) =>
      (
        await server().graphql(
          `mutation ($input: CreateAppInput!) { createApp(input: $input) {
            ... on AppCredentials { clientSecret app { id clientId dialect } } ... on Error { code message } } }`,
          { input: { dialect: 'usergrid', name: 'acme', type: 'CONFIDENTIAL', ...input } },
          headers,
          path,
        )
      ).data.createApp

    it('createApp makes one: its ids and secrets are those of Usergrid, and its tokens can be looked at and ended', async () => {
      const { user, headers } = await signedIn('user')
      const { app, clientSecret } = await create(headers, { grants: ['client_credentials'], scopes: ['read'] })
      expect(app).toMatchObject({ clientId: expect.stringMatching(/^b3U6[\w-]{22}$/), dialect: 'usergrid' })
      const listed = await server().graphql(
        '{ viewer { apps(first: 5) { edges { node { clientId } } } } }',
        {},
        headers,
      )
      expect(JSON.stringify(listed.data)).toContain(app.clientId)

      const own = { client_id: app.clientId, client_secret: clientSecret }
      const { body } = await usergrid.token({ grant_type: 'client_credentials', ...own })
      expect(body.organization).toMatchObject({ name: 'acme', users: { [user.username]: { uuid: user.id } } })

      const input = { clientId: app.clientId, clientSecret, token: body.access_token }
      const introspect = async () =>
        (
          await server().graphql(
            `mutation ($input: IntrospectTokenInput!) { introspectToken(input: $input) {
              ... on TokenIntrospection { active clientId scopes } } }`,
            { input },
          )
        ).data.introspectToken
      expect(await introspect()).toEqual({ active: true, clientId: app.clientId, scopes: ['read'] })
      await server().graphql('mutation ($input: RevokeTokenInput!) { revokeToken(input: $input) { __typename } }', {
        input,
      })
      expect(await introspect()).toMatchObject({ active: false })
      expect((await usergrid.me(body.access_token)).status).toBe(401)
    })

    it('a legacy grant takes an admin, and where the app belongs is a setting of it', async () => {
      const { headers: ofUser } = await signedIn('user')
      const legacy = { grants: ['password', 'implicit'], redirectUris: [CALLBACK] }
      expect(await create(ofUser, legacy)).toMatchObject({ code: 'invalid_input' })
      const { headers, user } = await signedIn('admin')
      const more = { ...legacy, privileges: ['LEGACY_GRANTS'] }
      const { app, clientSecret } = await create(headers, more, '/admin/graphql')
      for (const [name, value] of [
        ['usergrid.organization', 'globex'],
        ['usergrid.application', 'planner'],
      ]) {
        const { data } = await server().graphql(
          'mutation ($input: UpdateAppSettingInput!) { updateAppSetting(input: $input) { __typename } }',
          { input: { appId: app.id, name, value } },
          headers,
          '/admin/graphql',
        )
        expect(data.updateAppSetting.__typename).not.toMatch(/Error$/)
      }
      const grant = { grant_type: 'password', username: user.username, password: PASSWORD }
      const own = { client_id: app.clientId, client_secret: clientSecret }
      const answer = await usergrid.json(await server().form('/globex/planner/token', { ...grant, ...own }))
      expect(answer.body.user).toMatchObject({
        admin: true,
        organizations: { globex: { applications: { 'globex/planner': expect.any(String) } } },
      })
    })
  },
)
