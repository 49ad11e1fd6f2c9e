import type { MetadataContext } from 'grantql/plugin'
import { acrOf } from './acr.ts'
import { logoutMetadata } from './logout-metadata.ts'

/** Claims that every ID token may have, whoever the user is. */
const OWN_CLAIMS = ['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'acr', 'amr', 'at_hash', 'sid']

/** What OpenID Connect adds to the metadata document (Discovery §3). */
export function discovery(context: MetadataContext) {
  const { signingAlgorithms, signInMethods, userClaims } = context
  const classes = signInMethods.flatMap((methods) => acrOf(methods) ?? [])
  return {
    subject_types_supported: ['public', 'pairwise'],
    id_token_signing_alg_values_supported: signingAlgorithms,
    userinfo_signing_alg_values_supported: signingAlgorithms,
    acr_values_supported: [...new Set(classes)],
    claim_types_supported: ['normal'],
    claims_supported: [...OWN_CLAIMS, ...userClaims],
    claims_parameter_supported: true,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    ...logoutMetadata(context),
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
  }
}
