import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildSchema } from 'graphql'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import config from '../../grantql.config.ts'
import { databases } from '../support/database.ts'
import { createDeployment, type Deployment, postForm, type RunningServer, readApp } from './support.ts'

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000 })

const PASSWORD = 'a long enough password'
const SECRET = 'a-secret-of-this-server-0123456789-abcdef'
/** Another node knows of a change after this long (DESIGN §6). */
const CHANGE_BOUND_MS = 1_500

describe.each(databases)('the command line beside a running server ($name)', (database) => {
  let deployment: Deployment
  let server: RunningServer

  beforeAll(async () => {
    const variables = { DATABASE_URL: await database.url(), GRANTQL_SECRET: SECRET, GRANTQL_ADMIN_PASSWORD: PASSWORD }
    deployment = await createDeployment(variables)
    server = await deployment.start()
    return async () => void (await server.stop())
  })

  const json = async (...parameters: string[]) => {
    const { stdout, stderr } = await deployment.grantql([...parameters, '--json'])
    if (stdout === '') throw new Error(stderr)
    return JSON.parse(stdout)
  }
  const token = (app: { client_id: string; client_secret: string }) =>
    postForm(`${server.url}/oauth/token`, { ...app, grant_type: 'client_credentials' })
  const signsIn = async (username: string, password: string) => {
    const query = 'mutation Run($input: SignInInput!) { signIn(input: $input) { __typename } }'
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { input: { username, password } } }),
    })
    const { data } = (await response.json()) as { data: { signIn: { __typename: string } } }
    return data.signIn.__typename === 'Session'
  }

  it('makes a user whose password comes from the input or the environment, never from the arguments', async () => {
    const piped = await deployment.grantql(['user', 'create', 'piped'], { input: `${PASSWORD}\nanother line\n` })
    expect(piped).toMatchObject({ code: 0, stdout: 'The user piped can sign in now.\n' })
    const given = await deployment.grantql(['user', 'create', 'given', '--admin'], {
      variables: { GRANTQL_PASSWORD: PASSWORD },
    })
    expect(given).toMatchObject({ code: 0, stdout: 'The admin given can sign in now.\n' })
    for (const name of ['piped', 'given']) expect(await signsIn(name, PASSWORD)).toBe(true)
    const none = await deployment.grantql(['user', 'create', 'none'], { input: '' })
    expect(none).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^No password was given: .*\n$/) })
    const argued = await deployment.grantql(['user', 'create', 'argued', '--password', PASSWORD], { input: '' })
    expect(argued.code).toBe(1)
    expect(argued.stderr).not.toContain(PASSWORD)
  })

  it('a user has the email that the operator says, verified where they say so', async () => {
    const made = await deployment.grantql(['user', 'create', 'mila', '--email', 'mila@example.com'], {
      input: PASSWORD,
    })
    expect(made.code).toBe(0)
    expect(await deployment.grantql(['user', 'email', 'mila', 'nowhere'])).toMatchObject({
      code: 1,
      stderr: 'This is no email address.\n',
    })
    const users: { username: string }[] = await json('user', 'list')
    const mila = users.find(({ username }) => username === 'mila')
    expect(mila).toMatchObject({ email: 'mila@example.com', isEmailVerified: false })
    expect(await deployment.grantql(['user', 'email', 'mila', 'm@example.com', '--verified'])).toMatchObject({
      code: 0,
      stdout: 'mila has the address m@example.com, verified.\n',
    })
  })

  it('says in a sentence why a user cannot be made', async () => {
    const options = { input: PASSWORD }
    expect(await deployment.grantql(['user', 'create', 'ADMIN'], options)).toMatchObject({
      code: 1,
      stderr: 'This user name is taken.\n',
    })
    expect((await deployment.grantql(['user', 'create', 'weak'], { input: 'weak' })).stderr).toBe(
      'A password has at least 8 characters.\n',
    )
    expect((await deployment.grantql(['user', 'create', 'two words'], options)).stderr).toMatch(
      /^A user name has 1 to 64 letters/,
    )
    expect((await deployment.grantql(['user', 'promote', 'nobody'])).stderr).toMatch(/^There is no user of that name/)
  })

  it('changes a password and signs out, disables and enables, promotes', async () => {
    await deployment.grantql(['user', 'create', 'eve'], { input: PASSWORD })
    expect((await deployment.grantql(['user', 'password', 'eve'], { input: 'quite another password' })).code).toBe(0)
    expect(await signsIn('eve', PASSWORD)).toBe(false)
    expect(await signsIn('eve', 'quite another password')).toBe(true)

    expect((await deployment.grantql(['user', 'disable', 'eve'])).code).toBe(0)
    await sleep(CHANGE_BOUND_MS)
    expect(await signsIn('eve', 'quite another password')).toBe(false)
    expect((await deployment.grantql(['user', 'enable', 'eve'])).code).toBe(0)
    await sleep(CHANGE_BOUND_MS)
    expect(await signsIn('eve', 'quite another password')).toBe(true)

    expect((await deployment.grantql(['user', 'promote', 'eve'])).code).toBe(0)
    const users: { username: string; role: string; isDisabled: boolean }[] = await json('user', 'list')
    expect(users.find(({ username }) => username === 'eve')).toMatchObject({ role: 'admin', isDisabled: false })
  })

  it('keeps the last admin who can sign in', async () => {
    const users: { username: string; role: string }[] = await json('user', 'list')
    const admins = users.filter(({ role }) => role === 'admin').map(({ username }) => username)
    for (const name of admins.slice(1)) expect((await deployment.grantql(['user', 'disable', name])).code).toBe(0)
    expect(await deployment.grantql(['user', 'disable', admins[0] ?? ''])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is the last admin/),
    })
    for (const name of admins.slice(1)) await deployment.grantql(['user', 'enable', name])
  })

  it('makes an app that gets a token at once, and shows it without its secret', async () => {
    const app = readApp(
      await deployment.grantql([
        'app',
        'create',
        'Robot',
        '--type',
        'bot',
        '--grant',
        'client_credentials',
        '--scope',
        'read',
        '--scope',
        'write',
        '--json',
      ]),
    )
    expect(await token(app)).toMatchObject({ status: 200, body: { scope: 'read write' } })
    expect(await json('app', 'show', app.client_id)).toMatchObject({
      name: 'Robot',
      type: 'bot',
      grants: ['client_credentials'],
    })
    const { stdout } = await deployment.grantql(['app', 'show', app.client_id])
    expect(stdout).toMatch(/scopes +read write/)
    expect(stdout + JSON.stringify(await json('app', 'list'))).not.toContain(app.client_secret)
    expect(await deployment.grantql(['app', 'create', 'No', '--grant', 'nonsense'])).toMatchObject({
      code: 1,
      stderr: 'There is no such grant.\n',
    })
    expect((await deployment.grantql(['app', 'show', 'nobody'])).stderr).toMatch(/^There is no app of that id/)
  })

  it('rotates a secret: both work for a while, or only the new one', async () => {
    const app = readApp(
      await deployment.grantql(['app', 'create', 'Rotated', '--grant', 'client_credentials', '--json']),
    )
    const second = readApp(await deployment.grantql(['app', 'rotate-secret', app.client_id, '--json']))
    await sleep(CHANGE_BOUND_MS)
    for (const known of [app, second]) expect((await token(known)).status).toBe(200)
    const third = readApp(await deployment.grantql(['app', 'rotate-secret', app.client_id, '--overlap', '0', '--json']))
    await sleep(CHANGE_BOUND_MS)
    for (const over of [app, second]) expect((await token(over)).body.error).toBe('invalid_client')
    expect((await token(third)).status).toBe(200)
    expect((await deployment.grantql(['app', 'rotate-secret', app.client_id, '--overlap', 'soon'])).code).toBe(1)
  })

  it('deletes an app, which the running server knows at once', async () => {
    const app = readApp(
      await deployment.grantql(['app', 'create', 'Deleted', '--grant', 'client_credentials', '--json']),
    )
    expect((await token(app)).status).toBe(200)
    expect(await deployment.grantql(['app', 'delete', app.client_id])).toMatchObject({ code: 0 })
    await sleep(CHANGE_BOUND_MS)
    expect((await token(app)).body.error).toBe('invalid_client')
  })

  it('rotates the signing keys, later or now, and the running server follows', async () => {
    const app = readApp(
      await deployment.grantql(['app', 'create', 'Signed', '--grant', 'client_credentials', '--json']),
    )
    const kid = async () =>
      JSON.parse(Buffer.from(String((await token(app)).body.access_token).split('.')[0] ?? '', 'base64url').toString())
        .kid
    const first = await kid()
    expect(await json('keys', 'rotate')).toEqual(
      expect.arrayContaining([expect.objectContaining({ state: 'pending' })]),
    )
    await sleep(CHANGE_BOUND_MS)
    expect(await kid()).toBe(first)
    await json('keys', 'rotate', '--now')
    await sleep(CHANGE_BOUND_MS)
    expect(await kid()).not.toBe(first)
    const keys: { kid: string; state: string }[] = await json('keys', 'list')
    expect(keys.find((key) => key.kid === first)?.state).toBe('retiring')
    expect((await deployment.grantql(['keys', 'list'])).stdout).toContain(first)
  })

  it('seals the keys with a new secret, after which the old one is not needed', async () => {
    const next = 'the-next-secret-of-this-server-0123456789'
    const both = { variables: { GRANTQL_SECRET: `${next},${SECRET}` } }
    expect((await deployment.grantql(['keys', 'reseal'], both)).stdout).toMatch(/^\d+ keys were sealed/)
    expect((await deployment.grantql(['keys', 'list'], { variables: { GRANTQL_SECRET: next } })).code).toBe(0)
    expect(await deployment.grantql(['keys', 'list'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^.+\n$/),
    })
    // And back, for the tests that follow.
    await deployment.grantql(['keys', 'reseal'], { variables: { GRANTQL_SECRET: `${SECRET},${next}` } })
  })

  it('tells which steps of the schema have run', async () => {
    const { code, stdout } = await deployment.grantql(['migrate', '--status'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/core\/0001-user +applied/)
    expect(stdout).not.toMatch(/missing/)
    expect((await deployment.grantql(['migrate'])).stdout).toBe('The schema is up to date.\n')
  })

  it('looks at everything that the deployment needs', async () => {
    const findings: { check: string; verdict: string }[] = await json('doctor')
    const verdicts = Object.fromEntries(findings.map(({ check, verdict }) => [check, verdict]))
    expect(verdicts).toMatchObject({
      environment: 'ok',
      configuration: 'ok',
      secret: 'ok',
      schema: 'ok',
      keys: 'ok',
      clock: 'ok',
      admin: 'ok',
      issuer: 'ok',
    })
    expect((await deployment.grantql(['doctor'])).stdout).toMatch(/^ok +environment /)
    const elsewhere = await deployment.grantql(['doctor', '--json'], { variables: { ISSUER: 'http://127.0.0.1:9' } })
    expect(elsewhere.code).toBe(0)
    expect(elsewhere.stdout).toMatch(/"verdict": "warn"/)
    const wrong = await deployment.grantql(['doctor'], {
      variables: { GRANTQL_SECRET: 'another-secret-than-theirs-0123456789-abc' },
    })
    expect(wrong.code).toBe(1)
    expect(wrong.stdout).toMatch(/^fail +keys /m)
  })

  it('leaves no secret and no stack in what it prints where it fails', async () => {
    const gone = { variables: { DATABASE_URL: 'mysql://user:hidden@127.0.0.1:9/name' } }
    for (const command of [['user', 'list'], ['migrate'], ['keys', 'list'], ['app', 'delete', 'x']]) {
      const { code, stdout, stderr } = await deployment.grantql(command, gone)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(/^The database does not answer: .*\n$/)
      expect(stderr).not.toMatch(/hidden| at .*:\d+/)
    }
    const debugged = await deployment.grantql(['migrate'], { variables: { ...gone.variables, LOG_LEVEL: 'debug' } })
    expect(debugged.stderr).toMatch(/ at .*:\d+/)
    expect(debugged.stderr).not.toMatch(/hidden/)
  })
})

describe('the command line without a database', () => {
  let deployment: Deployment
  beforeAll(async () => {
    deployment = await createDeployment()
  })

  it('lists the plugins and what each brings', async () => {
    const { stdout } = await deployment.grantql(['plugin', 'list'])
    expect(stdout).toMatch(/client-credentials\n +grants +client_credentials \(clientCredentials\)/)
    const plugins: { id: string }[] = JSON.parse((await deployment.grantql(['plugin', 'list', '--json'])).stdout)
    expect(plugins.map(({ id }) => id)).toEqual(config.plugins.map(({ id }) => id))
    await expect(stat(join(deployment.folder, 'data'))).rejects.toThrow('ENOENT')
  })

  it('prints the schema of either endpoint', async () => {
    const [open, admin] = await Promise.all([
      deployment.grantql(['schema', 'print']),
      deployment.grantql(['schema', 'print', '--admin']),
    ])
    for (const { stdout } of [open, admin])
      expect(Object.keys(buildSchema(stdout).getTypeMap()).length).toBeGreaterThan(10)
    expect(open.stdout).toContain('clientCredentials(')
    expect(admin.stdout).not.toBe(open.stdout)
  })

  it('asks for the schema of the database before it works with it, and does not migrate by itself', async () => {
    expect(await deployment.grantql(['user', 'list'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/run `grantql migrate` first/),
    })
    const status = await deployment.grantql(['migrate', '--status'])
    expect(status.code).toBe(1)
    expect(status.stdout).toMatch(/core\/0001-user +missing/)
    expect((await deployment.grantql(['migrate'])).stdout).toMatch(
      /^The schema is up to date: \d+ steps were applied\.\n$/,
    )
    expect((await deployment.grantql(['user', 'list', '--json'])).stdout).toBe('[]\n')
  })

  it('has help for everything', async () => {
    for (const group of [[], ['user'], ['app', 'create'], ['transfer']]) {
      expect(await deployment.grantql([...group, '--help'])).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^Usage: grantql/),
      })
    }
  })
})
