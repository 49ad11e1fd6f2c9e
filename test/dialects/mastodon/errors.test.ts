import type { OAuthError } from 'grantql/plugin'
import { describe, expect, it } from 'vitest'
import { RENDERINGS, renderError } from '../../../plugins/mastodon/errors.ts'
import * as standard from '../../../src/errors/standard.ts'
import { describeEachServer } from '../../support/server.ts'
import { OUT_OF_BAND, options, postJson } from './support.ts'

const CLIENT =
  'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.'
const GRANT =
  'The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.'
const MALFORMED =
  'The request is missing a required parameter, includes an unsupported parameter value, or is otherwise malformed.'

describe('how errors look to an app of Mastodon', () => {
  const render = async (error: InstanceType<typeof OAuthError>, path = '/oauth/token') => {
    const response = renderError(error, { url: new URL(path, 'https://social.example') })
    return { status: response.status, body: await response.json(), headers: response.headers }
  }

  it.each([
    [new standard.InvalidRequest(), 400, 'invalid_request', MALFORMED],
    [new standard.InvalidClient(), 401, 'invalid_client', CLIENT],
    [new standard.InvalidGrant({ reason: 'used' }), 400, 'invalid_grant', GRANT],
    [new standard.InvalidScope(), 400, 'invalid_scope', 'The requested scope is invalid, unknown, or malformed.'],
    [
      new standard.UnauthorizedClient(),
      401,
      'unauthorized_client',
      'The client is not authorized to perform this request using this method.',
    ],
    [
      new standard.UnsupportedGrantType(),
      400,
      'unsupported_grant_type',
      'The authorization grant type is not supported by the authorization server.',
    ],
    [
      new standard.AccessDenied(),
      400,
      'access_denied',
      'The resource owner or authorization server denied the request.',
    ],
  ])('%s: %i %s', async (error, status, code, sentence) => {
    const { status: answered, body, headers } = await render(error)
    expect([answered, body]).toEqual([status, { error: code, error_description: sentence }])
    expect(headers.get('www-authenticate')).toBe(
      `Bearer realm="Doorkeeper", error="${code}", error_description="${sentence}"`,
    )
    expect(headers.get('cache-control')).toContain('no-store')
  })

  it.each([
    [new standard.InvalidToken({ reason: 'unknown' }), 401, 'The access token is invalid'],
    [new standard.InvalidToken({ reason: 'expired' }), 401, 'The access token expired'],
    [new standard.InvalidToken({ reason: 'revoked' }), 401, 'The access token was revoked'],
    [new standard.InsufficientScope(), 403, 'This action is outside the authorized scopes'],
    [new standard.TooManyAttempts({ retryAfterSeconds: 30 }), 429, 'Too many requests'],
  ])('%s: %i, a sentence alone: %s', async (error, status, sentence) => {
    const { status: answered, body } = await render(error)
    expect([answered, body]).toEqual([status, { error: sentence }])
  })

  it('says when to come again', async () => {
    const { headers } = await render(new standard.TooManyAttempts({ retryAfterSeconds: 30 }))
    expect(headers.get('retry-after')).toBe('30')
  })

  it('never says what the standard would, where that system has a sentence of its own', () => {
    for (const { declaration } of Object.values(standard).filter((each) => 'declaration' in each)) {
      const { sentence } = RENDERINGS[declaration.code] ?? {}
      expect(sentence).not.toBe(declaration.message)
    }
  })
})

describeEachServer('what a registration lacks', options, (server) => {
  const LONG = `https://elk.example/${'x'.repeat(2000)}`

  it.each([
    ['no name', { client_name: undefined }, "Application name can't be blank"],
    ['a long name', { client_name: 'x'.repeat(61) }, 'Application name is too long (maximum is 60 characters)'],
    ['a name that is not what it looks like', { client_name: 'a\u202eb' }, 'Application name is invalid'],
    ['no redirect URI', { redirect_uris: undefined }, "Redirect URI can't be blank"],
    ['an empty list of them', { redirect_uris: [] }, "Redirect URI can't be blank"],
    ['one without a scheme', { redirect_uris: 'elk.example/back' }, 'Redirect URI must be an absolute URI.'],
    ['one that is none', { redirect_uris: 'https://' }, 'Redirect URI must be a valid URI.'],
    ['one with a fragment', { redirect_uris: 'https://elk.example/#a' }, 'Redirect URI cannot contain a fragment.'],
    ['one that runs', { redirect_uris: 'javascript:alert(1)' }, 'Redirect URI is forbidden by the server.'],
    ['one without TLS', { redirect_uris: 'http://elk.example/' }, 'Redirect URI must be an HTTPS/SSL URI.'],
    ['a scheme that is nobody’s', { redirect_uris: 'elk://back' }, 'Redirect URI is forbidden by the server.'],
    ['long ones', { redirect_uris: LONG }, 'Redirect URI is too long (maximum is 2000 characters)'],
    ['an unknown scope', { scopes: 'read hoge' }, "Scopes doesn't match configured on the server."],
    ['the whole of administration', { scopes: 'admin' }, "Scopes doesn't match configured on the server."],
    ['a website that is none', { website: 'elk' }, 'Application website is invalid'],
    ['a long website', { website: LONG }, 'Application website is too long (maximum is 2000 characters)'],
  ])('%s: %o', async (_title, fields, sentence) => {
    const described = { client_name: 'Elk', redirect_uris: OUT_OF_BAND, ...fields }
    expect(await postJson(server(), '/api/v1/apps', described)).toEqual({
      status: 422,
      body: { error: `Validation failed: ${sentence}` },
    })
  })

  it('several things at once are one sentence', async () => {
    expect((await postJson(server(), '/api/v1/apps', { scopes: 'hoge' })).body.error).toBe(
      "Validation failed: Application name can't be blank, Scopes doesn't match configured on the server., Redirect URI can't be blank",
    )
  })

  it('scopes as a list count as none', async () => {
    const described = { client_name: 'Elk', redirect_uris: OUT_OF_BAND, scopes: ['write'] }
    expect((await postJson(server(), '/api/v1/apps', described)).body.scopes).toEqual(['read'])
  })

  it('redirect URIs on lines of their own, and as a list of a form', async () => {
    const uris = ['https://elk.example/a', 'https://elk.example/b']
    const lines = await postJson(server(), '/api/v1/apps', { client_name: 'Elk', redirect_uris: uris.join('\n') })
    expect([lines.body.redirect_uris, lines.body.redirect_uri]).toEqual([uris, uris.join('\n')])
    const form = await server().form('/api/v1/apps', [
      ['client_name', 'Elk'],
      ...uris.map((uri) => ['redirect_uris[]', uri] as const),
    ])
    expect(await form.json()).toMatchObject({ redirect_uris: uris, website: null })
  })

  it('every app that registers is another one', async () => {
    const described = { client_name: 'Elk', redirect_uris: OUT_OF_BAND }
    const answers = await Promise.all(Array.from({ length: 20 }, () => postJson(server(), '/api/v1/apps', described)))
    for (const member of ['id', 'client_id', 'client_secret']) {
      expect(new Set(answers.map(({ body }) => body[member])).size).toBe(20)
    }
    expect(new Set(answers.map(({ body }) => body.vapid_key)).size).toBe(1)
  })
})
