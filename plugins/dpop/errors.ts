import { defineError } from 'grantql/plugin'

export const InvalidDpopProof = defineError({
  code: 'invalid_dpop_proof',
  spec: 'RFC 9449 §5',
  message: 'The DPoP proof is missing, wrong, too old or was used before.',
  description:
    'Returned when the DPoP proof is missing where the app has to bring one, wrong, too old, or was used before.',
})

export const UseDpopNonce = defineError({
  code: 'use_dpop_nonce',
  spec: 'RFC 9449 §8',
  message: 'Ask again with a proof that holds the nonce of the DPoP-Nonce header.',
  description:
    'Returned when the DPoP proof lacks a nonce of this server, or has an old one. The header DPoP-Nonce has one.',
})
