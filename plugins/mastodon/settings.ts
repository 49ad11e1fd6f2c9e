import { setting } from 'grantql/plugin'

/** What that system means by never: a hundred years. */
export const NEVER_SECONDS = 100 * 365.25 * 24 * 60 * 60

export const settings = {
  tokenTtlSeconds: setting.integer({
    description:
      'Seconds that an access token lives. The default, a hundred years, stands for never; with less, the answer says so.',
    default: NEVER_SECONDS,
    minimum: 60,
    maximum: NEVER_SECONDS,
  }),
  website: setting.string({
    description: 'The web site of an app, as it told when it registered.',
    default: '',
    perApp: true,
    format: 'web-url',
  }),
}
