import type { Dialect } from 'grantql/plugin'
import { renderError } from './errors.ts'
import { DIALECT, mintClientId, mintClientSecret } from './ids.ts'
import { accessTokens } from './tokens.ts'

export const dialect: Dialect = {
  id: DIALECT,
  renderError,
  mintClientId,
  mintClientSecret,
  accessTokens,
  appSettings: { 'authorization-code.pkce': 'optional', 'authorization-code.codeTtlSeconds': 600 },
}
