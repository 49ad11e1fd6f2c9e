import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { databases } from '../support/database.ts'
import { freePort } from '../support/free-port.ts'
import { startServerProcess } from '../support/server-process.ts'
import { flowOf, ISSUER, openidServer } from './openid-support.ts'

const SECRET = 'a secret of the tests that is long enough'
/** Longer than the first pauses between two tries together. */
const PATIENCE_MS = 90_000

const listeners: ChildProcess[] = []
afterEach(() => {
  for (const child of listeners.splice(0)) child.kill('SIGKILL')
})

/** An app in a process of its own, with the logout tokens that it was told so far. */
function startListener(port: number) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'logout-listener.ts'), String(port)])
  listeners.push(child)
  let printed = ''
  child.stdout.on('data', (chunk) => (printed += chunk))
  return { child, told: () => printed.split('\n').filter((line) => line !== '') }
}

describe.each(databases)('what apps are told of the end of a session ($name)', (database) => {
  it('outlives servers that are closed and killed, and an app that is away, and is told once', {
    timeout: 3 * PATIENCE_MS,
  }, async () => {
    const databaseUrl = await database.url()
    const port = await freePort()
    const first = await openidServer(databaseUrl)
    const flow = flowOf(() => first)
    const app = await flow.createApp()
    await flow.setting(app, 'backchannelLogoutUri', `http://127.0.0.1:${port}/`)
    const user = await first.createUser()
    const { id_token = '' } = await flow.tokens(app, user)
    // This one may ask nobody in its own network, so it leaves the message to those who come after it.
    const headers = { authorization: `Bearer ${user.sessionToken}` }
    await first.graphql('mutation { signOut { __typename } }', {}, { headers })
    await first.close()

    const variables = {
      GRANTQL_CONFIG: join(import.meta.dirname, 'openid-deployment.ts'),
      GRANTQL_SECRET: SECRET,
    }
    const start = () => startServerProcess({ databaseUrl, issuer: ISSUER, variables })
    const second = await start()
    await expect.poll(() => second.output(), { timeout: PATIENCE_MS }).toContain('a message could not be delivered')
    await second.stop('SIGKILL')

    const listener = startListener(port)
    const third = await start()
    await expect.poll(listener.told, { timeout: PATIENCE_MS }).toHaveLength(1)
    const [token = ''] = listener.told()
    const { sid, sub } = decodeJwt(id_token)
    expect(decodeJwt(token)).toMatchObject({ iss: ISSUER, aud: app.clientId, sid, sub })
    // Twice as long as a server pauses between two looks at what is due.
    await sleep(5_000)
    expect(listener.told()).toHaveLength(1)
    expect(await third.stop()).toBe(0)
  })
})
