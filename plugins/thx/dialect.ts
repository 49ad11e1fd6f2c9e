import type { Dialect } from 'grantql/plugin'
import { discovery } from './discovery.ts'
import { answerMembers, renderError } from './errors.ts'
import { mintClientId, mintClientSecret } from './ids.ts'
import { accessTokens } from './tokens.ts'

/** The longest that RFC 6749 §4.1.2 recommends, and what the system has. */
const CODE_SECONDS = 600

/** @param hosts at which the discovery document is the system's own */
export const dialect = (hosts: readonly string[]): Dialect => ({
  id: 'thx',
  hosts,
  sharedEndpoints: [discovery],
  renderError,
  answerMembers,
  mintClientId,
  mintClientSecret,
  accessTokens,
  appSettings: {
    'authorization-code.pkce': 'optional',
    'authorization-code.codeTtlSeconds': CODE_SECONDS,
    // Whoever presents a used code ends what it gave, at once.
    'core.doubleSubmitSeconds': 0,
    'client-credentials.scopesLeftOut': 'none',
    'refresh-token.neededScope': 'offline_access',
    'openid.idTokenSignedResponseAlg': 'RS256',
  },
})
