import { describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/storage/open-database.ts'
import { databases } from '../support/database.ts'
import { adminHeaders, approvedCode, CODE, makeApp, mutate } from '../support/graphql-client.ts'
import { createPoster, type PostedAnswer } from '../support/poster.ts'
import { type ServerProcess, startServerProcess } from '../support/server-process.ts'

const REFRESHES = 100
const WINDOW = 'refresh-token.retryWindowSeconds'

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

describe.each(databases)('100 parallel refreshes of one refresh token ($name, RFC 9700 §4.14.2)', (database) => {
  it.each([1, 3])(
    'over %i server process(es): one new family member, one answer, and a replay after the window ends this family alone',
    async (count) => {
      const databaseUrl = await database.url()
      const first = await startServerProcess({ databaseUrl })
      const admin = await adminHeaders(first.url)
      const setWindow = (seconds: number) =>
        mutate(first.url, 'updateSetting', '', { name: WINDOW, value: `${seconds}` }, admin, '/admin/graphql')
      await setWindow(60)
      const others = Array.from({ length: count - 1 }, () => startServerProcess({ databaseUrl, issuer: first.url }))
      const servers = [first, ...(await Promise.all(others))]
      const app = await makeApp(first.url, admin, [CODE, 'refresh_token'])
      const form = { client_id: app.clientId, client_secret: app.clientSecret }

      const poster = createPoster()
      const ask = async ({ url }: ServerProcess, params: Record<string, string>): Promise<PostedAnswer> => {
        // On a machine without a free processor a server may say that it cannot tell: an app asks again then.
        for (;;) {
          const answer = await poster.post(`${url}/oauth/token`, { ...form, ...params })
          if (answer.status !== 503) return answer
        }
      }
      const refresh = (server: ServerProcess, { refresh_token }: Tokens) =>
        ask(server, { grant_type: 'refresh_token', refresh_token })
      const claim = async (): Promise<Tokens> => {
        const code = await approvedCode(first.url, app, admin)
        return JSON.parse((await ask(first, { grant_type: CODE, code })).text)
      }
      const isActive = async ({ url }: ServerProcess, { access_token: token }: Tokens) =>
        JSON.parse((await poster.post(`${url}/oauth/introspect`, { ...form, token })).text).active
      const [stolen, untouched] = [await claim(), await claim()]

      const answers = await Promise.all(
        Array.from({ length: REFRESHES }, (_, index) => refresh(servers[index % count] as ServerProcess, stolen)),
      )
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      const [answer = '', ...different] = new Set(answers.map(({ text }) => text))
      expect(different).toEqual([])
      const members = await familyMembers(databaseUrl)
      expect(members.toSorted()).toEqual(['alive', 'used, alive'])

      for (const server of servers) expect(await refresh(server, stolen)).toEqual({ status: 200, text: answer })
      const next: Tokens = JSON.parse(answer)
      for (const server of servers) expect(await isActive(server, next)).toBe(true)

      await setWindow(1)
      // Until the window is over, and has changed on that node too, the answer is repeated.
      await expect
        .poll(() => refresh(servers.at(-1) as ServerProcess, stolen), { timeout: 30_000 })
        .toMatchObject({
          status: 400,
          text: expect.stringContaining('invalid_grant'),
        })
      for (const server of servers) {
        expect(await isActive(server, next)).toBe(false)
        expect(await isActive(server, stolen)).toBe(false)
        expect((await refresh(server, next)).status).toBe(400)
        expect(await isActive(server, untouched)).toBe(true)
      }
      expect((await refresh(servers.at(-1) as ServerProcess, untouched)).status).toBe(200)

      poster.close()
      await Promise.all(servers.map((server) => server.stop()))
    },
    180_000,
  )
})

/** The refresh tokens of each family, from the first to the last, as the table has them. */
async function familyMembers(url: string): Promise<readonly string[]> {
  const database = await openDatabase(url)
  const rows = await database.db.selectFrom('refresh_token').select(['family_id', 'consumed_at']).execute()
  await database.close()
  const families = Map.groupBy(rows, (row) => row.family_id)
  return [...families.values()].map((members) =>
    members
      .map(({ consumed_at: usedAt }) => (usedAt === null ? 'alive' : 'used'))
      .toSorted()
      .toReversed()
      .join(', '),
  )
}
