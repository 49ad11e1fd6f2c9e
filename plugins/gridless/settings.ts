import { setting } from 'grantql/plugin'

/** 365.25 days. */
const YEAR_SECONDS = 31_557_600

export const settings = {
  codeTtlSeconds: setting.integer({
    description: 'Seconds in which an authorization code of a Gridless app can be approved and claimed.',
    default: 600,
    minimum: 30,
    maximum: 3600,
    perApp: true,
  }),
  tokenTtlSeconds: setting.integer({
    description: 'Seconds that an access token of a Gridless app lives. Gridless says a year of 365.25 days.',
    default: YEAR_SECONDS,
    minimum: 60,
    maximum: YEAR_SECONDS,
    perApp: true,
  }),
  avatarUrl: setting.string({
    description: 'Where the picture of a Gridless app is, for those who ask the developer API. Pages do not load it.',
    default: '',
    perApp: true,
  }),
}
