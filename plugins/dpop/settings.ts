import { setting } from 'grantql/plugin'

export const settings = {
  dpopBoundAccessTokens: setting.boolean({
    description: 'Every token request has to bring a proof, so that what is issued is bound to a key (RFC 9449 §5.2).',
    default: false,
    perApp: true,
  }),
  nonces: setting.choice({
    description:
      'Whether proofs have to hold a nonce of this server (RFC 9449 §8): then nobody can make them long before they are used.',
    choices: ['off', 'required'],
    default: 'off',
  }),
  proofSeconds: setting.integer({
    description: 'Seconds for which a proof may be used after it was made. Clocks of apps and of this server differ.',
    default: 60,
    minimum: 10,
    maximum: 300,
  }),
}
