import { createTestServer, type TestServer, type TestUser } from 'grantql/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import config from '../../grantql.config.ts'
import { csrfToken } from '../../src/http/csrf.ts'
import { pageRoutes } from '../../src/http/page-routes.ts'
import { databases } from '../support/database.ts'

const BROWSER_SECRET = 'what the cookie of this browser holds'

/** Apps and scripts post to these without a form of ours; then nobody is signed in. */
const OPEN_TO_OTHERS = [
  '/oauth/authorize',
  '/oauth/logout',
  '/_gridless/authorize',
  '/_gridless/developers',
  '/management/authorize',
  '/:organization/:application/authorize',
  '/:organization/:application/management/authorize',
  '/auth',
  '/session/end',
]

/** With nothing in them they do what they are for. */
const SIGNS_OUT = ['/sign-out', '/_gridless/logout']

/** Those of the default deployment, whichever plugin brings them. */
describe.each(databases)('every form ($name)', (database) => {
  let server: TestServer
  let ada: TestUser
  let paths: readonly string[]

  beforeAll(async () => {
    server = await createTestServer({ ...config, databaseUrl: await database.url() })
    ada = await server.createUser({ username: 'ada', password: 'correct horse battery' })
    paths = pageRoutes(server.server.core, 'localhost')
      .filter(({ method, path }) => method === 'POST' && !OPEN_TO_OTHERS.includes(path))
      .map(({ path }) => path.replace(/:\w+/g, 'x'))
  })
  afterAll(() => server.close())

  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    server.fetch(path, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        cookie: `grantql-session=${ada.sessionToken}; grantql-browser=${BROWSER_SECRET}`,
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      },
      body: new URLSearchParams(fields).toString(),
    })
  /** A form's field is bound to the session or to the browser. */
  const ownTokens = () => [ada.sessionToken, BROWSER_SECRET].map(csrfToken)

  it('is refused unless it was made for this browser and sent from here: 403 (RFC 6749 §10.12, ASVS 3.5)', async () => {
    expect(paths).toContain('/sign-in')
    for (const path of paths) {
      const foreign = csrfToken('what the cookie of another browser holds')
      const refused = [
        await post(path, {}),
        await post(path, { csrf_token: '' }),
        await post(path, { csrf_token: foreign }),
        ...(await Promise.all(
          ownTokens().flatMap((csrf_token) => [
            post(path, { csrf_token }, { origin: 'https://evil.example' }),
            post(path, { csrf_token }, { 'sec-fetch-site': 'cross-site' }),
          ]),
        )),
      ]
      expect(
        refused.map(({ status }) => status),
        path,
      ).toEqual(refused.map(() => 403))
      expect(
        refused.flatMap(({ headers }) => headers.getSetCookie()),
        path,
      ).toEqual([])
    }
    expect(await server.server.core.sessions.byToken(ada.sessionToken)).toBeDefined()
  })

  it('with nothing in it is no step: nobody is signed in by it, and nothing breaks', async () => {
    for (const path of paths) {
      if (SIGNS_OUT.includes(path)) continue
      for (const csrf_token of ownTokens()) {
        const response = await post(path, { csrf_token })
        expect(response.status, path).toBeLessThan(500)
        expect(response.headers.getSetCookie().join(), path).not.toMatch(/session=[^;]/)
      }
    }
    expect(await server.server.core.sessions.byToken(ada.sessionToken)).toBeDefined()
  })
})
