import { setting } from 'grantql/plugin'

export const settings = {
  offered: setting.boolean({
    description: 'People may sign in by passkey and add passkeys. Those they have are kept while it is off.',
    default: true,
  }),
  mostPerUser: setting.integer({
    description: 'Passkeys that one user may have.',
    default: 20,
    minimum: 1,
    maximum: 100,
  }),
}
