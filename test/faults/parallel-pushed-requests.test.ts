import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { databases } from '../support/database.ts'
import { adminHeaders, makeApp } from '../support/graphql-client.ts'
import { startServerProcess } from '../support/server-process.ts'

const BROWSERS = 50
const CALLBACK = 'https://app.example/cb'

describe.each(databases)('50 browsers at once with one pushed request, over three processes ($name)', (database) => {
  it('one is let in, and 49 are shown a page (RFC 9126 §4)', async () => {
    const databaseUrl = await database.url()
    const first = await startServerProcess({ databaseUrl })
    const others = [1, 2].map(() => startServerProcess({ databaseUrl, issuer: first.url }))
    const servers = [first, ...(await Promise.all(others))]
    const app = await makeApp(first.url, await adminHeaders(first.url), ['authorization_code'], [CALLBACK])
    const pushed = await fetch(`${first.url}/oauth/par`, {
      method: 'POST',
      body: new URLSearchParams({
        client_id: app.clientId,
        client_secret: app.clientSecret,
        response_type: 'code',
        redirect_uri: CALLBACK,
        code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'),
        code_challenge_method: 'S256',
      }),
    })
    const { request_uri: requestUri } = (await pushed.json()) as { request_uri: string }
    const query = new URLSearchParams({ client_id: app.clientId, request_uri: requestUri })
    const answers = await Promise.all(
      Array.from({ length: BROWSERS }, async (_, index) => {
        const url = `${servers[index % servers.length]?.url}/oauth/authorize?${query}`
        const response = await fetch(url, { redirect: 'manual' })
        return { status: response.status, location: response.headers.get('location'), text: await response.text() }
      }),
    )
    const won = answers.filter(({ status }) => status === 303)
    const lost = answers.filter(({ status }) => status !== 303)
    expect(won.map(({ location }) => location)).toEqual([expect.stringContaining('/approve/')])
    expect(new Set(lost.map(({ status, location }) => `${status} ${location}`))).toEqual(new Set(['400 null']))
    expect(lost.every(({ text }) => text.includes('<code>invalid_request_uri</code>'))).toBe(true)
    await Promise.all(servers.map((server) => server.stop()))
  }, 180_000)
})
