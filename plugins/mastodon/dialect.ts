import { bearerToken, type Dialect, type RawParams, type RequestFacts } from 'grantql/plugin'
import { sharedAuthorizePages } from './authorize.ts'
import { renderError } from './errors.ts'
import { isMinted, mintText } from './ids.ts'
import { metadata } from './metadata.ts'
import { revoke } from './revoke.ts'
import { settings } from './settings.ts'
import { token } from './token.ts'
import { userinfo } from './userinfo.ts'

/** Seconds that a code lives: the longest that RFC 6749 §4.1.2 recommends, for people copy it by hand. */
const CODE_SECONDS = 600

export const mastodonDialect = (hosts: readonly string[]): Dialect => ({
  id: 'mastodon',
  hosts,
  recognises,
  sharedEndpoints: [token, revoke, ...userinfo, metadata(hosts)],
  sharedPages: sharedAuthorizePages(hosts),
  renderError,
  mintClientId: mintText,
  mintClientSecret: mintText,
  accessTokens: { ttlSeconds: (ctx) => ctx.setting(settings.tokenTtlSeconds), mint: mintText },
  appSettings: {
    'authorization-code.pkce': 'optional',
    'authorization-code.codeTtlSeconds': CODE_SECONDS,
    'authorization-code.copiedCodeTtlSeconds': CODE_SECONDS,
  },
})

/** By the shape of its ids and tokens, and by multipart, which nobody else sends. */
function recognises({ headers }: RequestFacts, params: RawParams): boolean {
  const bearer = bearerToken(headers)
  if (isMinted(bearer) || isMinted(params.all('client_id')[0])) return true
  return (headers.get('content-type') ?? '').toLowerCase().startsWith('multipart/form-data')
}
