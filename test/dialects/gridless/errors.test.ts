import { InvalidClient, InvalidGrant, TemporarilyUnavailable, TooManyAttempts } from 'grantql/plugin'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { Refusal, type RefusalName, render, renderClaimError } from '../../../plugins/gridless/errors.ts'
import { describeEachServer } from '../../support/server.ts'
import { deployment, Gridless, NOBODY } from './gridless.ts'

describe('what Gridless says', () => {
  const TABLE: readonly (readonly [RefusalName, number, string])[] = [
    ['unknownClient', 404, 'Client ID does not exist.'],
    ['bot', 501, 'Demo is a bot. Bot authorization is not supported yet.'],
    ['denied', 401, 'Demo was denied access to your account.'],
    ['noCodeToClaim', 400, 'No authorization code given.'],
    ['notAuthorizing', 401, 'A user is not currently authorizing this app'],
    ['noCode', 400, 'Authorization code missing or invalid.'],
    ['codeRequired', 400, 'Authorization code required if not using redirect_uri'],
    ['bypassed', 400, 'Demo attempted to bypass the permission flow.'],
    ['redirectUri', 400, '`redirect_uri` invalid.'],
    ['noResponseType', 400, '`response_type` query parameter required.'],
    ['notLoggedIn', 401, 'You are not logged in.'],
    ['wrongKindOfToken', 403, 'You cannot access this resource with the type of token specified.'],
    ['endedToken', 401, 'Your token has expired or has been revoked.'],
  ]

  it.each(TABLE)('%s: %i %s', (name, status, sentence) => {
    expect(render(new Refusal(name, { name: 'Demo' }))).toEqual({ status, sentence, retryAfterSeconds: undefined })
  })

  const REASONS = ['unknown', 'used', 'another-app', 'not-approved', 'expired', 'not-proved', 'user-gone'] as const

  it.each(REASONS)('a code that is worth nothing is answered alike, whatever the reason: %s', (reason) => {
    expect(renderClaimError(new InvalidGrant({ reason }))).toMatchObject({ status: 401, sentence: NOBODY })
  })

  it('an app that does not prove who it is learns no more', () => {
    expect(renderClaimError(new InvalidClient())).toMatchObject({ status: 401, sentence: NOBODY })
  })

  it('who has to wait is told how long (RFC 9110 §10.2.3)', () => {
    expect(renderClaimError(new TooManyAttempts({ retryAfterSeconds: 60 }))).toMatchObject({
      status: 429,
      retryAfterSeconds: 60,
    })
    expect(render(new TemporarilyUnavailable())).toMatchObject({ status: 503, retryAfterSeconds: 1 })
  })
})

describeEachServer('the error table of Gridless', deployment, (server) => {
  const gridless = () => new Gridless(server())
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const sign = (alg: string) => new SignJWT({ type: 'code' }).setProtectedHeader({ alg }).sign(Buffer.alloc(64, 1))

  const badCodes = async (): Promise<readonly (readonly [code: string, sentence: string])[]> => {
    const app = await gridless().createClient()
    const code = await gridless().approvedCode(app)
    const [head = '', body = '', signature = ''] = code.split('.')
    const { token } = (await gridless().claim({ client_id: app.clientId, code })).body
    return [
      ['abc', 'jwt malformed'],
      ['a.b', 'jwt malformed'],
      ['a.b.c.d', 'jwt malformed'],
      ['a.b.c', 'invalid token'],
      [`${encode({ alg: 'HS256' })}.${encode({})}.é`, 'invalid token'],
      [`${head}.!.${signature}`, 'invalid token'],
      [`${head}.${body}.`, 'jwt signature is required'],
      [`${encode({ alg: 'none' })}.${body}.`, 'jwt signature is required'],
      [`${head}.${encode({ exp: 9e9 })}.${signature}`, 'invalid signature'],
      [await sign('HS256'), 'invalid signature'],
      [await sign('HS512'), 'invalid signature'],
      [`${encode({ alg: 'RS256' })}.${body}.${signature}`, 'invalid algorithm'],
      // An access token is no code, though this server signed it.
      [String(token), 'invalid signature'],
    ]
  }

  it('claimtoken says what is wrong with a code, as the library of Gridless does', async () => {
    const { clientId } = await gridless().createClient()
    for (const [code, error] of await badCodes()) {
      expect([code, await gridless().claim({ client_id: clientId, code })]).toEqual([
        code,
        { status: 400, body: { error } },
      ])
    }
    for (const code of ['', 'null', 'undefined', '0']) {
      const said = await gridless().claim({ client_id: clientId, code })
      expect(said).toEqual({ status: 400, body: { error: 'No authorization code given.' } })
    }
  })

  it('authorize says it with another first word, on a page', async () => {
    const { clientId } = await gridless().createClient()
    const browser = await gridless().signedIn()
    for (const [code, error] of await badCodes()) {
      const query = new URLSearchParams({ client_id: clientId, code, grant_type: 'code' })
      const response = await browser.get(`/_gridless/authorize?${query}`)
      expect(response.status).toBe(400)
      const page = await response.text()
      expect(page).toContain('<h1>Authentication error</h1>')
      expect(page).toContain(`<li>${error.replace('jwt', 'Authorization code')}</li>`)
    }
  })

  it('authorize goes by its order: the app, then the answer of a person, then the code, then who is logged in', async () => {
    const app = await gridless().createClient()
    const bot = await gridless().createBot()
    const other = await gridless().createClient()
    const code = await gridless().code(app)
    const browser = await gridless().signedIn()
    const get = async (params: Record<string, string>, as: { get(path: string): Promise<Response> } = browser) => {
      const response = await as.get(`/_gridless/authorize?${new URLSearchParams(params)}`)
      return [response.status, /<li>(.+)<\/li>/.exec(await response.text())?.[1] ?? response.headers.get('location')]
    }
    const { clientId: client_id } = app
    const anonymous = { get: (path: string) => server().fetch(path) }
    expect(await get({ denied: 'true' })).toEqual([404, 'Client ID does not exist.'])
    expect((await get({ client_id: bot.clientId, denied: 'true' }))[0]).toBe(501)
    expect(await get({ client_id, denied: 'true', grant_type: 'code' }, anonymous)).toEqual([
      401,
      'Demo was denied access to your account.',
    ])
    expect(await get({ client_id, grant_type: 'code' }, anonymous)).toEqual([
      400,
      'Authorization code missing or invalid.',
    ])
    expect(await get({ client_id: other.clientId, grant_type: 'code', code })).toEqual([
      400,
      'Authorization code missing or invalid.',
    ])
    expect(await get({ client_id, code })).toEqual([400, '`response_type` query parameter required.'])
    const [status, location] = await get({ client_id, grant_type: 'code', code }, anonymous)
    expect([status, String(location)]).toEqual([303, expect.stringContaining('/_gridless/login?redirect_url=')])
  })

  it('the form of a person without a code to decide on is refused', async () => {
    const { clientId: client_id } = await gridless().createClient()
    const browser = await gridless().signedIn()
    const csrf_token = await browser.csrf('/_gridless/logout')
    const post = async (params: Record<string, string>) => {
      const response = await browser.post('/_gridless/authorize', { client_id, csrf_token, ...params })
      return [response.status, /<li>(.+)<\/li>/.exec(await response.text())?.[1]]
    }
    const redirect_uri = 'https://app.example/'
    expect(await post({ grant_type: 'code' })).toEqual([400, 'Authorization code required if not using redirect_uri'])
    expect(await post({ grant_type: 'code', redirect_uri })).toEqual([400, '`redirect_uri` invalid.'])
    expect(await post({ redirect_uri })).toEqual([400, '`redirect_uri` invalid.'])
    expect(await post({ response_type: 'show' })).toEqual([400, '`response_type` query parameter required.'])
    expect(await post({})).toEqual([400, '`response_type` query parameter required.'])
  })

  it('a deny by a link alone decides nothing: 401, and the person can still say yes', async () => {
    const app = await gridless().createClient()
    const code = await gridless().code(app)
    const browser = await gridless().signedIn()
    await browser.get(`/_gridless/authorize?${new URLSearchParams({ client_id: app.clientId, denied: 'true' })}`)
    await gridless().decide(browser, app, code)
    expect((await gridless().claim({ client_id: app.clientId, code })).status).toBe(200)
  })

  it('an app of another dialect, or one that was switched off, does not exist here', async () => {
    const { app: standard } = await server().createApp({ type: 'public', grants: [] })
    const off = await gridless().createClient()
    await server().core.apps.update({ ...off, disabledAt: new Date() })
    for (const { clientId } of [standard, off]) {
      expect((await gridless().post('authorize', { client_id: clientId, response_type: 'code' })).status).toBe(404)
      expect((await gridless().claim({ client_id: clientId, code: 'x' })).status).toBe(404)
    }
  })
})
