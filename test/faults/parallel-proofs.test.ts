import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createKey, prove } from '../plugins/proofs.ts'
import { databases } from '../support/database.ts'
import { adminHeaders, mutate } from '../support/graphql-client.ts'
import { createPoster, type PostedAnswer } from '../support/poster.ts'
import { type ServerProcess, startServerProcess } from '../support/server-process.ts'

const AT_ONCE = 50
const GRANT = { grant_type: 'client_credentials' }
const clock = { now: () => new Date(), pass: () => undefined }

describe.each(databases)('what works once, over 3 server processes ($name)', (database) => {
  it('50 uses of one client assertion at once, and 50 of one DPoP proof: one success each (RFC 7523 §3, RFC 9449 §11.1)', async () => {
    const databaseUrl = await database.url()
    const first = await startServerProcess({ databaseUrl })
    const others = [1, 2].map(() => startServerProcess({ databaseUrl, issuer: first.url }))
    const servers = [first, ...(await Promise.all(others))]
    const admin = await adminHeaders(first.url)
    const made = await mutate(
      first.url,
      'createApp',
      '... on AppCredentials { app { id clientId } clientSecret }',
      { name: 'Test', type: 'CONFIDENTIAL', grants: ['client_credentials'], scopes: ['read'] },
      admin,
    )
    const { id, clientId } = made.app
    const key = await createKey()
    const value = JSON.stringify({ keys: [key.publicJwk] })
    const input = { appId: id, name: 'client-assertion.jwks', value }
    const set = await mutate(first.url, 'updateAppSetting', '... on App { id }', input, admin, '/admin/graphql')
    expect(set.id).toBe(id)

    const poster = createPoster()
    const ask = async (server: ServerProcess, form: Record<string, string>, headers = {}): Promise<PostedAnswer> => {
      // On a machine without a free processor a server may say that it cannot tell: an app asks again then.
      for (;;) {
        const answer = await poster.post(`${server.url}/oauth/token`, { ...GRANT, ...form }, headers)
        if (answer.status !== 503) return answer
      }
    }
    const assert = () => {
      const now = Math.floor(Date.now() / 1000)
      return new SignJWT({ iss: clientId, sub: clientId, aud: first.url, jti: randomUUID(), iat: now, exp: now + 240 })
        .setProtectedHeader({ alg: key.algorithm })
        .sign(key.privateKey)
        .then((assertion) => ({
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: assertion,
        }))
    }
    const everywhere = async (form: Record<string, string>, headers = {}) => {
      const asked = Array.from({ length: AT_ONCE }, (_, index) =>
        ask(servers[index % 3] as ServerProcess, form, headers),
      )
      return Map.groupBy(await Promise.all(asked), ({ status }) => status)
    }

    // Every node has to know the keys of the app first.
    for (const server of servers) {
      await expect.poll(async () => (await ask(server, await assert())).status, { timeout: 30_000 }).toBe(200)
    }
    const assertions = await everywhere(await assert())
    expect(assertions.get(200)).toHaveLength(1)
    expect(assertions.get(401)).toHaveLength(AT_ONCE - 1)

    const secret = { client_id: clientId, client_secret: made.clientSecret }
    const dpop = await prove({ clock }, key, { url: `${first.url}/oauth/token` })
    const proofs = await everywhere(secret, { dpop })
    expect(proofs.get(200)).toHaveLength(1)
    expect(proofs.get(400)).toHaveLength(AT_ONCE - 1)
    expect(proofs.get(400)?.[0]?.text).toContain('invalid_dpop_proof')

    poster.close()
    await Promise.all(servers.map((server) => server.stop()))
  }, 180_000)
})
