import { setting } from 'grantql/plugin'

const WEEK_SECONDS = 604_800

export const settings = {
  organization: setting.string({
    description: 'The Usergrid organization that an app belongs to. Empty: one that is called like the app.',
    default: '',
    perApp: true,
  }),
  application: setting.string({
    description: 'The Usergrid application that an app is, within its organization. Empty: the organization’s client.',
    default: '',
    perApp: true,
  }),
  tokenTtlSeconds: setting.integer({
    description: 'Seconds that an access token of a Usergrid app lives at most. Usergrid says a week.',
    default: WEEK_SECONDS,
    minimum: 60,
    maximum: WEEK_SECONDS,
    perApp: true,
  }),
  managementApp: setting.string({
    description:
      'The client_id of a public Usergrid app with the password grant: whoever names no app at /management/token signs in to it. Empty: everybody names an app.',
    default: '',
  }),
  credentialsInUrl: setting.boolean({
    description: 'Whether Usergrid clients may send secrets, passwords and tokens in the URL, which ends up in logs.',
    default: false,
  }),
}
