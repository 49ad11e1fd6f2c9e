import type { Dialect } from 'grantql/plugin'
import { renderClaimError } from './errors.ts'
import { DIALECT } from './find-client.ts'
import { mintClientId } from './ids.ts'
import { jsonError } from './json.ts'
import { accessTokens } from './tokens.ts'

export const dialect: Dialect = {
  id: DIALECT,
  mintClientId,
  accessTokens,
  renderError: (error) => jsonError(renderClaimError(error)),
}
