import { expect, it } from 'vitest'
import { openid } from '../../plugins/openid/index.ts'
import { describeEachServer } from '../support/server.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

describeEachServer(
  'protected resource metadata (RFC 9728)',
  () => ({ plugins: [openid()] }),
  (server) => {
    const read = async (path: string) => {
      const response = await server().fetch(path)
      return { response, body: (await response.json()) as Record<string, unknown> }
    }

    it.each([
      ['the server itself', '', ''],
      ['userinfo', '/oauth/userinfo', '/oauth/userinfo'],
      ['the administration', '/admin/graphql', '/admin/graphql'],
    ])('of %s is where the well-known path says, and names it exactly (§3.1, §3.3)', async (_what, suffix, path) => {
      const { response, body } = await read(WELL_KNOWN + suffix)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toMatch(/^application\/json/)
      expect(body).toMatchObject({
        resource: `${server().issuer}${path}`,
        authorization_servers: [server().issuer],
        bearer_methods_supported: ['header'],
      })
    })

    it('says no member without a value, and no scope that is for admins alone (§2)', async () => {
      const { body } = await read(`${WELL_KNOWN}/admin/graphql`)
      expect(body).not.toHaveProperty('scopes_supported')
      expect(Object.values(body)).not.toContain(null)
    })

    it('may be kept for five minutes, by everybody (§7.10)', async () => {
      const { response } = await read(WELL_KNOWN)
      expect(response.headers.get('cache-control')).toBe('public, max-age=300')
    })

    it('of a path that is no resource is not there: 404', async () => {
      expect((await server().fetch(`${WELL_KNOWN}/nowhere`)).status).toBe(404)
    })

    it.each([
      ['userinfo without a token', '/oauth/userinfo', {}, 'Bearer realm="GrantQL"'],
      [
        'userinfo with a wrong token',
        '/oauth/userinfo',
        { authorization: 'Bearer wrong' },
        'Bearer realm="GrantQL", error="invalid_token"',
      ],
      ['the administration without a token', '/admin/graphql', {}, 'Bearer realm="GrantQL"'],
    ])('%s is answered with where the metadata is (§5.1)', async (_what, path, headers, challenge) => {
      const response = await server().fetch(path, {
        method: 'POST',
        headers: {
          'content-type': path.endsWith('graphql') ? 'application/json' : 'application/x-www-form-urlencoded',
          ...(headers as Record<string, string>),
        },
        body: path.endsWith('graphql') ? '{"query":"{ __typename }"}' : '',
      })
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toBe(
        `${challenge}, resource_metadata="${server().issuer}${WELL_KNOWN}${path}"`,
      )
    })
  },
)
