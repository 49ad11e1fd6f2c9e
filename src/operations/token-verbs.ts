import type { Core } from '../core.ts'
import { isSigningAlgorithm } from '../keys/algorithms.ts'
import { signHmacJwt, verifyHmacJwt } from '../keys/hmac-jwt.ts'
import type { TokenVerbs } from '../plugin/context.ts'
import { endSessionFamilies } from './end-session-families.ts'
import { activeTokensOf, findToRevoke, inspectToken, whyInactive } from './inspect-token.ts'
import { provenanceOf } from './provenance-of.ts'
import { revokeToken } from './revoke-token.ts'

/** What a plugin can do with tokens. It never sees a key. */
export function tokenVerbs(core: Core, pluginId: string): TokenVerbs {
  const digests = (type: string) => (text: string) => core.sealer.digests(`plugin ${pluginId} jwt ${type}`, text)
  return {
    find: (token) => inspectToken(core, token),
    ofUser: (userId) => activeTokensOf(core, userId),
    findToRevoke: (token) => findToRevoke(core, token),
    whyInactive: (token) => whyInactive(core, token),
    revoke: (token, by) => revokeToken(core, token, by),
    endFamilies: (sessions, isEnding) => endSessionFamilies(core, sessions, isEnding),
    sign(claims, { type, algorithm = core.policy.algorithm }) {
      if (type === 'at+jwt') throw new Error('Access tokens are minted by core alone.')
      if (algorithm === 'HS256') return signHmacJwt(claims, digests(type), type)
      if (!isSigningAlgorithm(algorithm)) throw new Error(`There is no signing algorithm ${algorithm}.`)
      return core.keys.sign(claims, { algorithm, type })
    },
    algorithm: core.policy.algorithm,
    keySet: () => JSON.parse(core.keys.jwks().body),
    longestSeconds: core.policy.longestJwtSeconds,
    provenance: async ({ familyId }) => {
      const family = familyId === undefined ? undefined : await core.tokenRows.family(familyId)
      return family && provenanceOf(family)
    },
    verify: (jwt, { type, retired }) =>
      core.keys.verify(jwt, { type, ...(retired && { retired }) })?.claims ?? verifyHmacJwt(jwt, digests(type), type),
  }
}
