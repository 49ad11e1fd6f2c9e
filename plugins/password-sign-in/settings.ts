import { setting } from 'grantql/plugin'

export const settings = {
  minimumLength: setting.integer({
    description: 'Characters that a new password has at least.',
    default: 8,
    minimum: 8,
    maximum: 128,
  }),
  signUp: setting.boolean({
    description: 'Whether everybody may make an account for themselves.',
    default: false,
  }),
}
