// #region kit
import { createTestServer, type TestApp, type TestServer, testGrant } from 'grantql/testing'
import { describe, expect, it } from 'vitest'
import { magicLink, magicLinkGrant } from './magic-link.ts'

const inbox = new Map<string, string>()
const plugins = [magicLink({ send: async (username, link) => void inbox.set(username, link) })]

async function receiveLink(server: TestServer, app: TestApp): Promise<string> {
  const { user } = await server.createUser()
  const credentials = { client_id: app.clientId, client_secret: app.clientSecret ?? '' }
  await server.form('/oauth/magic-link', { ...credentials, username: user.username })
  return inbox.get(user.username) ?? ''
}

describe('the magic link grant', () => {
  const cases = testGrant({
    grant: magicLinkGrant,
    plugins,
    ready: async (server, app) => ({ link: await receiveLink(server, app) }),
    singleUse: true,
    expiresAfterSeconds: 300,
  })
  for (const { name, run } of cases) it(name, run)
})
// #endregion

describe('a magic link', () => {
  // #region own-fact
  it('is of no use to another app: invalid_grant', async () => {
    const server = await createTestServer({ plugins })
    const [app, other] = await Promise.all([
      server.createApp({ grants: [magicLinkGrant.grantType] }),
      server.createApp({ grants: [magicLinkGrant.grantType] }),
    ])
    const link = await receiveLink(server, app)
    const { status, body } = await server.form('/oauth/token', {
      grant_type: magicLinkGrant.grantType,
      client_id: other.clientId,
      client_secret: other.clientSecret ?? '',
      link,
    })
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_grant' })
    await server.close()
  })
  // #endregion

  it('is kept as a hash, and nobody hears whether there is such a user', async () => {
    const server = await createTestServer({ plugins })
    const app = await server.createApp({ grants: [magicLinkGrant.grantType] })
    const link = await receiveLink(server, app)
    const credentials = { client_id: app.clientId, client_secret: app.clientSecret ?? '' }
    const unknown = await server.form('/oauth/magic-link', { ...credentials, username: 'nobody' })
    expect(unknown).toMatchObject({ status: 200, body: { expires_in: 300 } })
    const rows = await server.server.core.database.db
      .selectFrom('magic_link' as never)
      .selectAll()
      .execute()
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain(link)
    await server.close()
  })

  it('is deleted by the job, a day after it was sent', async () => {
    const server = await createTestServer({ plugins })
    await receiveLink(server, await server.createApp({ grants: [magicLinkGrant.grantType] }))
    const [job] = server.server.core.registry.jobs
    const { db } = server.server.core.database
    const count = async () =>
      (
        await db
          .selectFrom('magic_link' as never)
          .selectAll()
          .execute()
      ).length
    const context = { db, now: server.clock.now } as never
    await job?.run(context)
    expect(await count()).toBe(1)
    server.clock.pass({ seconds: 24 * 60 * 60 + 1 })
    await job?.run(context)
    expect(await count()).toBe(0)
    await server.close()
  })
})
