import { setting } from 'grantql/plugin'

export const settings = {
  ttlSeconds: setting.integer({
    description: 'Seconds in which a code can be approved and claimed.',
    default: 600,
    minimum: 30,
    maximum: 3600,
    perApp: true,
  }),
  intervalSeconds: setting.integer({
    description: 'Seconds that an app waits between two claims of a code that is not decided.',
    default: 5,
    minimum: 1,
    maximum: 60,
    perApp: true,
  }),
}
