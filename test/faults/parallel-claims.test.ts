import { describe, expect, it } from 'vitest'
import { databases } from '../support/database.ts'
import { adminHeaders, approvedCode, CODE, makeApp } from '../support/graphql-client.ts'
import { createPoster } from '../support/poster.ts'
import { startServerProcess } from '../support/server-process.ts'

const CLAIMS = 1000

describe.each(databases)('1,000 parallel claims of one approved code ($name)', (database) => {
  it.each([1, 3])(
    'over %i server process(es): one token, active afterwards, and 999 typed refusals',
    async (count) => {
      const databaseUrl = await database.url()
      const first = await startServerProcess({ databaseUrl })
      const others = Array.from({ length: count - 1 }, () => startServerProcess({ databaseUrl, issuer: first.url }))
      const servers = [first, ...(await Promise.all(others))]
      const admin = await adminHeaders(first.url)
      const app = await makeApp(first.url, admin)
      const code = await approvedCode(first.url, app, admin)

      const poster = createPoster()
      const form = { client_id: app.clientId, client_secret: app.clientSecret }
      const claims = await Promise.all(
        Array.from({ length: CLAIMS }, async (_, index) => {
          const url = `${servers[index % count]?.url}/oauth/token`
          const { status, text } = await poster.post(url, { ...form, grant_type: CODE, code })
          return { status, body: JSON.parse(text) }
        }),
      )
      poster.close()

      const won = claims.filter(({ status }) => status === 200)
      const lost = claims.filter(({ status }) => status !== 200)
      expect(won).toHaveLength(1)
      expect(new Set(lost.map(({ status, body }) => `${status} ${body.error}`))).toEqual(new Set(['400 invalid_grant']))
      for (const { url } of servers) {
        const looked = await fetch(`${url}/oauth/introspect`, {
          method: 'POST',
          body: new URLSearchParams({ ...form, token: won[0]?.body.access_token ?? '' }),
        })
        expect(await looked.json()).toMatchObject({ active: true })
      }
      await Promise.all(servers.map((server) => server.stop()))
    },
    180_000,
  )
})
