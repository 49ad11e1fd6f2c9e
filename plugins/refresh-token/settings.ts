import { setting } from 'grantql/plugin'

const DAY_SECONDS = 24 * 60 * 60

export const settings = {
  idleSeconds: setting.integer({
    description: 'Seconds for which a refresh token can lie unused.',
    default: 14 * DAY_SECONDS,
    minimum: 60,
    maximum: 366 * DAY_SECONDS,
    perApp: true,
  }),
  absoluteSeconds: setting.integer({
    description: 'Seconds after which nothing that descends from one approval can be refreshed any more.',
    default: 90 * DAY_SECONDS,
    minimum: 60,
    maximum: 10 * 366 * DAY_SECONDS,
    perApp: true,
  }),
  retryWindowSeconds: setting.integer({
    description: 'Seconds in which a retry of the same refresh gets the same answer again. 0 answers nothing twice.',
    default: 10,
    minimum: 0,
    maximum: 60,
    perApp: true,
  }),
  neededScope: setting.string({
    description:
      'The scope without which no refresh token is given, such as offline_access (OpenID Connect Core §11). Empty: none is needed.',
    default: '',
    perApp: true,
  }),
  endsAccessTokens: setting.boolean({
    description: 'A refresh ends the access tokens that are on record, at once. Signed ones of this server live on.',
    default: false,
    perApp: true,
  }),
}
