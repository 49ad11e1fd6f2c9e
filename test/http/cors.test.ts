import { expect, it } from 'vitest'
import { describeEachServer } from '../support/server.ts'

const LISTED = 'https://app.example'
const config = { http: { allowedOrigins: [LISTED] } }

describeEachServer(
  'answers to other origins (Fetch §3.2)',
  () => ({ config }),
  (server) => {
    const preflight = (path: string, origin: string, method = 'POST') =>
      server().fetch(path, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': method,
          'access-control-request-headers': 'authorization,content-type',
        },
      })
    const granted = (response: Response) => response.headers.get('access-control-allow-origin')

    it.each(['/oauth/token', '/oauth/revoke', '/oauth/introspect', '/oauth/code', '/graphql'])(
      '%s is read by listed origins alone',
      async (path) => {
        for (const [origin, isRead] of [
          [LISTED, true],
          ['https://evil.example', false],
          ['null', false],
          [`${LISTED}.evil.example`, false],
          ['http://app.example', false],
        ] as const) {
          const asked = await preflight(path, origin)
          expect([asked.status, granted(asked)]).toEqual([204, isRead ? origin : null])
          expect(asked.headers.get('vary')).toBe('Origin')
          expect(asked.headers.get('access-control-allow-methods')).toBe(isRead ? 'POST' : null)
          const response = await server().form(path, {}, { origin })
          expect(granted(response)).toBe(isRead ? origin : null)
          expect(response.headers.get('vary')).toContain('Origin')
          for (const { headers } of [asked, response])
            expect(headers.get('access-control-allow-credentials')).toBeNull()
        }
        expect((await preflight(path, LISTED)).headers.get('access-control-allow-headers')).toContain('authorization')
      },
    )

    it.each(['/oauth/jwks', '/.well-known/oauth-authorization-server'])('%s is read by everybody', async (path) => {
      const response = await server().fetch(path, { headers: { origin: 'https://anybody.example' } })
      expect([granted(response), response.headers.get('access-control-allow-credentials')]).toEqual(['*', null])
      expect(granted(await preflight(path, 'https://anybody.example', 'GET'))).toBe('*')
    })

    it.each(['/', '/sign-in', '/approve/x', '/oauth/authorize', '/admin/graphql', '/health/live', '/metrics'])(
      '%s is read by nobody else',
      async (path) => {
        const response = await server().fetch(path, { headers: { origin: LISTED } })
        expect(granted(response)).toBeNull()
        expect((await preflight(path, LISTED, 'GET')).status).toBe(405)
      },
    )

    it('a preflight for a method that a path has not is refused: 405', async () => {
      const response = await preflight('/oauth/token', LISTED, 'DELETE')
      expect([response.status, granted(response)]).toEqual([405, null])
    })
  },
)
