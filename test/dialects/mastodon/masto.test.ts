import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../../support/chromium.ts'
import { describeEachServer } from '../../support/server.ts'
import { callMasto, type MastoOutcome } from './masto-call.ts'
import { OUT_OF_BAND, options } from './support.ts'

const PASSWORD = 'correct horse battery'
const CLIENT_CREDENTIALS = { grantType: 'client_credentials', redirectUri: OUT_OF_BAND }

let chromium: Browser
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium.close())

describeEachServer('masto, unmodified', options, (server) => {
  const createApp = (more = {}) =>
    callMasto({
      url: server().url,
      api: 'rest',
      method: ['v1', 'apps', 'create'],
      params: { clientName: 'Elk', redirectUris: OUT_OF_BAND, scopes: 'read write push', ...more },
    })
  const verifyCredentials = (accessToken: string) =>
    callMasto({ url: server().url, api: 'rest', method: ['v1', 'apps', 'verifyCredentials'], accessToken })
  const createToken = (params: object) =>
    callMasto({ url: server().url, api: 'oauth', method: ['token', 'create'], params })
  const revoke = (params: object) => callMasto({ url: server().url, api: 'oauth', method: ['revoke'], params })
  const register = async () => {
    const { clientId, clientSecret }: Record<string, string> = (await createApp()).result
    return { clientId, clientSecret }
  }
  const refused = ({ error }: MastoOutcome) => [error?.statusCode, error?.message]

  it('4. registers, gets a token, verifies it, revokes it, and finds it revoked', async () => {
    const { result: app } = await createApp({ website: 'https://elk.example' })
    expect(app).toMatchObject({ name: 'Elk', website: 'https://elk.example', scopes: ['read', 'write', 'push'] })
    const credentials = { clientId: app.clientId, clientSecret: app.clientSecret }
    const { result: token } = await createToken({ ...credentials, ...CLIENT_CREDENTIALS })
    expect(token).toMatchObject({ tokenType: 'Bearer', scope: 'read', createdAt: expect.any(Number) })

    const { accessToken } = token
    expect((await verifyCredentials(accessToken)).result).toMatchObject({ id: app.id, name: 'Elk' })
    expect(await revoke({ ...credentials, token: accessToken })).toEqual({ result: {} })
    expect(refused(await verifyCredentials(accessToken))).toEqual([401, 'The access token was revoked'])
  })

  it('a list of redirect URIs', async () => {
    const redirectUris = ['https://elk.example/back', OUT_OF_BAND]
    expect((await createApp({ redirectUris })).result).toMatchObject({ redirectUris })
  })

  it('a code that a person copied', async () => {
    const credentials = await register()
    await server().createUser({ username: 'ada', password: PASSWORD })
    const page = await chromium.newPage()
    const query = {
      response_type: 'code',
      client_id: credentials.clientId ?? '',
      redirect_uri: OUT_OF_BAND,
      scope: 'read push',
    }
    await page.goto(`${server().url}/oauth/authorize?${new URLSearchParams(query)}`)
    await page.getByLabel('Your user name').fill('ada')
    await page.getByLabel('Your password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('button', { name: 'Authorize', exact: true }).click()
    const code = await page.locator('input.oauth-code').inputValue()
    await page.close()
    const exchange = { ...credentials, redirectUri: OUT_OF_BAND, grantType: 'authorization_code', code }
    expect((await createToken(exchange)).result).toMatchObject({ scope: 'read push' })
    expect(refused(await createToken(exchange))).toEqual([400, 'invalid_grant'])
  })

  it('failures are its typed errors, with what went wrong', async () => {
    const credentials = await register()
    const asked = { ...credentials, ...CLIENT_CREDENTIALS }
    expect(refused(await createApp({ clientName: '' }))).toEqual([
      422,
      "Validation failed: Application name can't be blank",
    ])
    expect((await createToken({ ...asked, clientSecret: 'wrong' })).error).toEqual({
      statusCode: 401,
      message: 'invalid_client',
      description: expect.stringContaining('Client authentication failed due to unknown client'),
    })
    expect(refused(await createToken({ ...asked, scope: 'read admin:read' }))).toEqual([400, 'invalid_scope'])
    const password = { ...asked, grantType: 'password', username: 'ada', password: PASSWORD }
    expect(refused(await createToken(password))).toEqual([400, 'unsupported_grant_type'])
    expect(refused(await revoke({ ...credentials, clientSecret: 'wrong', token: 'x' }))).toEqual([
      403,
      'unauthorized_client',
    ])
    expect(refused(await verifyCredentials('unknown'))).toEqual([401, 'The access token is invalid'])
  })
})
