import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { databases } from '../support/database.ts'
import { CODE, mutate } from '../support/graphql-client.ts'
import { createDeployment, type Deployment, type Outcome, postForm, type RunningServer, readApp } from './support.ts'

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000 })

const PASSWORD = 'a long enough password'
const PROFILE = { name: 'Ada 😀', email: 'ada@example.com', address: { formatted: 'a\nb' } }
const TOKENS = '... on TokenSet { accessToken }'

describe.each(databases.filter(({ name }) => name === 'mariadb'))(
  'a transfer of a running deployment to MariaDB',
  (database) => {
    let deployment: Deployment
    let server: RunningServer
    let targetUrl: string
    let outcome: Outcome
    let app: { clientId: string; clientSecret: string }
    let session: { authorization: string }
    let pending: { code: string; handle: string }
    let approved: string
    let claimed: string
    const tokens: Record<string, string> = {}
    const writtenMeanwhile: string[] = []
    let jwks: unknown

    const request = async () => mutate(deployment.url, 'requestCode', '... on CodeRequest { code handle }', app)
    const approve = (handle: string) =>
      mutate(deployment.url, 'approve', '... on Approval { status }', { handle }, session)
    const claim = (code: string) => mutate(deployment.url, 'claimToken', TOKENS, { ...app, code })
    const forItself = async (): Promise<string> =>
      (await mutate(deployment.url, 'clientCredentials', TOKENS, app)).accessToken
    const isActive = async (token: string) =>
      (
        await postForm(`${deployment.url}/oauth/introspect`, {
          client_id: app.clientId,
          client_secret: app.clientSecret,
          token,
        })
      ).body.active
    const readJwks = async () => (await fetch(`${deployment.url}/oauth/jwks`)).json()

    beforeAll(async () => {
      targetUrl = await database.url()
      deployment = await createDeployment({ GRANTQL_ADMIN_PASSWORD: PASSWORD })
      server = await deployment.start()
      const made = readApp(
        await deployment.grantql([
          'app',
          'create',
          'Moved 😀',
          '--grant',
          'client_credentials',
          '--grant',
          CODE,
          '--scope',
          'read',
          '--json',
        ]),
      )
      app = { clientId: made.client_id, clientSecret: made.client_secret }
      const signedIn = await mutate(deployment.url, 'signIn', '... on Session { token }', {
        username: 'admin',
        password: PASSWORD,
      })
      session = { authorization: `Bearer ${signedIn.token}` }
      await mutate(deployment.url, 'updateProfile', '', PROFILE, session)

      tokens.forItself = await forItself()
      tokens.revoked = await forItself()
      await mutate(deployment.url, 'revokeToken', '', { ...app, token: tokens.revoked })
      const first = await request()
      await approve(first.handle)
      claimed = first.code
      tokens.claimed = (await claim(claimed)).accessToken
      const second = await request()
      await approve(second.handle)
      approved = second.code
      pending = await request()
      jwks = await readJwks()

      // The deployment is in use while it is copied.
      const using = new AbortController()
      const use = async () => {
        for (; !using.signal.aborted; await sleep(5)) {
          const { code, handle } = await request()
          await approve(handle)
          writtenMeanwhile.push(code)
        }
      }
      const used = use()
      outcome = await deployment.grantql(['transfer', '--to', targetUrl, '--json'])
      using.abort()
      await used
      await server.stop()
      const secret = (await readFile(join(deployment.folder, 'data/secret'), 'utf8')).trim()
      server = await deployment.start({ DATABASE_URL: targetUrl, GRANTQL_SECRET: secret })
    }, 180_000)

    afterAll(async () => void (await server.stop()))

    it('ends well, says what it copied, and shows no credentials', () => {
      expect(outcome).toMatchObject({ code: 0 })
      const report = JSON.parse(outcome.stdout)
      expect(report.tables).toMatchObject({
        user: 1,
        user_profile: 1,
        app: 2,
        signing_key: 2,
        revoked_token: 1,
        password_sign_in_credential: 1,
      })
      expect(report.frozenMs).toBeLessThan(5_000)
      expect(outcome.stderr).toMatch(/^\d+ rows to copy\nuser: 1 rows\n/)
      expect(outcome.stdout + outcome.stderr).not.toContain(new URL(targetUrl).password)
    })

    it('leaves tokens active there, and a revoked one revoked', async () => {
      expect(await isActive(tokens.forItself ?? '')).toBe(true)
      expect(await isActive(tokens.claimed ?? '')).toBe(true)
      expect(await isActive(tokens.revoked ?? '')).toBe(false)
    })

    it('keeps the keys: what is published is the same', async () => {
      expect(await readJwks()).toEqual(jwks)
    })

    it('keeps sessions, profiles and passwords', async () => {
      const response = await fetch(`${deployment.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...session },
        body: JSON.stringify({ query: '{ viewer { profile { name email address { formatted } } } }' }),
      })
      expect(await response.json()).toEqual({ data: { viewer: { profile: PROFILE } } })
      const signedIn = await mutate(deployment.url, 'signIn', '', { username: 'ADMIN', password: PASSWORD })
      expect(signedIn.__typename).toBe('Session')
    })

    it('keeps apps and their secrets', async () => {
      expect(await isActive(await forItself())).toBe(true)
    })

    it('keeps a code claimed', async () => {
      expect((await claim(claimed)).__typename).toBe('InvalidGrantError')
    })

    it('lets a code that was approved here be claimed there, once', async () => {
      const { accessToken } = await claim(approved)
      expect(await isActive(accessToken)).toBe(true)
      expect((await claim(approved)).__typename).toBe('InvalidGrantError')
    })

    it('lets a code that was requested here be approved and claimed there', async () => {
      expect((await approve(pending.handle)).status).toBe('APPROVED')
      expect((await claim(pending.code)).__typename).toBe('TokenSet')
    })

    it('copied what was written while it ran, up to its freeze, without a gap', async () => {
      const results: string[] = []
      for (const code of writtenMeanwhile) results.push((await claim(code)).__typename)
      const lastThere = results.lastIndexOf('TokenSet')
      expect(lastThere).toBeGreaterThan(0)
      expect(results.slice(0, lastThere + 1).every((type) => type === 'TokenSet')).toBe(true)
    })

    it('refuses a target that is in use, and deletes nothing', async () => {
      const again = await deployment.grantql(['transfer', '--to', targetUrl])
      expect(again).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/^The target has data already.*--overwrite/),
      })
      expect(await isActive(tokens.forItself ?? '')).toBe(true)
    })
  },
)

describe('a transfer that makes no sense', () => {
  it('says so in a sentence', async () => {
    const { grantql } = await createDeployment()
    expect((await grantql(['transfer', '--to', 'mysql://user:p@127.0.0.1/x'])).stderr).toMatch(
      /^DATABASE_URL names no SQLite file/,
    )
    await grantql(['migrate'])
    for (const target of [
      [],
      ['--to', 'sqlite:./other.db'],
      ['--to', 'postgres://x'],
      ['--to', 'mysql://user:hidden@127.0.0.1:9/x'],
    ]) {
      const { code, stderr } = await grantql(['transfer', ...target])
      expect(code).toBe(1)
      expect(stderr).toMatch(/^[A-Z].*\.?\n$/)
      expect(stderr).not.toContain('hidden')
    }
  })
})
