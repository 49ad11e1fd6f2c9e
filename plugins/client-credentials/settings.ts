import { setting } from 'grantql/plugin'

export const settings = {
  scopesLeftOut: setting.choice({
    description: 'What an app gets that asks for no scope: all that it has, or none (RFC 6749 §3.3).',
    choices: ['all', 'none'],
    default: 'all',
    perApp: true,
  }),
}
