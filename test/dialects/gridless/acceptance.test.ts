import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose'
import { expect, it } from 'vitest'
import { describeEachServer } from '../../support/server.ts'
import { deployment, Gridless, hiddenFields, NOBODY } from './gridless.ts'

describeEachServer('an app of Gridless', deployment, (server) => {
  const gridless = () => new Gridless(server())
  const text = async (response: Response) => ({ status: response.status, page: await response.text() })

  it('asks for a code with everything in the query: one member, a JWT of ten minutes', async () => {
    const app = await gridless().createClient()
    const response = await gridless().requestCode(app)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(response.headers.get('cache-control')).toContain('no-store')
    const body = (await response.json()) as { code: string }
    expect(Object.keys(body)).toEqual(['code'])
    const claims = decodeJwt(body.code)
    expect(claims).toMatchObject({ aid: app.id, type: 'code', scopes: ['user.read', 'flow.list'] })
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(600)
  })

  it('asks by a form, too, and never gets the same code twice', async () => {
    const app = await gridless().createClient()
    const ask = async () => {
      const params = { client_id: app.clientId, scopes: 'user.read', response_type: 'code' }
      return ((await (await server().form('/_gridless/authorize', params)).json()) as { code: string }).code
    }
    expect(new Set(await Promise.all(Array.from({ length: 10 }, ask))).size).toBe(10)
  })

  it('that nobody knows is told so: 404', async () => {
    const { status, page } = await text(
      await gridless().post('authorize', { client_id: 'nope', response_type: 'code' }),
    )
    expect(status).toBe(404)
    expect(page).toContain('<li>Client ID does not exist.</li>')
  })

  it('claims nothing before a person has allowed it: 401', async () => {
    const app = await gridless().createClient()
    const claim = { client_id: app.clientId, code: await gridless().code(app) }
    expect(await gridless().claim(claim)).toEqual({ status: 401, body: { error: NOBODY } })
  })

  it('claims a token of a year once a person has pressed Allow, and once alone', async () => {
    const app = await gridless().createClient()
    const code = await gridless().code(app)
    const user = await server().createUser()
    const browser = await gridless().signedIn(user)
    const question = await (await browser.get(gridless().question(app, code))).text()
    expect(question).toContain('<h1>Authorize Demo</h1>')
    expect(question).toContain('Use your email address and phone number')
    expect(question).toContain('Discover your public and private Flows')
    expect(hiddenFields(question)).toMatchObject({
      client_id: app.clientId,
      response_type: '',
      grant_type: 'code',
      code,
      redirect_uri: '',
      scopes: 'user.read,flow.list',
    })
    const allowed = await text(await browser.post('/_gridless/authorize', hiddenFields(question)))
    expect(allowed).toMatchObject({
      status: 200,
      page: expect.stringContaining('Return to your app to complete login.'),
    })

    const claim = { client_id: app.clientId, code }
    const claimed = await gridless().claim(claim)
    expect(claimed).toEqual({ status: 200, body: { token: expect.any(String) } })
    const token = String(claimed.body.token)
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT' })
    const { exp = 0, iat = 0, ...claims } = decodeJwt(token)
    expect(exp - iat).toBe(31_557_600)
    expect(claims).toEqual({
      uid: user.id,
      aid: app.id,
      client_id: app.clientId,
      scopes: ['user.read', 'flow.list'],
      jti: expect.any(String),
    })
    expect(await gridless().claim(claim)).toEqual({ status: 401, body: { error: NOBODY } })
  })

  it('gets nothing where the person presses Deny: 401', async () => {
    const app = await gridless().createClient()
    const code = await gridless().code(app)
    const denied = await text(await gridless().decide(await gridless().signedIn(), app, code, { denied: 'true' }))
    expect(denied.status).toBe(401)
    expect(denied.page).toContain('Demo was denied access to your account.')
    expect(await gridless().claim({ client_id: app.clientId, code })).toEqual({ status: 401, body: { error: NOBODY } })
  })

  it('that claims with a wrong code is told what is wrong with it', async () => {
    const { clientId } = await gridless().createClient()
    const claim = (params: Record<string, string>) => gridless().claim({ client_id: clientId, ...params })
    const error = (status: number, sentence: string) => ({ status, body: { error: sentence } })
    expect(await gridless().claim({ client_id: 'nope' })).toEqual(error(404, 'Client ID does not exist.'))
    expect(await claim({})).toEqual(error(400, 'No authorization code given.'))
    expect(await claim({ code: 'null' })).toEqual(error(400, 'No authorization code given.'))
    expect(await claim({ code: 'abc' })).toEqual(error(400, 'jwt malformed'))
    const foreign = await new SignJWT({ type: 'code' }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32, 1))
    expect(await claim({ code: foreign })).toEqual(error(400, 'invalid signature'))
  })

  it('that comes with a code older than ten minutes is told so: 408', async () => {
    const app = await gridless().createClient()
    const code = await gridless().approvedCode(app)
    server().clock.pass({ seconds: 601 })
    expect(await gridless().claim({ client_id: app.clientId, code })).toEqual({
      status: 408,
      body: { error: 'jwt expired' },
    })
    const late = await text(await (await gridless().signedIn()).get(gridless().question(app, code)))
    expect(late).toMatchObject({ status: 400, page: expect.stringContaining('<li>Authorization code expired</li>') })
  })

  it('that is a bot is told so at both: 501', async () => {
    const { clientId } = await gridless().createBot()
    const sentence = 'Beep is a bot. Bot authorization is not supported yet.'
    const asked = await text(await gridless().post('authorize', { client_id: clientId, response_type: 'code' }))
    expect(asked).toMatchObject({ status: 501, page: expect.stringContaining(sentence) })
    expect(await gridless().claim({ client_id: clientId, code: 'x' })).toEqual({
      status: 501,
      body: { error: sentence },
    })
  })

  it('cannot post the consent form of a person from elsewhere: 400', async () => {
    const app = await gridless().createClient()
    const other = await gridless().createClient({ name: 'Other' })
    const code = await gridless().code(app)
    const browser = await gridless().signedIn()
    const { csrf_token, ...fields } = hiddenFields(await (await browser.get(gridless().question(app, code))).text())
    const attempts = [
      await text(await browser.post('/_gridless/authorize', fields)),
      await text(await server().form('/_gridless/authorize', fields)),
    ]
    for (const { status, page } of attempts) {
      expect(status).toBe(400)
      expect(page).toContain('Demo attempted to bypass the permission flow.')
    }
    const swapped = { ...fields, client_id: other.clientId, csrf_token: csrf_token ?? '' }
    const swap = await text(await browser.post('/_gridless/authorize', swapped))
    expect(swap).toMatchObject({ status: 400, page: expect.stringContaining('Other attempted to bypass') })
    expect((await gridless().claim({ client_id: app.clientId, code })).status).toBe(401)
  })

  it('cannot claim the code of another: 401, and the other one still can', async () => {
    const app = await gridless().createClient()
    const other = await gridless().createClient({ name: 'Other' })
    const code = await gridless().approvedCode(app)
    expect(await gridless().claim({ client_id: other.clientId, code })).toEqual({
      status: 401,
      body: { error: NOBODY },
    })
    expect((await gridless().claim({ client_id: app.clientId, code })).status).toBe(200)
  })
})
