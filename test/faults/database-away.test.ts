import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isSqliteOnly } from '../support/global-setup.ts'
import { adminHeaders, makeApp } from '../support/graphql-client.ts'
import { type TestServer as MariadbServer, startMariadb } from '../support/mariadb.ts'
import { startServerProcess } from '../support/server-process.ts'

interface Seen {
  readonly status: number
  readonly error: string | undefined
  readonly retryAfter: string | null
}

/** MariaDB alone can go away while its server lives; SQLite is in the process. */
describe.runIf(!isSqliteOnly())('the database goes away under load and comes back (mariadb)', () => {
  let mariadb: MariadbServer
  beforeAll(async () => {
    mariadb = await startMariadb()
  })
  afterAll(() => mariadb?.stop())

  it.each([
    ['is killed and started again', () => process.kill(mariadb.pid, 'SIGKILL'), () => mariadb.restart()],
    [
      'hangs and goes on',
      () => process.kill(mariadb.pid, 'SIGSTOP'),
      async () => void process.kill(mariadb.pid, 'SIGCONT'),
    ],
  ])(
    'it %s: 503 with Retry-After meanwhile, not ready, and it recovers without a restart',
    async (_what, away, back) => {
      const name = `away_${Date.now()}`
      await mariadb.createDatabase(name)
      const server = await startServerProcess({ databaseUrl: mariadb.url(name) })
      const app = await makeApp(server.url, await adminHeaders(server.url))
      const token = async (): Promise<Seen> => {
        const response = await fetch(`${server.url}/oauth/token`, {
          method: 'POST',
          body: new URLSearchParams({
            grant_type: 'client_credentials',
            client_id: app.clientId,
            client_secret: app.clientSecret,
          }),
        })
        const body = (await response.json()) as { error?: string }
        return { status: response.status, error: body.error, retryAfter: response.headers.get('retry-after') }
      }
      const isReady = () => fetch(`${server.url}/health/ready`).then(({ ok }) => ok)
      expect((await token()).status).toBe(200)

      const seen: Seen[] = []
      let isOver = false
      const load = Array.from({ length: 8 }, async () => {
        while (!isOver) {
          seen.push(await token())
          await sleep(10)
        }
      })
      await sleep(300)
      away()
      await until(async () => !(await isReady()))
      expect(await fetch(`${server.url}/health/live`).then(({ ok }) => ok)).toBe(true)
      await until(async () => seen.some(({ status }) => status === 503))
      await back()
      await until(isReady)
      await until(async () => (await token()).status === 200)
      isOver = true
      await Promise.all(load)

      const refused = seen.filter(({ status }) => status !== 200)
      expect(new Set(refused.map(({ status, error }) => `${status} ${error}`))).toEqual(
        new Set(['503 temporarily_unavailable']),
      )
      expect(refused.every(({ retryAfter }) => Number(retryAfter) > 0)).toBe(true)
      expect(server.child.exitCode).toBeNull()
      await server.stop()
    },
    120_000,
  )
})

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (Date.now() < deadline) {
    if (await condition()) return
    await sleep(100)
  }
  throw new Error('It did not come to pass within 30 seconds.')
}
