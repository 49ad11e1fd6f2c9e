import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import config from '../../grantql.config.ts'
import { tokenCall, tokenCommand } from '../../src/cli/token-command.ts'
import { welcome } from '../../src/cli/welcome.ts'
import { createRegistry } from '../../src/config/registry.ts'
import { databases } from '../support/database.ts'
import { createDeployment, freePort, postForm } from './support.ts'

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000 })

const run = promisify(execFile)
const SECRET = 'a-secret-of-this-server-0123456789-abcdef'
const PASSWORD = 'a long enough password'

/** Runs a line as somebody does who pastes it into a shell. */
async function paste(line: string, folder: string): Promise<{ accessToken: string; scopes: string[] }> {
  const { stdout } = await run('sh', ['-c', line], { cwd: folder })
  const [[, tokens] = []] = Object.entries<{ accessToken: string; scopes: string[] }>(JSON.parse(stdout).data)
  if (!tokens) throw new Error(stdout)
  return tokens
}

describe('the first start in an empty folder', () => {
  it('prints what to open and one line that, pasted into a shell, returns a real token', async () => {
    const { folder, start } = await createDeployment()
    const server = await start()
    const printed = server.stdout()
    for (const path of ['', '/sign-in', '/graphql']) expect(printed).toContain(` ${server.url}${path}\n`)
    const line = /token for the demo app:\n\n(.+)\n/.exec(printed)?.[1] ?? ''
    const { accessToken, scopes } = await paste(line, folder)
    expect(scopes).toEqual(['read', 'write'])
    const text = await readFile(join(folder, 'data/first-run.txt'), 'utf8')
    const [client_id = '', client_secret = ''] = [/Demo app +(\S+)/, /Secret +(\S+)/].map(
      (pattern) => pattern.exec(text)?.[1],
    )
    const { body } = await postForm(`${server.url}/oauth/introspect`, { client_id, client_secret, token: accessToken })
    expect(body.active).toBe(true)
    await server.stop()
  })

  it('tells secrets in files for their owner alone, and nowhere else', async () => {
    const { folder, start, grantql } = await createDeployment()
    const server = await start({ LOG_LEVEL: 'trace' })
    const files = await readdir(join(folder, 'data'))
    expect(files).toEqual(expect.arrayContaining(['first-run.txt', 'first-token.sh', 'grantql.db', 'secret']))
    for (const file of files) expect((await stat(join(folder, 'data', file))).mode & 0o077).toBe(0)
    const text = await readFile(join(folder, 'data/first-run.txt'), 'utf8')
    const password = /Password +(\S+)/.exec(text)?.[1] ?? ''
    const secret = /Secret +(\S+)/.exec(text)?.[1] ?? ''
    expect(password).toHaveLength(20)
    expect(secret).toMatch(/^gqk_/)
    const { stdout, stderr } = await server.stop()
    for (const hidden of [password, secret]) expect(stdout + stderr).not.toContain(hidden)
    expect((await grantql(['user', 'list', '--json'])).stdout).toMatch(/"role": "admin"/)
  })

  it('is the only one that makes anything', async () => {
    const { folder, start, grantql } = await createDeployment()
    await (await start()).stop()
    const text = await readFile(join(folder, 'data/first-run.txt'), 'utf8')
    const server = await start()
    expect(server.stdout()).toContain(`${server.url}/graphql`)
    expect(server.stdout()).not.toMatch(/demo app|first-|password/)
    await server.stop()
    expect(await readFile(join(folder, 'data/first-run.txt'), 'utf8')).toBe(text)
    expect(JSON.parse((await grantql(['user', 'list', '--json'])).stdout)).toHaveLength(1)
    expect(JSON.parse((await grantql(['app', 'list', '--json'])).stdout)).toHaveLength(1)
  })

  it('takes name and password of the first admin from the environment', async () => {
    const { start, url } = await createDeployment({ GRANTQL_ADMIN_USERNAME: 'ada', GRANTQL_ADMIN_PASSWORD: PASSWORD })
    const server = await start()
    const query = `mutation { signIn(input: { username: "ada", password: "${PASSWORD}" }) { ... on Session { user { username } } } }`
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    expect(await response.json()).toEqual({ data: { signIn: { user: { username: 'ada' } } } })
    expect(server.stdout()).not.toContain(PASSWORD)
    await server.stop()
  })

  it('refuses a password that is too weak, in a sentence', async () => {
    const { startToEnd } = await createDeployment({ GRANTQL_ADMIN_PASSWORD: 'weak' })
    const { code, stderr } = await startToEnd()
    expect(code).toBe(1)
    expect(stderr).toMatch(/^The first admin cannot be made: .*GRANTQL_ADMIN_PASSWORD\.\n$/)
  })
})

describe.each(databases)('the first start of several processes at once ($name)', (database) => {
  it('makes one admin', async () => {
    const variables = { DATABASE_URL: await database.url(), GRANTQL_SECRET: SECRET, GRANTQL_ADMIN_PASSWORD: PASSWORD }
    const { grantql, start } = await createDeployment(variables)
    const servers = await Promise.all([
      start(),
      start({ PORT: String(await freePort()) }),
      // Even where they would not agree on a name.
      start({ PORT: String(await freePort()), GRANTQL_ADMIN_USERNAME: 'another' }),
    ])
    const users = JSON.parse((await grantql(['user', 'list', '--json'])).stdout)
    expect(users).toHaveLength(1)
    const apps = JSON.parse((await grantql(['app', 'list', '--json'])).stdout)
    expect(apps).toHaveLength(database.name === 'sqlite' ? 1 : 0)
    expect(servers.filter((server) => /as \w+, with the password/.test(server.stdout()))).toHaveLength(1)
    await Promise.all(servers.map((server) => server.stop()))
  })
})

describe('what a terminal is told', () => {
  const made = {
    username: 'admin',
    generatedPassword: 'generated-password',
    demoApp: { clientId: 'the-id', clientSecret: 'the-secret' },
  }
  const core = { issuer: 'https://auth.example.com', registry: createRegistry(config.plugins, config.scopes) }
  const input = {
    core,
    environment: { databaseUrl: 'mysql://user:hidden@db.example:3306/name' },
    port: 3000,
    audience: 'terminal',
  } as const

  it('holds the secrets once, and a command that works on this machine whatever the issuer is', () => {
    const text = welcome({ ...input, made })
    expect(text).toContain('https://auth.example.com/sign-in')
    expect(text).toContain('generated-password')
    expect(text).toMatch(/^curl -sS http:\/\/localhost:3000\/graphql -u 'the-id:the-secret' .*$/m)
    expect(text).not.toContain('hidden')
  })

  it('holds no secret later', () => {
    const text = welcome({ ...input, made: undefined })
    expect(text).toContain('https://auth.example.com/graphql')
    expect(text).not.toMatch(/password|secret|curl/)
  })

  it('gets a token without curl as well', async () => {
    const { folder, start, grantql } = await createDeployment({ GRANTQL_ADMIN_PASSWORD: PASSWORD })
    const server = await start()
    const app = JSON.parse(
      (await grantql(['app', 'create', 'Pasted', '--grant', 'client_credentials', '--scope', 'read', '--json'])).stdout,
    )
    const call = tokenCall(core.registry, server.url)
    if (!call) throw new Error('There is no grant for it.')
    for (const hasCurl of [true, false])
      expect((await paste(tokenCommand(call, app, hasCurl), folder)).scopes).toEqual(['read'])
    await server.stop()
  })
})
