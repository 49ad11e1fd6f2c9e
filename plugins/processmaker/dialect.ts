import type { Dialect, RawParams, RequestFacts } from 'grantql/plugin'
import { answerMembers } from './answer-members.ts'
import { DIALECT } from './auth-client.ts'
import { authorizePages } from './authorize-pages.ts'
import { isClientId, mintClientId } from './client-ids.ts'
import { keepClientSecret, mintClientSecret } from './client-secrets.ts'
import { renderJsonError, renderTokenFault } from './json.ts'
import type { ProcessmakerTables } from './tables.ts'
import { tokenEndpoint } from './token-endpoint.ts'
import { faultOf } from './token-faults.ts'
import { accessTokens, appSettings, refreshTokens } from './tokens.ts'

/** @param hosts at which every shared path is this dialect's own, whoever asks */
export const dialect = (hosts: readonly string[]): Dialect<ProcessmakerTables> => ({
  id: DIALECT,
  hosts,
  recognises: (request, params) => isClientId(namedClient(request, params)),
  sharedEndpoints: [tokenEndpoint],
  sharedPages: authorizePages,
  renderError: (error, request) =>
    request.url.pathname === tokenEndpoint.path
      ? renderTokenFault(faultOf(error, UNKNOWN), error, request)
      : renderJsonError(error),
  answerMembers,
  mintClientId,
  mintClientSecret,
  keepClientSecret,
  accessTokens,
  refreshTokens,
  appSettings,
})

const UNKNOWN = { grantType: '', hasCredentials: true, hasForeignRedirectUri: false, hasVerifier: false }

/** Nobody else has integers for ids, so a request that names one is meant for this dialect, even where there is no such app. */
function namedClient({ headers }: RequestFacts, params: RawParams): string {
  const [named] = params.all('client_id')
  if (named !== undefined) return String(named)
  const basic = /^Basic +(\S+) *$/i.exec(headers.get('authorization') ?? '')?.[1] ?? ''
  return Buffer.from(basic, 'base64').toString().split(':')[0] ?? ''
}
