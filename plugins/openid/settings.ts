import { setting } from 'grantql/plugin'

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const

export const settings = {
  idTokenTtlSeconds: setting.integer({
    description: 'Seconds for which an ID token is valid. Never longer than the keys of this server allow.',
    default: 3600,
    minimum: 30,
    maximum: 86_400,
    perApp: true,
  }),
  idTokenSignedResponseAlg: setting.choice({
    description: 'What ID tokens are signed with. The server must have a key for it; server is its own algorithm.',
    choices: ['server', ...ALGORITHMS],
    format: 'signing-algorithm',
    default: 'server',
    perApp: true,
  }),
  userinfoSignedResponseAlg: setting.choice({
    description: 'Userinfo as a signed JWT instead of JSON, and with what. none is JSON.',
    choices: ['none', 'server', ...ALGORITHMS],
    format: 'signing-algorithm',
    default: 'none',
    perApp: true,
  }),
  subjectType: setting.choice({
    description:
      'Whether the app knows users by the same ids as other apps (public), or by ids of its own that nobody can match with theirs (pairwise).',
    choices: ['public', 'pairwise'],
    default: 'public',
    perApp: true,
  }),
  sectorIdentifierUri: setting.string({
    description:
      'For pairwise ids: an https URL of a JSON list with every redirect URI of the app. Apps with the same host there share the ids. Empty: the one host of the redirect URIs.',
    default: '',
    perApp: true,
    format: 'web-url',
  }),
}
