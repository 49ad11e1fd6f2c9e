import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { followedBy, followersOf } from '../../../examples/resource-server/accounts.ts'
import { holds } from '../../../examples/resource-server/scopes.ts'
import { freePort } from '../../support/free-port.ts'
import { describeEachServer, type TestServer } from '../../support/server.ts'
import { type Json, options, postJson, register, runCommand } from './support.ts'

const MAIN = join(import.meta.dirname, '../../../examples/resource-server/main.ts')

/** The example as a process of its own, which asks a server about tokens. */
async function startApi(server: TestServer): Promise<{ url: string; child: ChildProcess }> {
  const { app, clientSecret = '' } = await server.createApp({ privileges: ['introspect-any-token'] })
  const port = await freePort()
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    ISSUER: server.issuer,
    CLIENT_ID: app.clientId,
    CLIENT_SECRET: clientSecret,
    PORT: String(port),
  }
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.stdout) await once(child.stdout, 'data')
  return { url: `http://127.0.0.1:${port}`, child }
}

describeEachServer('examples/resource-server, guarded by tokens of this server', options, (server) => {
  let url: string
  let child: ChildProcess

  beforeAll(async () => {
    ;({ url, child } = await startApi(server()))
  })
  afterAll(async () => {
    child.kill()
    await once(child, 'exit')
  })

  const ask = async (path: string, token?: string): Promise<Json> => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const response = await fetch(`${url}/api/v1/accounts/${path}`, { headers })
    return {
      status: response.status,
      body: await response.json(),
      challenge: response.headers.get('www-authenticate'),
      link: response.headers.get('link'),
    }
  }
  const tokenOf = async (scopes: string, app?: Awaited<ReturnType<typeof register>>): Promise<string> => {
    const credentials = app ?? (await register(server(), { scopes }))
    const asked = { ...credentials, grant_type: 'client_credentials', scope: scopes }
    return (await postJson(server(), '/oauth/token', asked)).body.access_token
  }

  it('what the page ends with: an app that went through its commands reads followers and following', async () => {
    const registered = await runCommand(server(), 0)
    const token = await runCommand(server(), 1, {
      your_client_id_here: registered.body.client_id,
      your_client_secret_here: registered.body.client_secret,
    })
    const read = (path: string) =>
      runCommand(server(), 2, {
        our_access_token_here: token.body.access_token,
        [`${server().url}/api/v1/apps/verify_credentials`]: `${url}/api/v1/accounts/1/${path}`,
      })
    expect(await read('followers')).toEqual({ status: 200, body: followersOf('1') })
    expect(await read('following')).toEqual({ status: 200, body: followedBy('1') })
    expect((await read('followers')).body.map(({ username }: Json) => username)).toEqual([
      'dorothy',
      'katherine',
      'grace',
    ])
  })

  it('no token, an unknown one and one that was revoked: 401 (RFC 6750 §3.1)', async () => {
    expect(await ask('1/followers')).toMatchObject({ status: 401, challenge: 'Bearer' })
    expect(await ask('1/followers', 'unknown')).toMatchObject({
      status: 401,
      body: { error: 'The access token is invalid' },
      challenge: 'Bearer error="invalid_token"',
    })
    const app = await register(server())
    const token = await tokenOf('read', app)
    expect((await ask('1/followers', token)).status).toBe(200)
    await postJson(server(), '/oauth/revoke', { ...app, token })
    expect((await ask('1/followers', token)).status).toBe(401)
  })

  it('a token without the scope: 403 (RFC 6750 §3.1); one with it alone will do', async () => {
    expect(await ask('1/following', await tokenOf('push write'))).toMatchObject({
      status: 403,
      body: { error: 'This action is outside the authorized scopes' },
      challenge: 'Bearer error="insufficient_scope", scope="read:accounts"',
    })
    expect((await ask('1/following', await tokenOf('read:accounts'))).status).toBe(200)
  })

  it('a token of another system is none, for its scope of the same name is another thing', async () => {
    const { basic } = await server().createApp()
    const response = await server().form(
      '/oauth/token',
      { grant_type: 'client_credentials', scope: 'read' },
      { authorization: basic },
    )
    const { access_token } = (await response.json()) as Json
    expect(access_token.split('.')).toHaveLength(3)
    expect((await ask('1/following', access_token)).status).toBe(401)
  })

  it('pages, with a link to the next one (RFC 8288), and 404 where there is no such account', async () => {
    const token = await tokenOf('read')
    const first = await ask('1/followers?limit=2', token)
    expect(first.body.map(({ id }: Json) => id)).toEqual(['4', '3'])
    expect(first.link).toBe(`<${url}/api/v1/accounts/1/followers?limit=2&max_id=3>; rel="next"`)
    const second = await ask('1/followers?limit=2&max_id=3', token)
    expect([second.body.map(({ id }: Json) => id), second.link]).toEqual([['2'], null])
    expect(await ask('99/followers', token)).toMatchObject({ status: 404, body: { error: 'Record not found' } })
  })
})

describe('which scope holds which', () => {
  it.each([
    ['read', 'read:accounts', true],
    ['read:accounts', 'read:accounts', true],
    ['follow', 'write:follows', true],
    ['admin:read', 'admin:read:reports', true],
    ['read:accounts', 'read', false],
    ['read', 'write:accounts', false],
    ['read', 'admin:read', false],
    ['follow', 'read:accounts', false],
    ['reader', 'read:accounts', false],
  ])('%s, %s: %s', (granted, needed, isHeld) => {
    expect(holds(['push', granted], needed)).toBe(isHeld)
  })
})
