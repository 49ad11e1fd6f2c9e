import { Agent, request as httpRequest } from 'node:http'
import { describe, expect, it } from 'vitest'
import { databases } from '../support/database.ts'
import { adminHeaders, approvedCode, CODE, makeApp } from '../support/graphql-client.ts'
import { startServerProcess } from '../support/server-process.ts'

const CLAIMS = 1000

interface Claimed {
  readonly status: number
  readonly body: { readonly access_token?: string; readonly error?: string }
}

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

      const agent = new Agent({ keepAlive: true, maxSockets: 200 })
      const form = { client_id: app.clientId, client_secret: app.clientSecret }
      const body = new URLSearchParams({ ...form, grant_type: CODE, code }).toString()
      const claims = await Promise.all(
        Array.from({ length: CLAIMS }, (_, index) => post(agent, `${servers[index % count]?.url}/oauth/token`, body)),
      )
      agent.destroy()

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

function post(agent: Agent, url: string, body: string): Promise<Claimed> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }
    const request = httpRequest(url, { method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }))
    })
    request.on('error', reject)
    request.end(body)
  })
}
