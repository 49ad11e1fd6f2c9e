import { describe, expect, it } from 'vitest'
import { clientCredentials } from '../../plugins/client-credentials/index.ts'
import { passwordSignIn } from '../../plugins/password-sign-in/index.ts'
import { createTestServer } from '../../src/testing/test-server.ts'
import { tally } from '../limits/support.ts'
import { databases } from '../support/database.ts'

const PASSWORD = 'correct horse battery'
const AT_ONCE = 40
const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) { __typename ... on Error { code } } }`
const SIGN_UP = `mutation ($input: SignUpInput!) { signUp(input: $input) { __typename ... on Error { code } } }`

/** One hash at a time, and two that wait: whoever is fourth is one too many. */
const plugins = () => [clientCredentials(), passwordSignIn({ concurrent: 1, waiting: 2 })]
const scopes = [{ name: 'read', description: 'Read your things' }]

describe.each(databases)('more people sign in than hashes can be computed ($name)', (database) => {
  it('over GraphQL and by the page: some are served, the others told 503 with Retry-After, and tokens are issued meanwhile', async () => {
    const server = await createTestServer({ plugins: plugins(), scopes, databaseUrl: await database.url() })
    const { clientId, clientSecret = '' } = await server.createApp({ grants: ['client_credentials'], scopes: ['read'] })
    await server.createUser({ username: 'ada', password: PASSWORD })
    const ada = { username: 'ada', password: PASSWORD }
    const overGraphql = (query: string, input: object) =>
      server.fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables: { input } }),
      })
    const page = await server.fetch('/sign-in')
    const cookie = page.headers
      .getSetCookie()
      .map((set) => set.split(';')[0])
      .join('; ')
    const [, csrf = ''] = /name="csrf_token" value="([\w-]+)"/.exec(await page.text()) ?? []
    const form = new URLSearchParams({ csrf_token: csrf, sign_in: 'password', ...ada })
    const onPage = () => server.fetch('/sign-in', { method: 'POST', headers: { cookie }, body: form })

    const storm = Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) => (index % 2 ? onPage() : overGraphql(SIGN_IN, { ...ada }))),
    )
    const credentials = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
    const tokens = await Promise.all(Array.from({ length: AT_ONCE }, () => server.form('/oauth/token', credentials)))
    expect(tally(tokens.map(({ status }) => String(status)))).toEqual({ 200: AT_ONCE })

    const answers = await storm
    const refused = answers.filter(({ status }) => status === 503)
    const served = answers.filter(({ status }) => status !== 503)
    expect(refused.length).toBeGreaterThan(0)
    expect(served.length).toBeGreaterThan(0)
    expect(refused.map(({ headers }) => headers.get('retry-after'))).toEqual(refused.map(() => '5'))
    for (const answer of served) {
      if (answer.status === 303) expect(answer.headers.get('set-cookie')).toContain('session')
      else expect(await answer.json()).toEqual({ data: { signIn: { __typename: 'Session' } } })
    }
    // Being too many is no failed guess: nobody waits for it afterwards.
    expect((await overGraphql(SIGN_IN, ada)).status).toBe(200)
    expect(await server.server.core.database.db.selectFrom('guess').selectAll().execute()).toEqual([])
    await server.close()
  })

  it('sign-ups wait in the same queue, and are told the same', async () => {
    const server = await createTestServer({ plugins: plugins(), scopes, databaseUrl: await database.url() })
    await server.server.core.settings.write('password-sign-in.signUp', true)
    const page = await server.fetch('/sign-up')
    const cookie = page.headers
      .getSetCookie()
      .map((set) => set.split(';')[0])
      .join('; ')
    const [, csrf = ''] = /name="csrf_token" value="([\w-]+)"/.exec(await page.text()) ?? []
    const signUp = (index: number) => {
      const username = `newcomer-${index}`
      if (index % 2) {
        const body = JSON.stringify({ query: SIGN_UP, variables: { input: { username, password: PASSWORD } } })
        return server.fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      }
      const fields = { csrf_token: csrf, username, new_password: PASSWORD, new_password_again: PASSWORD }
      return server.fetch('/sign-up', { method: 'POST', headers: { cookie }, body: new URLSearchParams(fields) })
    }
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => signUp(index)))
    const refused = answers.filter(({ status }) => status === 503)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused.map(({ headers }) => headers.get('retry-after'))).toEqual(refused.map(() => '5'))
    for (const { status } of answers) expect([200, 303, 503]).toContain(status)
    const users = await server.server.core.database.db
      .selectFrom('user')
      .select('id')
      .where('username', 'like', 'newcomer-%')
      .execute()
    expect(users).toHaveLength(AT_ONCE - refused.length)
    await server.close()
  })
})
