import { createTestServer, type TestServer } from 'grantql/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import config from '../../../grantql.config.ts'
import { databases } from '../../support/database.ts'
import { freePort } from '../../support/free-port.ts'
import { OUT_OF_BAND, runCommand } from './support.ts'

describe.each(databases)('the page of Mastodon, command by command, on the default deployment ($name)', (database) => {
  let server: TestServer
  let url: string

  beforeAll(async () => {
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    server = await createTestServer({ ...config, issuer: url, databaseUrl: await database.url() })
    await server.server.listen(port)
  })
  afterAll(() => server.close())

  it('registers an app, gets a token for it and verifies that it works', async () => {
    const registered = await runCommand({ url }, 0)
    expect(registered).toEqual({
      status: 200,
      body: {
        id: expect.stringMatching(/^\d+$/),
        name: 'Test Application',
        website: 'https://myapp.example',
        scopes: ['read', 'write', 'push'],
        redirect_uri: OUT_OF_BAND,
        redirect_uris: [OUT_OF_BAND],
        client_id: expect.stringMatching(/^[\w-]{43}$/),
        client_secret: expect.stringMatching(/^[\w-]{43}$/),
        client_secret_expires_at: 0,
        vapid_key: expect.stringMatching(/^B[\w-]{86}$/),
      },
    })

    const token = await runCommand({ url }, 1, {
      your_client_id_here: registered.body.client_id,
      your_client_secret_here: registered.body.client_secret,
    })
    expect(token).toEqual({
      status: 200,
      body: {
        access_token: expect.stringMatching(/^[\w-]{43}$/),
        token_type: 'Bearer',
        scope: 'read',
        created_at: Math.floor(server.clock.now().getTime() / 1000),
      },
    })

    const verified = await runCommand({ url }, 2, { our_access_token_here: token.body.access_token })
    const { client_id: _, client_secret: __, client_secret_expires_at: ___, ...application } = registered.body
    expect(verified).toEqual({ status: 200, body: application })
  })

  it('with the placeholders left as they are printed, each command says what is wrong', async () => {
    expect(await runCommand({ url }, 1)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(await runCommand({ url }, 2)).toEqual({ status: 401, body: { error: 'The access token is invalid' } })
  })
})
