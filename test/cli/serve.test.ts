import { writeFile } from 'node:fs/promises'
import { Agent, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { createDeployment, type Deployment, readApp } from './support.ts'

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000 })

describe('a server that cannot start', () => {
  it('says every mistake of the environment in a sentence, and ends with 1', async () => {
    const deployment = await createDeployment({
      LOG_LEVEL: 'loud',
      ISSUER: 'http://auth.example.com',
      PORT: 'x',
      GRANTQL_SECRET: 'hush-hush',
    })
    const { code, stdout, stderr } = await deployment.startToEnd()
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(
      stderr
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0])
        .sort(),
    ).toEqual(['GRANTQL_SECRET', 'ISSUER', 'LOG_LEVEL', 'PORT'])
    expect(stderr).not.toMatch(/hush|at .*\.ts/)
  })

  it('says what is wrong with the configuration', async () => {
    const deployment = await createDeployment({ GRANTQL_CONFIG: 'mine.mjs' })
    await writeFile(join(deployment.folder, 'mine.mjs'), 'export default { plugins: [{ id: "a" }, { id: "a" }] }')
    const { code, stderr } = await deployment.startToEnd()
    expect(code).toBe(1)
    expect(stderr).toBe('The plugin "a" claims the plugin id "a" twice. Take one of them out of the configuration.\n')
  })

  it('says that the database does not answer', async () => {
    const secret = 'a-secret-of-this-server-0123456789-abcdef'
    const deployment = await createDeployment({
      DATABASE_URL: 'mysql://user:hidden@127.0.0.1:9/name',
      GRANTQL_SECRET: secret,
    })
    const { code, stderr } = await deployment.startToEnd()
    expect(code).toBe(1)
    expect(stderr).toMatch(/^The database does not answer: .*ECONNREFUSED.*\n$/)
    expect(stderr).not.toMatch(/hidden/)
  })

  it('says that its port is taken, and makes nothing of which nobody would hear', async () => {
    const [one, other] = [await createDeployment(), await createDeployment()]
    const server = await one.start()
    const { code, stdout, stderr } = await other.startToEnd({ PORT: String(one.port) })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'Another program listens on this port: set PORT to a free one.\n',
    })
    expect(stdout).not.toContain('GrantQL')
    await server.stop()
    const later = await other.start()
    expect(later.stdout()).toContain('first-token.sh')
    await later.stop()
  })

  it('says that the secret is not the one that the keys are sealed with', async () => {
    const deployment = await createDeployment({ GRANTQL_ADMIN_PASSWORD: 'a long enough password' })
    await (await deployment.start()).stop()
    const { code, stderr } = await deployment.startToEnd({ GRANTQL_SECRET: 'another-secret-than-before-0123456789' })
    expect(code).toBe(1)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(/GRANTQL_SECRET/)
  })
})

describe('a server that is told to stop', () => {
  let deployment: Deployment
  let app: { client_id: string; client_secret: string }

  beforeAll(async () => {
    deployment = await createDeployment({ GRANTQL_ADMIN_PASSWORD: 'a long enough password' })
    await (await deployment.start()).stop()
    app = readApp(await deployment.grantql(['app', 'create', 'Drained', '--grant', 'client_credentials', '--json']))
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'finishes what is under way, and ends with 0 within 10 seconds (%s)',
    async (signal) => {
      const server = await deployment.start()
      const body = new URLSearchParams({ ...app, grant_type: 'client_credentials' }).toString()
      const request = openRequest(deployment.port, body)
      await request.half()
      const startedAt = Date.now()
      server.child.kill(signal)
      await sleep(500)
      await expect(fetch(`${deployment.url}/health/live`)).rejects.toThrow()
      const answer = await request.rest()
      const { code } = await server.ended
      expect(answer).toMatch(/^HTTP\/1\.1 200 /)
      expect(answer).toMatch(/"access_token":"/)
      expect(code).toBe(0)
      expect(Date.now() - startedAt).toBeLessThan(10_000)
    },
  )

  it('fails nothing that it took, however busy it is', async () => {
    const server = await deployment.start()
    const agent = new Agent({ keepAlive: true })
    const answered: number[] = []
    const failed: { code: string | undefined; isReused: boolean }[] = []
    const client = async () => {
      while (failed.length < 20) {
        const { status, error, isReused } = await postWith(agent, deployment.port, {
          ...app,
          grant_type: 'client_credentials',
        })
        if (status !== undefined) answered.push(status)
        // Whoever finds the port closed is served by another node.
        else if (error?.code === 'ECONNREFUSED') return
        else failed.push({ code: error?.code, isReused })
      }
    }
    const clients = Promise.all(Array.from({ length: 20 }, client))
    await sleep(1_000)
    const { code } = await server.stop()
    await clients
    agent.destroy()
    expect(code).toBe(0)
    expect(answered.length).toBeGreaterThan(20)
    expect(answered.filter((status) => status !== 200)).toEqual([])
    // A request that crosses the end of an idle connection on its way may be sent again (RFC 9110 §9.2.2): it was not taken.
    expect(failed.filter(({ isReused, code }) => !isReused || code !== 'ECONNRESET')).toEqual([])
  })

  it('waits for nobody who only keeps a connection', async () => {
    const server = await deployment.start()
    const idle = connect(deployment.port, 'localhost')
    await new Promise((done) => idle.once('connect', done))
    await fetch(`${deployment.url}/health/live`)
    const startedAt = Date.now()
    expect((await server.stop()).code).toBe(0)
    expect(Date.now() - startedAt).toBeLessThan(5_000)
    idle.destroy()
  })

  it('gives up on a request that never ends, and ends within 10 seconds', async () => {
    const server = await deployment.start()
    const request = openRequest(deployment.port, 'x'.repeat(100))
    await request.half()
    const startedAt = Date.now()
    await server.stop()
    expect(Date.now() - startedAt).toBeLessThan(10_000)
  })

  it('is forced by a second signal', async () => {
    const server = await deployment.start()
    const request = openRequest(deployment.port, 'x'.repeat(100))
    await request.half()
    server.child.kill('SIGTERM')
    await sleep(300)
    const startedAt = Date.now()
    expect((await server.stop('SIGTERM')).code).toBe(143)
    expect(Date.now() - startedAt).toBeLessThan(2_000)
  })

  it('says nothing secret while it lives, at trace level', async () => {
    const server = await deployment.start({ LOG_LEVEL: 'trace' })
    const response = await fetch(`${deployment.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...app, grant_type: 'client_credentials' }),
    })
    const { access_token: token } = (await response.json()) as { access_token: string }
    await fetch(`${deployment.url}/oauth/introspect?token=${token}&code=${app.client_secret}`)
    const { stdout, stderr } = await server.stop()
    expect(stdout).toMatch(/oauth\/token/)
    expect(stdout + stderr).not.toContain(app.client_secret)
    for (const part of token.split('.')) expect(stdout + stderr).not.toContain(part)
  })
})

/** A token request whose second half comes when it is told to. */
function openRequest(port: number, body: string) {
  const socket = connect(port, 'localhost')
  const middle = Math.floor(body.length / 2)
  let answer = ''
  socket.on('data', (chunk) => (answer += chunk))
  socket.on('error', () => undefined)
  const closed = new Promise<void>((done) => socket.once('close', () => done()))
  const head = `POST /oauth/token HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: ${body.length}\r\n\r\n`
  return {
    async half() {
      await new Promise((done) => socket.write(head + body.slice(0, middle), done))
      await sleep(200)
    },
    async rest() {
      socket.write(body.slice(middle))
      await closed
      return answer
    },
  }
}

interface Posted {
  readonly status?: number | undefined
  readonly error?: NodeJS.ErrnoException
  readonly isReused: boolean
}

/** A token request over a connection that others have used, as balancers send it. */
function postWith(agent: Agent, port: number, params: Record<string, string>): Promise<Posted> {
  const body = new URLSearchParams(params).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length }
  return new Promise((done) => {
    const sent = httpRequest(
      { agent, port, host: 'localhost', path: '/oauth/token', method: 'POST', headers },
      (response) => {
        response.resume()
        response.once('end', () => done({ status: response.statusCode, isReused: sent.reusedSocket }))
        response.once('error', (error) => done({ error, isReused: sent.reusedSocket }))
      },
    )
    sent.once('error', (error) => done({ error, isReused: sent.reusedSocket }))
    sent.end(body)
  })
}
