import { describe, expect, it } from 'vitest'
import { databases } from '../support/database.ts'
import { adminHeaders, makeApp, mutate } from '../support/graphql-client.ts'
import { createPoster } from '../support/poster.ts'
import { startServerProcess } from '../support/server-process.ts'

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'
const POLLS = 200

describe.each(databases)('a device that polls three server processes ($name)', (database) => {
  it(`${POLLS} times at once, right after the approval, gets one token set, active at each; before it, one pace at all`, async () => {
    const databaseUrl = await database.url()
    const first = await startServerProcess({ databaseUrl })
    const others = [1, 2].map(() => startServerProcess({ databaseUrl, issuer: first.url }))
    const servers = [first, ...(await Promise.all(others))]
    const admin = await adminHeaders(first.url)
    const app = await makeApp(first.url, admin, [DEVICE, 'refresh_token', 'client_credentials'])
    const credentials = { client_id: app.clientId, client_secret: app.clientSecret }
    const poster = createPoster()
    const post = async (index: number, path: string, form: Record<string, string>) => {
      const { status, text } = await poster.post(`${servers[index % 3]?.url}${path}`, { ...credentials, ...form })
      return { status, body: JSON.parse(text) }
    }

    const device = (await post(1, '/oauth/device_authorization', { scope: 'read' })).body
    const poll = (index: number) => post(index, '/oauth/token', { grant_type: DEVICE, device_code: device.device_code })
    expect((await poll(0)).body).toMatchObject({ error: 'authorization_pending', interval: 5 })
    for (const [index, interval] of [10, 15, 20].entries()) {
      expect((await poll(index)).body).toMatchObject({ error: 'slow_down', interval })
    }

    const userCode = { userCode: device.user_code }
    const entered = '... on DeviceRequest { handle }'
    const { handle } = await mutate(servers[2]?.url ?? '', 'enterUserCode', entered, userCode, admin)
    const approved = await mutate(first.url, 'approve', '... on Approval { status }', { handle }, admin)
    expect(approved.status).toBe('APPROVED')

    const polls = await Promise.all(Array.from({ length: POLLS }, (_, index) => poll(index)))
    const won = polls.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    const lost = polls.filter(({ status }) => status !== 200).map(({ status, body }) => `${status} ${body.error}`)
    expect(new Set(lost)).toEqual(new Set(['400 invalid_grant']))
    for (const index of servers.keys()) {
      const looked = await post(index, '/oauth/introspect', { token: won[0]?.body.access_token })
      expect(looked.body).toMatchObject({ active: true, scope: 'read' })
    }
    poster.close()
    await Promise.all(servers.map((server) => server.stop()))
  }, 180_000)
})
