import { definePlugin } from 'grantql/plugin'
import { ALGORITHMS } from './algorithms.ts'
import { authorizeParams, codeBinding } from './code-binding.ts'
import { constraint } from './constraint.ts'
import { InvalidDpopProof, UseDpopNonce } from './errors.ts'
import { settings } from './settings.ts'

/** Binds tokens to a key that the app alone has, so that a stolen one is worth nothing (RFC 9449). */
export const dpop = () =>
  definePlugin()({
    id: 'dpop',
    settings,
    senderConstraints: [constraint],
    authorizeParams: [authorizeParams],
    tokenParams: [codeBinding],
    metadata: () => ({ dpop_signing_alg_values_supported: ALGORITHMS }),
    errors: [InvalidDpopProof, UseDpopNonce],
  })
