import { createHash, randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import { expect, it } from 'vitest'
import { describeEachServer } from '../../support/server.ts'
import { deployment, Gridless, hiddenFields, NOBODY } from './gridless.ts'

const PARALLEL = 50

describeEachServer('codes of Gridless', deployment, (server) => {
  const gridless = () => new Gridless(server())

  it(`${PARALLEL} claims at once: one token`, async () => {
    const app = await gridless().createClient()
    const claim = { client_id: app.clientId, code: await gridless().approvedCode(app) }
    const said = await Promise.all(Array.from({ length: PARALLEL }, () => gridless().claim(claim)))
    expect(said.filter(({ status }) => status === 200)).toHaveLength(1)
    const lost = said.filter(({ status }) => status !== 200)
    expect(lost).toEqual(lost.map(() => ({ status: 401, body: { error: NOBODY } })))
  })

  it('one person presses Allow and Deny at once, many times: one answer counts, and every press is answered', async () => {
    const app = await gridless().createClient()
    const code = await gridless().code(app)
    const browser = await gridless().signedIn()
    const form = hiddenFields(await (await browser.get(gridless().question(app, code))).text())
    const presses = Array.from({ length: 10 }, (_, index) =>
      browser.post('/_gridless/authorize', { ...form, ...(index % 2 && { denied: 'true' }) }),
    )
    const statuses = new Set((await Promise.all(presses)).map(({ status }) => status))
    expect(statuses.size).toBe(1)
    const { status } = await gridless().claim({ client_id: app.clientId, code })
    expect([...statuses]).toEqual([status === 200 ? 200 : 401])
  })

  it('a replay is refused and put on record, and the token of an app with nothing to prove lives on', async () => {
    const app = await gridless().createClient()
    const claim = { client_id: app.clientId, code: await gridless().approvedCode(app) }
    const { token } = (await gridless().claim(claim)).body
    server().clock.pass({ seconds: 10 })
    expect(await gridless().claim(claim)).toEqual({ status: 401, body: { error: NOBODY } })
    expect(
      await server().core.database.db.selectFrom('audit_event').select('kind').where('app_id', '=', app.id).execute(),
    ).toContainEqual({ kind: 'approval.replayed' })
    expect(
      (await server().fetch('/_gridless/developers', { headers: { authorization: `Bearer ${token}` } })).status,
    ).toBe(403)
  })

  it('approving one app takes nothing from another that waits', async () => {
    const [one, two] = [await gridless().createClient(), await gridless().createClient()]
    const browser = await gridless().signedIn()
    const codes = [await gridless().code(one), await gridless().code(two)] as const
    await gridless().decide(browser, one, codes[0])
    await gridless().decide(browser, two, codes[1])
    expect((await gridless().claim({ client_id: one.clientId, code: codes[0] })).status).toBe(200)
    expect((await gridless().claim({ client_id: two.clientId, code: codes[1] })).status).toBe(200)
  })

  it('another person cannot decide what one has decided, and does not learn it', async () => {
    const app = await gridless().createClient()
    const code = await gridless().approvedCode(app)
    const other = await gridless().signedIn()
    const response = await other.get(gridless().question(app, code))
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('Authorization code missing or invalid.')
  })

  it('a code that was bound to a verifier is claimed with it alone (RFC 7636 §4.6)', async () => {
    const app = await gridless().createClient()
    const code_verifier = randomBytes(32).toString('base64url')
    const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
    const code = await gridless().approvedCode(app, { code_challenge, code_challenge_method: 'S256' })
    const claim = { client_id: app.clientId, code }
    expect((await gridless().claim(claim)).status).toBe(401)
    expect((await gridless().claim({ ...claim, code_verifier: randomBytes(32).toString('base64url') })).status).toBe(
      401,
    )
    expect((await gridless().claim({ ...claim, code_verifier })).status).toBe(200)
    const plain = await gridless().requestCode(app, { code_challenge, code_challenge_method: 'plain' })
    expect(plain.status).toBe(400)
  })

  it('a verifier for a code that has no challenge is refused (RFC 9700 §2.1.1)', async () => {
    const app = await gridless().createClient()
    const code = await gridless().approvedCode(app)
    const code_verifier = randomBytes(32).toString('base64url')
    expect((await gridless().claim({ client_id: app.clientId, code, code_verifier })).status).toBe(401)
  })

  it('scopes that nobody knows, or that the app may not have, are left out; none is none (RFC 6749 §3.3)', async () => {
    const app = await gridless().createClient({ scopes: ['user.read'] })
    const scopesOf = async (more: Record<string, string>) => decodeJwt(await gridless().code(app, more)).scopes
    expect(await scopesOf({ scopes: 'user.read,nonsense,flow.delete' })).toEqual(['user.read'])
    expect(await scopesOf({ scopes: '' })).toEqual([])
    const { clientId } = app
    const response = await gridless().post('authorize', { client_id: clientId, response_type: 'code' })
    expect(decodeJwt(((await response.json()) as { code: string }).code).scopes).toEqual([])
  })

  it('a scope that was taken from the app after the approval is not in the token', async () => {
    const app = await gridless().createClient()
    const code = await gridless().approvedCode(app)
    await server().core.apps.update({ ...app, scopes: ['user.read'] }, app)
    const { token } = (await gridless().claim({ client_id: app.clientId, code })).body
    expect(decodeJwt(String(token)).scopes).toEqual(['user.read'])
  })

  it('the code of an app that is gone is worth nothing', async () => {
    const app = await gridless().createClient()
    const code = await gridless().code(app)
    await server().core.apps.remove(app)
    expect((await gridless().claim({ client_id: app.clientId, code })).status).toBe(404)
  })
})

describeEachServer('bad input at Gridless', deployment, (server) => {
  const gridless = () => new Gridless(server())
  const JUNK = [
    '',
    ' ',
    '\u0000',
    '\u0007',
    "' OR 1=1 --",
    '__proto__',
    '%00',
    '[object Object]',
    'é😀',
    'x'.repeat(5000),
  ]
  const statusOf = async (path: string, init: RequestInit) => (await server().fetch(path, init)).status

  it('is never a server error, whatever stands in a parameter', async () => {
    const { clientId } = await gridless().createClient()
    const names = [
      'client_id',
      'code',
      'scopes',
      'code_verifier',
      'code_challenge',
      'response_type',
      'grant_type',
      'redirect_uri',
      'denied',
    ]
    const browser = await gridless().signedIn()
    for (const name of names) {
      for (const junk of JUNK) {
        const params = new URLSearchParams({ client_id: clientId, response_type: 'code', [name]: junk })
        for (const path of ['authorize', 'claimtoken']) {
          expect(
            await statusOf(`/_gridless/${path}?${params}`, { method: 'POST' }),
            `${path} ${name} ${junk}`,
          ).toBeLessThan(500)
          expect(
            await statusOf(`/_gridless/${path}`, { method: 'POST', body: params }),
            `${path} ${name}`,
          ).toBeLessThan(500)
        }
        expect((await browser.get(`/_gridless/authorize?${params}`)).status).toBeLessThan(500)
      }
    }
  })

  it('a parameter that is there twice counts as none', async () => {
    const app = await gridless().createClient()
    const code = await gridless().approvedCode(app)
    const twice = await server().fetch(`/_gridless/claimtoken?client_id=${app.clientId}&code=${code}&code=${code}`, {
      method: 'POST',
    })
    expect([twice.status, await twice.json()]).toEqual([400, { error: 'No authorization code given.' }])
    const clients = `/_gridless/authorize?client_id=${app.clientId}&client_id=x&response_type=code`
    expect(await statusOf(clients, { method: 'POST' })).toBe(404)
  })

  it('takes no JSON and no multipart: Gridless does not either', async () => {
    const { clientId } = await gridless().createClient()
    const params = { client_id: clientId, response_type: 'code' }
    const multipart = new FormData()
    for (const [name, value] of Object.entries(params)) multipart.append(name, value)
    const headers = { 'content-type': 'application/json' }
    for (const path of ['/_gridless/authorize', '/_gridless/claimtoken']) {
      expect(await statusOf(path, { method: 'POST', headers, body: JSON.stringify(params) })).toBe(404)
      expect(await statusOf(path, { method: 'POST', body: multipart })).toBe(404)
    }
  })

  it('a name with markup is shown as it is, on every page', async () => {
    const app = await gridless().createClient({ name: '<script>alert(1)</script>' })
    const browser = await gridless().signedIn()
    const code = await gridless().code(app)
    const pages = [
      await browser.get(gridless().question(app, code)),
      await browser.get(`/_gridless/authorize?client_id=${app.clientId}&denied=true`),
    ]
    for (const page of pages) expect(await page.text()).not.toContain('<script>alert')
  })
})
