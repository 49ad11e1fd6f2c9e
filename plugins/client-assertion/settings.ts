import { setting } from 'grantql/plugin'

export const settings = {
  jwks: setting.string({
    description:
      'The public keys by which the app proves who it is (private_key_jwt), as a JSON key set. Several work at once. Empty: see jwksUri.',
    default: '',
    format: 'key-set',
    perApp: true,
  }),
  jwksUri: setting.string({
    description: 'Where the app publishes those keys. Looked at where jwks is empty. Empty: it has none.',
    default: '',
    format: 'web-url',
    perApp: true,
  }),
  audience: setting.choice({
    description:
      'Whom an assertion has to be for: this server by its issuer alone (issuer), or also one of its endpoints (endpoint), for clients that are older than that advice.',
    choices: ['issuer', 'endpoint'],
    default: 'issuer',
    perApp: true,
  }),
  longestSeconds: setting.integer({
    description: 'The longest that an assertion may still be valid, in seconds. Until then its jti is remembered.',
    default: 300,
    minimum: 60,
    maximum: 3600,
  }),
}
